import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Work } from './setup-work.ts';

/** Paths of a source that no rule brings along: excluded ones, links, git's own, versions that are kept aside. Counted on the disk, for a rule is no proof. */
export async function leftOutOf({ parts, locks, found, options }: Work, folder: string): Promise<readonly string[]> {
  const present = await parts.folders.foreign(folder, locks.hasSource(), options.signal);
  return present.filter((path) => found.verified?.files.has(path as SyncPath) !== true);
}
