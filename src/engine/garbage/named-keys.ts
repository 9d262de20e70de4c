import type { Head, ShardPointer } from '../../core/format/records.ts';
import type { ParsedShard } from '../../core/format/sync-index.ts';
import { generationInKey, keysIn } from '../../core/garbage/garbage-key.ts';
import { createKeySet } from '../../core/garbage/key-set.ts';
import { each } from '../each.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { isCutAt, keptCommits, type WalkParts } from './kept-commits.ts';
import { unreadable } from './refusals.ts';

/** Shards that are read at the same time. */
const READ_AT_ONCE = 16;

export interface NamedParts extends Omit<WalkParts, 'signal'> {
  readonly log: Pick<RemoteLog, 'readCommit' | 'shard'>;
}

/** Everything that the kept commits name. */
export interface Named {
  /** Keys of the kept commits. */
  readonly commits: ReadonlySet<string>;
  /** The generation of the oldest. */
  readonly oldest: number;
  /** Whether any of them names this shard or object. */
  has(key: string): boolean;
  /**
   * Adds what is kept from this head back, down to what was added before. Rejects as `keptCommits`, and where one of the shards cannot be
   * read.
   */
  add(head: Head, signal: AbortSignal | undefined): Promise<void>;
}

export function createNamed(parts: NamedParts): Named {
  const commits = new Set<string>();
  // Exact: what is in it is not read again.
  const shards = new Set<string>();
  const objects = createKeySet();

  async function add(head: Head, signal: AbortSignal | undefined): Promise<void> {
    /** With the latest commit that names each. */
    const unread = new Map<ShardPointer, string>();
    for await (const { key, commit } of keptCommits({ ...parts, signal }, head)) {
      if (commits.has(key)) break;
      commits.add(key);
      for (const shard of commit.shards) {
        if (shards.has(shard.key)) continue;
        shards.add(shard.key);
        unread.set(shard, key);
      }
    }
    let cut = -1;
    await each(unread, READ_AT_ONCE, async ([shard, key]) => {
      parts.onRecord();
      const found = await parts.log.shard(shard, signal);
      if (typeof found !== 'string') for (const name of namesIn(found)) objects.add(name);
      else if (isCutAt(parts.name, head, parts.listing, key)) cut = Math.max(cut, generationInKey(key));
      else throw unreadable(parts.name, found);
    });
    for (const key of commits) if (generationInKey(key) <= cut) commits.delete(key);
  }

  return {
    commits,
    get oldest() {
      return [...commits].reduce((oldest, key) => Math.min(oldest, generationInKey(key)), Number.POSITIVE_INFINITY);
    },
    has: (key) => shards.has(key) || objects.has(key),
    add,
  };
}

/** Of entries that are refused, too: their lines are carried on, and so is what they name. */
function* namesIn({ entries, refused }: ParsedShard): Iterable<string> {
  for (const { slices, unknown } of entries) {
    for (const slice of slices) {
      yield slice.object;
      if (slice.unknown !== undefined) yield* keysIn(JSON.stringify(slice.unknown));
    }
    if (unknown !== undefined) yield* keysIn(JSON.stringify(unknown));
  }
  // Through the parser and back: it may be escaped.
  for (const { line } of refused) yield* keysIn(JSON.stringify(JSON.parse(line)));
}
