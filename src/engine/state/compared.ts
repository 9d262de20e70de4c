import type { ParsedShard } from '../../core/format/sync-index.ts';
import { type BaseTree, hashIn, type RemoteTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { changedSince, type PackedTree } from './packed-tree.ts';

/** What a commit holds: its shards as they were read, those that could be, and all their entries. */
export interface Compared {
  readonly shards: readonly (ParsedShard | null)[];
  readonly tree: RemoteTree;
}

/** With more that differs all are compared. */
const FEW = 1_000;

/** Says where a base and a commit differ. */
export type Compare = (base: PackedTree, remote: Compared) => ReadonlySet<SyncPath>;

/** What it has compared it knows again: that a shard stands, and the entries that it was compared with. */
export function openComparison(): Compare {
  let last: {
    readonly line: PackedTree['line'];
    readonly shards: WeakSet<ParsedShard>;
    /** All that differs in these shards. */
    readonly apart: ReadonlySet<SyncPath>;
  } | null = null;

  return (base, { shards, tree }) => {
    const changed = last && changedSince(base, last.line);
    const known = last !== null && changed !== null ? last.shards : null;
    const apart = new Set<SyncPath>();
    const compare = (path: SyncPath): void => {
      if (hashIn(base, path) !== tree.get(path)?.sha256) apart.add(path);
    };
    if (known !== null) for (const path of [...(last?.apart ?? []), ...(changed ?? [])]) compare(path);
    for (const shard of shards) {
      if (shard === null || known?.has(shard) === true) continue;
      for (const { path, sha256 } of shard.entries) if (hashIn(base, path) !== sha256) apart.add(path);
    }
    addGone(apart, base, tree);
    const read = shards.filter((shard) => shard !== null);
    last = apart.size > FEW ? null : { line: base.line, shards: new WeakSet(read), apart };
    return apart;
  };
}

/** What the base has and the commit has not: as many as there are show whether all are known, for no two shards have the same path. */
function addGone(apart: Set<SyncPath>, base: BaseTree, tree: RemoteTree): void {
  let [more, gone] = [0, 0];
  for (const path of apart) {
    if (!base.has(path)) more += 1;
    else if (!tree.has(path)) gone += 1;
  }
  if (base.size - gone === tree.size - more) return;
  for (const path of base.keys()) if (!tree.has(path)) apart.add(path);
}
