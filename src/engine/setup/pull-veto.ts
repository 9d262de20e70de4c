import type { Veto } from '../../core/plan/safety.ts';
import { VetoError } from '../../core/plan/veto-error.ts';

/** Runs what looks at the old remote. SyncError('veto') names the command that answers it there: a set-up has no flag for it. */
export async function namingCommand<T>(command: 'pull' | 'sync', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VetoError)) throw error;
    const { message, details } = error;
    const flags = new Set(details.map(flagFor));
    if (flags.has(null)) throw error;
    const remedy = `First look: datastore ${command} --dry-run. If that is meant: datastore ${command} ${[...flags].join(' ')}. Then run this again.`;
    throw new VetoError(details, { message, remedy, cause: error });
  }
}

/** Null: no flag answers it. */
function flagFor(veto: Veto): string | null {
  switch (veto.kind) {
    case 'root-vanished':
      return null;
    case 'root-emptied':
    case 'mass-delete':
      return '--allow-mass-delete';
    case 'rolled-back-remote':
      return `--accept-remote ${veto.found.generation}`;
    case 'root-replaced':
    case 'foreign-remote':
    case 'unrelated-remote':
    case 'remote-emptied':
    case 'base-lost':
      return `--accept-remote ${veto.generation}`;
  }
}
