import type { Problem } from '../../core/errors.ts';
import { conflictName } from '../../core/paths/conflict-name.ts';
import { parseSyncPath } from '../../core/paths/sync-path.ts';
import type { LocalFiles, Log } from '../ports.ts';

export interface KeepCopyParts {
  readonly files: Pick<LocalFiles, 'restore'>;
  readonly log: Log;
  readonly conflictSuffix: string;
}

/** Gives a version that was written while its path was replaced a name of its own beside it; where that cannot be it stays aside. */
export async function keepCopy(parts: KeepCopyParts, path: string, aside: string): Promise<Problem> {
  const name = parseSyncPath(conflictName(path, parts.conflictSuffix, () => false));
  const kept = name.ok ? await parts.files.restore(aside, name.value) : null;
  const where = name.ok && kept?.kind === 'done' ? name.value : `.datastore-staging (${aside})`;
  parts.log.warn(`${path} was written while it was replaced; that version is kept as ${where}`);
  return { path, reason: `it was written while it was replaced; that version is kept as ${where}` };
}
