import { SyncError } from '../../core/errors.ts';
import type { Commit, Head } from '../../core/format/records.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import { isKept, type KeepLimits } from '../../core/garbage/keep.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { storeErrorKind } from '../remote/store-error.ts';
import type { CommitListing } from './commit-listing.ts';
import { newer, unreadable } from './refusals.ts';

export interface WalkParts {
  /** Of the store, for people. */
  readonly name: string;
  readonly log: Pick<RemoteLog, 'readCommit'>;
  readonly limits: KeepLimits;
  readonly listing: Pick<CommitListing, 'ageOf'>;
  readonly signal: AbortSignal | undefined;
  /** Called before each is read: a throw ends it. */
  readonly onRecord: () => void;
}

/**
 * The commits that are kept, from head's back, one after another. SyncError('corrupt') at one that cannot be read and that no collector
 * has taken away, SyncError('newer-format') where a record has more than this version knows.
 */
export async function* keptCommits(
  parts: WalkParts,
  head: Head,
): AsyncGenerator<{ readonly key: string; readonly commit: Commit }> {
  const { name, limits, listing } = parts;
  requireKnown(name, head);
  let at: Pick<NonNullable<Head['commit']>, 'key' | 'sha256'> | null = head.commit;
  let next: string | null = null;
  for (let later = 0; at !== null; later += 1) {
    const { key } = at;
    if (next !== null && !isKept(later, listing.ageOf(next), limits)) return;
    const commit = await readOne(parts, head, at);
    if (commit === null) return;
    requireWholeCommit(name, key, commit);
    yield { key, commit };
    next = key;
    at = commit.parent;
  }
}

/** SyncError('newer-format') where the register may name more than this version can see. */
export function requireKnown(name: string, { unknown, commit, lease }: Head): void {
  if (unknown ?? commit?.unknown ?? lease?.unknown) throw newer(name, 'head.json');
}

/** SyncError('newer-format') where the commit may name more than this version can see. */
export function requireWholeCommit(name: string, key: string, { unknown, parent, stats, shards }: Commit): void {
  if (unknown ?? parent?.unknown ?? stats.unknown ?? shards.find((shard) => shard.unknown)) throw newer(name, key);
}

/** Null: a collector has taken it away. */
async function readOne(
  { name, log, signal, onRecord }: WalkParts,
  head: Head,
  at: { readonly key: string; readonly sha256: string },
): Promise<Commit | null> {
  onRecord();
  return log.readCommit(at, signal).catch((error: unknown) => {
    if (!(error instanceof SyncError) || error.kind !== 'corrupt') throw error;
    if (storeErrorKind(error.cause) === 'missing' && isCutAt(head, at.key)) return null;
    throw unreadable(name, error.message.replace(/^.*?: /, ''), error);
  });
}

/** Whether the history may end above this commit, by a collector, which never takes the one that stands. */
export const isCutAt = ({ collected, commit }: Pick<Head, 'collected' | 'commit'>, key: string): boolean =>
  key !== commit?.key && generationInKey(key) < (collected?.before ?? 0);
