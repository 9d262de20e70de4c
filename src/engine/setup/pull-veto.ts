import { SyncError } from '../../core/errors.ts';
import { isIdentityVeto, type Veto } from '../../core/plan/safety.ts';

/** Runs what pulls from the old remote. SyncError('veto') names the command that answers it there: a set-up has no flag for it. */
export async function namingPull<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SyncError && error.kind === 'veto')) throw error;
    const { message, details } = error;
    const flags = [...new Set((details as readonly Veto[]).map(flagFor))].join(' ');
    const remedy = `First look: datastore pull --dry-run. If that is meant: datastore pull ${flags}. Then run this again.`;
    throw new SyncError('veto', message, remedy, { cause: error, details });
  }
}

function flagFor(veto: Veto): string {
  if (!isIdentityVeto(veto)) return '--allow-mass-delete';
  const generation = 'generation' in veto ? veto.generation : 'found' in veto ? veto.found.generation : 0;
  return `--accept-remote ${generation}`;
}
