import { type ShardLine, serialiseEntry } from '../../core/format/sync-index.ts';
import type { BaseEntry, Entry } from '../../core/format/tree.ts';
import { compareByUtf8, type SyncPath } from '../../core/paths/sync-path.ts';
import type { RemoteView } from '../remote/remote-log.ts';

/** What a commit changes in the tree of the one before. `advanced` becomes base when it has landed. */
export interface TreeChanges {
  readonly entries: readonly Entry[];
  readonly removed: readonly SyncPath[];
  readonly advanced: readonly BaseEntry[];
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

export function treeAfter(view: RemoteView, { entries, removed }: Pick<TreeChanges, 'entries' | 'removed'>) {
  const tree = new Map(view.tree);
  for (const path of removed) tree.delete(path);
  for (const entry of entries) tree.set(entry.path, entry);
  return tree;
}

/** The lines of the next commit, and what is counted of it. */
export function mergeTree(view: RemoteView, changes: Pick<TreeChanges, 'entries' | 'removed' | 'rewritten'>) {
  const tree = treeAfter(view, changes);
  for (const entry of changes.rewritten ?? []) tree.set(entry.path, entry);
  const removed = changes.removed.length;
  const added = tree.size - (view.tree.size - removed);
  const paths = new Set(changes.entries.map(({ path }) => path));
  const stats = { files: 0, bytes: 0, added, changed: paths.size - added, removed };
  const lines: ShardLine[] = view.refused.map(({ path, line }) => ({ path, line }));
  for (const entry of tree.values()) {
    stats.files += 1;
    stats.bytes += entry.size;
    lines.push({ path: entry.path, line: serialiseEntry(entry) });
  }
  lines.sort((a, b) => compareByUtf8(a.path, b.path));
  return { lines, stats };
}
