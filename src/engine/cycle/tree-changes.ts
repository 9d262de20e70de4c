import { nextStretches } from '../../core/format/next-stretches.ts';
import type { BaseEntry, Entry } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { RemoteView } from '../remote/remote-log.ts';
import type { Overruled } from '../state/base-store.ts';

/** What a commit changes in the tree of the one before. `advanced` becomes base when it has landed. */
export interface TreeChanges {
  readonly entries: readonly Entry[];
  readonly removed: readonly SyncPath[];
  readonly advanced: readonly BaseEntry[];
  /** What the base has, where that is another version than the one that is replaced: a person has decided there. */
  readonly overruled?: readonly Overruled[];
  /** Entries whose slices alone are others: for who has their files nothing has changed, and they do not count. */
  readonly rewritten?: readonly Entry[];
}

/** Objects that a path names no longer, and that were not taken over by another, as when it is renamed. */
export function leftBy({ tree }: RemoteView, { entries, removed }: Pick<TreeChanges, 'entries' | 'removed'>) {
  const objects = (list: Iterable<Entry | undefined>) =>
    [...list].flatMap((entry) => entry?.slices.map(({ object }) => object) ?? []);
  const left = new Set(objects([...removed, ...entries.map(({ path }) => path)].map((path) => tree.get(path))));
  for (const object of objects(entries)) left.delete(object);
  return left;
}

/** Every entry of the next commit, in no order. */
export function* entriesAfter(
  { tree }: Pick<RemoteView, 'tree'>,
  { entries, removed, rewritten = [] }: Omit<TreeChanges, 'advanced'>,
): Iterable<Entry> {
  const changed = new Map<SyncPath, Entry>([...entries, ...rewritten].map((entry) => [entry.path, entry]));
  const gone = new Set(removed);
  for (const entry of tree.values()) if (!changed.has(entry.path) && !gone.has(entry.path)) yield entry;
  yield* changed.values();
}

/** The index of the next commit, of which only what changes is made anew, and what is counted of it. */
export function mergeTree(view: RemoteView, changes: Omit<TreeChanges, 'advanced'>) {
  const next = nextStretches(view.commit?.shards ?? []);
  let [files, bytes] = [0, 0];
  for (const entry of entriesAfter(view, changes)) {
    files += 1;
    bytes += entry.size;
    next.add(entry);
  }
  for (const line of view.refused) next.carry(line);
  const { entries, removed, rewritten = [] } = changes;
  for (const { path } of [...entries, ...rewritten]) next.touch(path);
  for (const path of removed) next.touch(path);
  const added = files - (view.tree.size - removed.length);
  const changed = new Set(entries.map(({ path }) => path)).size - added;
  return { stretches: next.stretches(), stats: { files, bytes, added, changed, removed: removed.length } };
}
