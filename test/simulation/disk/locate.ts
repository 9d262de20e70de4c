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

const MOST_LINKS = 8;

/** Follows links on the way, and at the end only where `follows`. Throws ENOENT, ENOTDIR, ELOOP as the operating system does. */
export function locate<By>(disk: Disk<By>, path: string, syscall: string, follows: boolean, links = 0): Spot {
  const names = namesOf(path);
  let folder = disk.top;
  if (names.length === 0) return { folder, key: '', name: '', node: folder, real: '' };
  for (const [index, name] of names.entries()) {
    const key = disk.keyOf(name);
    const entry = folder.entries.get(key);
    const isLast = index === names.length - 1;
    const node = entry?.node ?? null;
    if (node?.kind === 'link' && (!isLast || follows)) {
      if (links >= MOST_LINKS) throw errno('ELOOP', syscall, path);
      return locate(disk, [node.target, ...names.slice(index + 1)].join('/'), syscall, follows, links + 1);
    }
    if (isLast) return { folder, key, name, node, real: entry?.name ?? null };
    if (node === null) throw errno('ENOENT', syscall, path);
    if (node.kind !== 'folder') throw errno('ENOTDIR', syscall, path);
    folder = node;
  }
  throw errno('ENOENT', syscall, path);
}

const MOST_KNOWN = 5_000;
const known = new Map<string, readonly string[]>();

/** The same few paths come again and again. */
function namesOf(path: string): readonly string[] {
  let names = known.get(path);
  if (names === undefined) {
    if (known.size > MOST_KNOWN) known.clear();
    names = path.split('/').filter((name) => name !== '');
    known.set(path, names);
  }
  return names;
}
