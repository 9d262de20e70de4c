import { SyncError } from '../../core/errors.ts';
import type { Commit, Head } from '../../core/format/records.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import { isKept, type KeepLimits } from '../../core/garbage/keep.ts';
import type { ObjectStore } from '../ports.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { storeErrorKind } from '../remote/store-error.ts';

export interface WalkParts {
  readonly store: ObjectStore;
  readonly log: Pick<RemoteLog, 'readCommit'>;
  readonly limits: KeepLimits;
  readonly signal: AbortSignal | undefined;
}

/**
 * The commits that are kept, from head's back, one after another. SyncError('corrupt') at one that cannot be read and that no collector
 * has taken away, SyncError('newer-format') where a record has more than this version knows.
 */
export async function* keptCommits(
  { store, log, limits, signal }: WalkParts,
  { commit: newest, collected, unknown }: Head,
): AsyncGenerator<{ readonly key: string; readonly commit: Commit }> {
  if (unknown !== undefined) throw newer(store, 'head.json');
  let at: Pick<NonNullable<Head['commit']>, 'key' | 'sha256'> | null = newest;
  for (let later = 0; at !== null; later += 1) {
    const { key } = at;
    // A chain that was cut there by a collector is at its end. What is missing above that is damage.
    const mayBeGone = generationInKey(key) < (collected?.before ?? 0);
    if (later >= limits.commits) {
      const age = await ageOf(store, key, signal);
      if (age === 'missing' && !mayBeGone) throw unreadable(store, `${key} is missing`);
      if (age === 'missing' || !isKept(later, age, limits)) return;
    }
    const commit: Commit | null = await log.readCommit(at, signal).catch((error: unknown) => {
      if (!(error instanceof SyncError) || error.kind !== 'corrupt') throw error;
      if (mayBeGone && storeErrorKind(error.cause) === 'missing') return null;
      throw unreadable(store, error.message.replace(/^.*?: /, ''), error);
    });
    if (commit === null) return;
    if (commit.unknown !== undefined || commit.shards.some((shard) => shard.unknown !== undefined))
      throw newer(store, key);
    yield { key, commit };
    at = commit.parent;
  }
}

/** By the store's own clock, both times of one answer; null: it does not say. */
export async function ageOf(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number | 'missing' | null> {
  try {
    const found = await store.get(key, { range: { offset: 0, length: 1 }, signal });
    if (found.kind === 'unchanged') return null;
    for await (const _ of found.body);
    return found.lastModified === 0 ? null : found.date - found.lastModified;
  } catch (error) {
    if (storeErrorKind(error) === 'missing') return 'missing';
    throw error;
  }
}

/** What cannot be read may name anything. */
export const unreadable = (store: ObjectStore, why: string, cause?: unknown): SyncError =>
  new SyncError(
    'corrupt',
    `${store.name}: nothing is collected while a part of the history cannot be read: ${why}`,
    'Nothing was deleted. Restore the object (bucket versioning keeps it), or see `datastore verify --repair`; it goes on when no kept commit names it any more.',
    { cause },
  );

const newer = (store: ObjectStore, key: string): SyncError =>
  new SyncError(
    'newer-format',
    `${store.name}: nothing is collected: ${key} has fields that this version does not know, and they may name more than it can see`,
    'Nothing was deleted. Update Datastore Sync on this machine.',
  );
