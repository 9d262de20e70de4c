import { collisionKey, foldersAbove } from './sync-path.ts';

/**
 * Paths of one tree that some file system would take for one another: case and Unicode twins, parents included, and a file
 * where another path needs a folder. Each path of a collision, to a reason that names its twin.
 */
export function findCollisions(paths: Iterable<string>): ReadonlyMap<string, string> {
  const places = new Map<string, Place>();
  const seenFolders = new Set<string>();
  const all = [...paths];
  for (const path of all) {
    enter({ name: path, isFile: true, path });
    for (const folder of foldersAbove(path)) {
      // The folders above it were entered with it.
      if (seenFolders.has(folder)) break;
      seenFolders.add(folder);
      enter({ name: folder, isFile: false, path });
    }
  }
  const contested = [...places.values()].filter((uses) => uses.length > 1);
  if (contested.length === 0) return new Map();
  const rivals = new Map(contested.flatMap((uses) => uses.map((use) => [tag(use.name, use.isFile), uses] as const)));
  const found = new Map<string, string>();
  for (const path of all) {
    const rival = rivalOf(path, rivals);
    if (rival !== null) {
      found.set(path, `it cannot stand beside "${rival}" on every system (case, Unicode form, or file against folder)`);
    }
  }
  return found;

  function enter(use: Use) {
    const key = collisionKey(use.name);
    const place = places.get(key);
    if (!place) places.set(key, [use]);
    else if (place.every((other) => other.name !== use.name || other.isFile !== use.isFile)) place.push(use);
  }
}

/** Collision keys of these paths and of all folders above them: a new path whose key is not there stands in nobody's way. */
export function occupiedKeys(paths: Iterable<string>): Set<string> {
  const keys = new Set<string>();
  for (const path of paths) {
    keys.add(collisionKey(path));
    for (const folder of foldersAbove(path)) keys.add(collisionKey(folder));
  }
  return keys;
}

/** One spelling of a name, as a file or as a folder, with one path that brought it. */
interface Use {
  readonly name: string;
  readonly isFile: boolean;
  readonly path: string;
}

/** All uses of one collision key. */
type Place = Use[];

const tag = (name: string, isFile: boolean): string => `${isFile ? 'file' : 'folder'}:${name}`;

/** A path that contends for the place of this one, or of a folder above it. */
function rivalOf(path: string, rivals: ReadonlyMap<string, Place>): string | null {
  const names = [[path, true] as const, ...foldersAbove(path).map((folder) => [folder, false] as const)];
  for (const [name, isFile] of names) {
    const rival = rivals.get(tag(name, isFile))?.find((use) => use.name !== name || use.isFile !== isFile);
    if (rival) return rival.path;
  }
  return null;
}
