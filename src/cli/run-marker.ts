import { SyncError } from '../core/errors.ts';

/** Set for the program that `datastore run` starts: `<pid> <purpose>`. */
export const RUN_VARIABLE = 'DATASTORE_RUN';

export const runMarker = (pid: number, purpose: string): string => `${pid} ${purpose}`;

/**
 * A `datastore` that writes inside `datastore run` would wait for its own parent. Throws SyncError('locked') that
 * names the parent, at once.
 */
export function refuseInsideRun(env: Readonly<Record<string, string | undefined>>, command: string): void {
  const marker = env[RUN_VARIABLE];
  if (marker === undefined || marker === '') return;
  const [pid, ...purpose] = marker.split(' ');
  throw new SyncError(
    'locked',
    `${command} was started inside "datastore ${purpose.join(' ')}" (process ${pid}), which holds the lease and pushes when its command ends`,
    `Leave ${command} out of that command, or run it after.`,
    { details: { pid: Number(pid), purpose: purpose.join(' ') } },
  );
}
