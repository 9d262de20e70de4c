import type { Head, ShardPointer } from '../../core/format/records.ts';
import type { ParsedShard } from '../../core/format/sync-index.ts';
import { keysIn } from '../../core/garbage/garbage-key.ts';
import { createKeySet } from '../../core/garbage/key-set.ts';
import { each } from '../each.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { keptCommits, unreadable, type WalkParts } from './kept-commits.ts';

/** Shards that are read at the same time. */
const READ_AT_ONCE = 16;

export interface NamedParts extends WalkParts {
  readonly log: Pick<RemoteLog, 'readCommit' | 'shard'>;
  /** Called before each record is read: a throw ends it. */
  readonly onRecord: () => void;
}

export interface Named {
  /** Keys of the kept commits. */
  readonly commits: ReadonlySet<string>;
  /** The generation of the oldest. */
  readonly oldest: number;
  /** Whether any of them names this shard or object. */
  has(key: string): boolean;
}

/** Everything that the kept commits name. Rejects as `keptCommits`, and where one of their shards cannot be read. */
export async function namedKeys(parts: NamedParts, head: Head): Promise<Named> {
  const commits = new Set<string>();
  // Exact: what is in it is not read again.
  const shards = new Set<string>();
  const objects = createKeySet();
  let oldest = head.commit?.generation ?? 0;
  for await (const { key, commit } of keptCommits(parts, head)) {
    parts.onRecord();
    commits.add(key);
    oldest = commit.generation;
    const unread = commit.shards.filter((shard) => !shards.has(shard.key));
    await each(unread, READ_AT_ONCE, async (shard) => {
      parts.onRecord();
      const found = await readShard(parts, shard);
      shards.add(shard.key);
      for (const name of namesIn(found)) objects.add(name);
    });
  }
  return { commits, oldest, has: (key) => shards.has(key) || objects.has(key) };
}

async function readShard({ log, store, signal }: NamedParts, shard: ShardPointer): Promise<ParsedShard> {
  const found = await log.shard(shard, signal);
  if (typeof found === 'string') throw unreadable(store, found);
  return found;
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
