import type { ShardPointer } from '../../core/format/records.ts';
import type { ParsedShard } from '../../core/format/sync-index.ts';

/** Entries and slices that stay in memory: with more, another cycle is long anyhow. */
const MOST = 40_000;

/** The shards of the last view: most of a commit are those of the one before, which a process that goes on has read already. */
export interface RememberedShards {
  find(pointer: ShardPointer): ParsedShard | null;
  /** In place of all earlier ones; those that could not be read are words. */
  keep(pointers: readonly ShardPointer[], shards: readonly (ParsedShard | string)[]): void;
}

export function rememberShards(): RememberedShards {
  let known: ReadonlyMap<string, { readonly pointer: ShardPointer; readonly shard: ParsedShard }> = new Map();
  return {
    find(pointer) {
      const seen = known.get(pointer.sha256);
      return seen !== undefined && isSame(seen.pointer, pointer) ? seen.shard : null;
    },
    keep(pointers, shards) {
      const found = pointers.flatMap((pointer, nth) => {
        const shard = shards[nth];
        return shard === undefined || typeof shard === 'string' ? [] : [{ pointer, shard }];
      });
      const size = found.reduce((sum, { shard }) => sum + sizeOf(shard), 0);
      known = size > MOST ? new Map() : new Map(found.map((one) => [one.pointer.sha256, one]));
    },
  };
}

const sizeOf = ({ entries }: ParsedShard): number => entries.reduce((sum, { slices }) => sum + 1 + slices.length, 0);

/** What a pointer says of a shard is looked at when that is read. */
const isSame = (a: ShardPointer, b: ShardPointer): boolean =>
  a.first === b.first && a.last === b.last && a.count === b.count;
