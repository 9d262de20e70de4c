import { isCommitKey } from '../../core/format/fields.ts';
import type { Commit, Head, ShardPointer } from '../../core/format/records.ts';
import type { ParsedShard } from '../../core/format/sync-index.ts';
import { generationInKey, keysIn } from '../../core/garbage/garbage-key.ts';
import { createKeySet } from '../../core/garbage/key-set.ts';
import { each } from '../each.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { refusalOf } from '../remote/store-error.ts';
import { isCutAt, keptCommits, requireWholeCommit, type WalkParts } from './kept-commits.ts';
import { unreadable } from './refusals.ts';

/** Records that are read at the same time. */
const READ_AT_ONCE = 64;

export interface NamedParts extends Omit<WalkParts, 'signal'> {
  readonly log: Pick<RemoteLog, 'readCommit' | 'shard'>;
}

/** Everything that the kept commits name. */
export interface Named {
  /** Keys of the kept commits of the chain. */
  readonly commits: ReadonlySet<string>;
  /** The generation of the oldest. */
  readonly oldest: number;
  /** Whether this is a kept commit, or any of them names this shard or object. */
  has(key: string): boolean;
  /**
   * Adds what is kept from this head back, down to what was added before. Rejects as `keptCommits`, and where one of the shards cannot be
   * read.
   */
  add(head: Head, signal: AbortSignal | undefined): Promise<void>;
  /**
   * Adds commits outside the chain, as far as they can be read; `read` gives null where nobody could. Rejects as `add` where one may not be
   * read, or is of a newer version.
   */
  addDangling(
    keys: readonly string[],
    read: (key: string) => Promise<Commit | null>,
    signal: AbortSignal | undefined,
  ): Promise<void>;
}

export function createNamed(parts: NamedParts): Named {
  const commits = new Set<string>();
  const dangling = new Set<string>();
  // Exact: what is in it is not read again.
  const shards = new Set<string>();
  const objects = createKeySet();

  async function add(head: Head, signal: AbortSignal | undefined): Promise<void> {
    /** With the latest commit that names each. */
    const unread = new Map<ShardPointer, string>();
    for await (const { key, commit } of keptCommits({ ...parts, signal }, head)) {
      if (commits.has(key)) break;
      commits.add(key);
      for (const shard of unreadOf(commit)) unread.set(shard, key);
    }
    let cut = -1;
    await each(unread, READ_AT_ONCE, async ([shard, key]) => {
      const problem = await addShard(shard, signal);
      if (problem === null) return;
      if (!isCutAt(head, key)) throw unreadable(parts.name, problem);
      cut = Math.max(cut, generationInKey(key));
    });
    for (const key of commits) if (generationInKey(key) <= cut) commits.delete(key);
  }

  async function addDangling(
    keys: readonly string[],
    read: (key: string) => Promise<Commit | null>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const unread: ShardPointer[] = [];
    await each(keys, READ_AT_ONCE, async (key) => {
      dangling.add(key);
      const commit = await read(key);
      if (commit === null) return;
      requireWholeCommit(parts.name, key, commit);
      unread.push(...unreadOf(commit));
    });
    // What is gone by now, or damaged, nobody can go back to; what may not be read is there.
    await each(unread, READ_AT_ONCE, async (shard) => {
      const problem = await addShard(shard, signal);
      if (problem === refusalOf(shard.key)) throw unreadable(parts.name, problem);
    });
  }

  function unreadOf(commit: Commit): readonly ShardPointer[] {
    const unread = commit.shards.filter(({ key }) => !shards.has(key));
    for (const { key } of unread) shards.add(key);
    return unread;
  }

  /** Gives why it cannot be read, or null. */
  async function addShard(shard: ShardPointer, signal: AbortSignal | undefined): Promise<string | null> {
    parts.onRecord();
    const found = await parts.log.shard(shard, signal);
    if (typeof found === 'string') return found;
    for (const name of namesIn(found)) objects.add(name);
    return null;
  }

  return {
    commits,
    get oldest() {
      return [...commits].reduce((oldest, key) => Math.min(oldest, generationInKey(key)), Number.POSITIVE_INFINITY);
    },
    has: (key) => (isCommitKey(key) ? commits.has(key) || dangling.has(key) : shards.has(key) || objects.has(key)),
    add,
    addDangling,
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
