import { errno } from './errno.ts';
import type { Disk, FolderNode, Node } from './node.ts';

/** A place for a name, and what has it. */
export interface Spot {
  readonly folder: FolderNode;
  readonly key: string;
  /** As it was spelled. */
  readonly name: string;
  readonly node: Node | null;
  /** As it is spelled on the disk; null when absent. */
  readonly real: string | null;
}

/** What is in the way of a path. */
export type Obstacle = 'ENOENT' | 'ENOTDIR' | 'ELOOP';

/** Follows links on the way, and at the end only where `follows`. Throws ENOENT, ENOTDIR, ELOOP as the operating system does. */
export function locate<By>(disk: Disk<By>, path: string, syscall: string, follows: boolean): Spot {
  const found = walk(disk, namesOf(path), follows);
  if (typeof found === 'string') throw errno(found, syscall, path);
  return found;
}

const MOST_LINKS = 8;

/** As `locate`, by the names of the path, and without throwing: most of what a program looks for is not there. */
export function walk<By>(disk: Disk<By>, names: readonly string[], follows: boolean, links = 0): Spot | Obstacle {
  let folder = disk.top;
  const last = names.length - 1;
  if (last < 0) return { folder, key: '', name: '', node: folder, real: '' };
  for (let index = 0; index <= last; index += 1) {
    const name = names[index] ?? '';
    const key = disk.keyOf(name);
    const entry = folder.entries.get(key);
    const node = entry === undefined ? null : entry.node;
    if (node?.kind === 'link' && (index < last || follows)) {
      if (links >= MOST_LINKS) return 'ELOOP';
      return walk(disk, [...namesOf(node.target), ...names.slice(index + 1)], follows, links + 1);
    }
    if (index === last) return { folder, key, name, node, real: entry === undefined ? null : entry.name };
    if (node === null) return 'ENOENT';
    if (node.kind !== 'folder') return 'ENOTDIR';
    folder = node;
  }
  return 'ENOENT';
}

/** A path that is walked again and again. */
export interface Route {
  readonly names: readonly string[];
  /** Where the way to its last name led, and the `ways` of the disk then. */
  above: { readonly ways: number; readonly folder: FolderNode; readonly key: string; readonly name: string } | null;
}

/** As `walk`. */
export function walkAgain<By>(disk: Disk<By>, route: Route, follows: boolean): Spot | Obstacle {
  if (route.above?.ways !== disk.ways) route.above = wayTo(disk, route.names);
  if (route.above === null) return walk(disk, route.names, follows);
  const { folder, key, name } = route.above;
  const entry = folder.entries.get(key);
  if (entry === undefined) return { folder, key, name, node: null, real: null };
  if (follows && entry.node.kind === 'link') return walk(disk, route.names, follows);
  return { folder, key, name, node: entry.node, real: entry.name };
}

/** Null where there is none: what is in the way, or missing, may be a file, whose names come and go without a sign. */
function wayTo<By>(disk: Disk<By>, names: readonly string[]): Route['above'] {
  const name = names.at(-1);
  if (name === undefined) return null;
  const found = walk(disk, names.slice(0, -1), true);
  if (typeof found === 'string' || found.node?.kind !== 'folder') return null;
  return { ways: disk.ways, folder: found.node, key: disk.keyOf(name), name };
}

export const namesOf = (path: string): readonly string[] => path.split('/').filter((name) => name !== '');
