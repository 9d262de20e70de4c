import { type BaseEntry, type BaseTree, hashIn } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';

/** A base in which some entries are others now. To copy ten thousand for the sake of one costs more than the rest of a cycle. */
export interface DraftTree extends BaseTree {
  readonly from: BaseTree;
  readonly changed: ReadonlyMap<SyncPath, BaseEntry>;
  readonly gone: ReadonlySet<SyncPath>;
  set(entry: BaseEntry): void;
  delete(path: SyncPath): void;
  clear(): void;
}

export const isDraft = (tree: BaseTree): tree is DraftTree => 'changed' in tree;

export function draftOf(from: BaseTree): DraftTree {
  const changed = new Map<SyncPath, BaseEntry>();
  const gone = new Set<SyncPath>();
  /** Of the changed ones, those that `from` lacks. */
  let added = 0;

  const get = (path: SyncPath): BaseEntry | undefined =>
    changed.get(path) ?? (gone.has(path) ? undefined : from.get(path));
  function* keys(): MapIterator<SyncPath> {
    for (const path of from.keys()) if (!gone.has(path)) yield path;
    for (const path of changed.keys()) if (!from.has(path)) yield path;
  }
  function* values(): MapIterator<BaseEntry> {
    for (const [, entry] of entries()) yield entry;
  }
  function* entries(): MapIterator<[SyncPath, BaseEntry]> {
    for (const [path, entry] of from) if (!gone.has(path)) yield [path, changed.get(path) ?? entry];
    for (const [path, entry] of changed) if (!from.has(path)) yield [path, entry];
  }
  const tree: DraftTree = {
    from,
    changed,
    gone,
    get size() {
      return from.size - gone.size + added;
    },
    has: (path) => changed.has(path) || (!gone.has(path) && from.has(path)),
    get,
    hashOf: (path) => changed.get(path)?.sha256 ?? (gone.has(path) ? undefined : hashIn(from, path)),
    keys,
    values,
    entries,
    [Symbol.iterator]: entries,
    forEach(each) {
      for (const [path, entry] of entries()) each(entry, path, tree);
    },
    set(entry) {
      const { path } = entry;
      if (!from.has(path) && !changed.has(path)) added += 1;
      gone.delete(path);
      changed.set(path, entry);
    },
    delete(path) {
      if (from.has(path)) gone.add(path);
      else if (changed.has(path)) added -= 1;
      changed.delete(path);
    },
    clear() {
      changed.clear();
      added = 0;
      for (const path of from.keys()) gone.add(path);
    },
  };
  return tree;
}
