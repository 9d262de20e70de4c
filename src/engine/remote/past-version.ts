import type { CommitPointer } from '../../core/format/records.ts';
import type { Entry, Sha256 } from '../../core/format/tree.ts';
import type { RemoteLog } from './remote-log.ts';
import { endsHistory } from './store-error.ts';

/** Commits that are looked through: two small objects each, at most. */
const MOST = 1_000;

/**
 * The entry of a path in the latest commit, from `newest` back, in which it had this content; null where none of them that can
 * still be read had it.
 */
export async function findPastVersion(
  log: Pick<RemoteLog, 'readCommit' | 'entry'>,
  newest: CommitPointer,
  path: string,
  sha256: Sha256,
  signal?: AbortSignal,
): Promise<Entry | null> {
  try {
    let at = await log.readCommit(newest, signal);
    let seen: string | undefined;
    for (let looked = 0; looked < MOST; looked += 1) {
      const found = await log.entry(at, path, seen, signal);
      if (found.entry?.sha256 === sha256) return found.entry;
      seen = found.shard;
      if (at.parent === null) return null;
      at = await log.readCommit(at.parent, signal);
    }
  } catch (error) {
    // Commits before it were collected.
    if (!endsHistory(error)) throw error;
  }
  return null;
}
