import type { BaseTree } from '../../core/format/tree.ts';
import { findCollisions } from '../../core/paths/collisions.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type Breathe, nowAndThen } from '../breath.ts';
import { isDraft } from './draft-tree.ts';
import { isPacked } from './packed-tree.ts';

/** What follows from the names of a base alone. They are the same from cycle to cycle, unless a file has come or gone. */
export interface BaseNames {
  /** Those that may not travel. */
  withheld(base: BaseTree, breathe: Breathe): Promise<readonly SyncPath[]>;
  /** Whether no file system takes any two of them, and of these beside them, for one another. */
  areFree(base: BaseTree, more: readonly SyncPath[]): boolean;
}

export function openBaseNames(withheld: (path: string) => string | null): BaseNames {
  /** By what the names of a tree in columns lie in, which is never changed in place. */
  const held = new WeakMap<object, readonly SyncPath[]>();
  /** With the names that were beside them: what has come lately stays beside the columns for a while. */
  const free = new WeakMap<object, { readonly more: string; readonly isFree: boolean }>();

  async function heldOf(paths: Iterable<SyncPath>, breathe: Breathe): Promise<readonly SyncPath[]> {
    const found: SyncPath[] = [];
    const isTime = nowAndThen();
    for (const path of paths) {
      if (isTime()) await breathe();
      if (withheld(path) !== null) found.push(path);
    }
    return found;
  }

  async function withheldOf(base: BaseTree, breathe: Breathe): Promise<readonly SyncPath[]> {
    if (isDraft(base)) {
      const below = await withheldOf(base.from, breathe);
      return [...below.filter((path) => base.has(path)), ...(await heldOf(base.changed.keys(), breathe))];
    }
    if (!isPacked(base)) return heldOf(base.keys(), breathe);
    const { rows } = base.columns;
    const known = held.get(rows) ?? (await heldOf(rows.keys(), breathe));
    held.set(rows, known);
    return known;
  }

  return {
    withheld: withheldOf,
    areFree(base, more) {
      const isFree = () => findCollisions([...base.keys(), ...more]).size === 0;
      if (!isPacked(base)) return isFree();
      const { rows } = base.columns;
      const names = JSON.stringify(more.toSorted());
      const known = free.get(rows);
      const found = known?.more === names ? known : { more: names, isFree: isFree() };
      free.set(rows, found);
      return found.isFree;
    },
  };
}
