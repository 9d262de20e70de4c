import path from 'node:path';
import { openLockFile } from './adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from './adapters/fs/own-names.ts';
import { systemClock, systemIds } from './adapters/system.ts';
import type { Config } from './core/config/config.ts';
import type { LeaseHolder } from './core/format/lease-holder.ts';
import type { Identity, Log } from './engine/ports.ts';
import { GUARD_TTL_MS } from './engine/root/root-guard.ts';
import { type HeldFolder, holdInPlace, holdRoot } from './engine/setup/held-folder.ts';
import type { SetupParts } from './engine/setup/setup-ports.ts';
import { identityOf, wireDatastore } from './wire-datastore.ts';

export interface HoldRequest {
  /** Absolute. */
  readonly workspace: string;
  /** The root of the configuration, or its folder used in place; absolute. */
  readonly folder: string;
  readonly config: Config;
  readonly tool: Identity['tool'];
  readonly log: Log;
  /** Told who is waited for, each time that is another; the log otherwise. */
  readonly onWait?: ((who: string) => void) | undefined;
}

/** As long as the lock of a process that is gone stands. */
export const outlasting = (waitMs: number): number => Math.max(waitMs, GUARD_TTL_MS * 1.2);

/** Takes the lock of a folder used in place, or of a root. SyncError('locked') when another has it. */
export async function holdFolder(
  { workspace, folder, config, tool, log, onWait }: HoldRequest,
  { waits, signal }: Parameters<SetupParts['holdFolder']>[1],
): Promise<HeldFolder> {
  const say = sayOnce(onWait ?? ((who) => log.warn(`waiting: ${who}`)), folder);
  const shared = { purpose: 'setup', onWait: say, ...(signal === undefined ? {} : { signal }) };
  const { waitMs } = config.lock;
  if (config.backend.type === 's3') {
    const lockIn = (at: string) => openLockFile(path.join(at, '.datastore-staging', 'lock'));
    const parts = { clock: systemClock, ids: systemIds, identity: identityOf(workspace, tool), log };
    return holdRoot({ ...parts, folder, lockIn }, { ...shared, waitMs: waits ? outlasting(waitMs) : 0 });
  }
  const lockIn = (at: string) => openLockFile(path.join(at, FOLDER_LOCK), { shared: true });
  const { datastore } = await wireDatastore({ workspace, config, tool, log });
  return holdInPlace({ folder, lockIn, clock: systemClock }, datastore, { ...shared, waitMs: waits ? waitMs : 0 });
}

/** Who is waited for, each time that is another. */
function sayOnce(say: (who: string) => void, folder: string): (holder: LeaseHolder) => void {
  let said: string | null = null;
  return (by) => {
    if (by.nonce === said) return;
    said = by.nonce;
    const { tool, holder, pid, hostname, purpose } = by;
    const what = purpose === null ? '' : `: ${purpose}`;
    say(`${tool ?? holder}, process ${pid} on ${hostname}${what}, has the lock of ${folder}`);
  };
}
