import { isBeingWritten } from './disk/kernel.ts';
import { locate, type Spot } from './disk/locate.ts';
import { type Disk, type FileNode, type FolderNode, hashOf, type Node } from './disk/node.ts';
import { pathOf } from './disk/path-of.ts';
import { flush } from './disk/power.ts';
import type { Process } from './machine.ts';
import type { Act } from './scenario.ts';

/** Where the root is on every machine. */
export const ROOT = '/workspace/data';

/** A folder that is nobody's business. */
export const OUTSIDE = '/outside';

export interface HandsParts {
  readonly disk: Disk<Process>;
  /** A content nobody has saved before, of so many bytes. */
  readonly invent: (size: number, kept?: Uint8Array) => Uint8Array;
  /** Contents that were saved at a path, the latest last. */
  readonly history: (path: string) => readonly Uint8Array[];
  readonly later: (ms: number, then: () => void) => void;
  /** What an open program does: it is gone with the power. */
  readonly laterUnlessCut: (ms: number, then: () => void) => void;
  /** Nobody takes what happens in here for saving or deleting: a folder is out of sight for a while. */
  readonly unseen: (act: () => void) => void;
  /** Whether another folder, or none, is in the root's place. */
  readonly isRootAway: () => boolean;
}

/** Of folders that are out of sight, their whole paths as they were spelled: a person who means `docs` may have called it `Docs`. */
const origins = new WeakMap<Node, string>();

/** What a person does with files: at one moment, and durable at once. Answers what was done in words, or null where it could not be. */
export function actOn(
  { disk, invent, history, later, laterUnlessCut, unseen, isRootAway }: HandsParts,
  act: Act,
): string | null {
  const spot = at(act.path);
  if (spot === null) return null;
  switch (act.act) {
    case 'save': {
      const before = spot.node?.kind === 'file' ? spot.node.data : new Uint8Array(16);
      if (act.size === 'edited') return save(spot, invent(40, before.subarray(0, 500)), act.style);
      const { mtime, ctime } = spot.node ?? {};
      const done = save(spot, invent(act.size === 'same' ? before.length : act.size), act.style);
      const { node } = at(act.path) ?? {};
      // Within one step of the clock no stamp could tell.
      if (act.keepsTime && node?.kind === 'file' && mtime !== undefined && ctime !== node.ctime) node.mtime = mtime;
      return done;
    }
    case 'save slowly': {
      const { node } = spot;
      if (node?.kind !== 'file') return null;
      disk.opened(node);
      laterUnlessCut(act.ms, () => {
        disk.write(node, invent(node.data.length), null);
        flush(disk, node);
        if (node.at) flushUp(node.at.folder);
        disk.closed(node, null, true);
      });
      return 'opened';
    }
    case 'save an old version': {
      const old = history(act.path).at(-1 - act.back);
      return old === undefined ? null : save(spot, old, 'replace');
    }
    case 'rename': {
      const target = at(act.to);
      if (spot.node?.kind !== 'file' || target === null) return null;
      if (target.node !== null && target.node.kind !== 'file') return null;
      if (target.node === spot.node && target.key === spot.key && target.folder === spot.folder) return null;
      return moved(spot, target);
    }
    case 'copy': {
      const target = at(act.to);
      if (spot.node?.kind !== 'file' || target === null) return null;
      return save(target, spot.node.data, 'replace');
    }
    case 'delete':
      // Whoever removed the link that stands for a folder would say that all files of the folder are removed.
      if (spot.node?.kind !== 'file' && !(spot.node?.kind === 'link' && act.takesLinks === true)) return null;
      change([{ folder: spot.folder, key: spot.key, becomes: null }]);
      return 'done';
    case 'touch':
    case 'make executable': {
      if (spot.node?.kind !== 'file') return null;
      if (act.act === 'make executable') disk.setMode(spot.node, spot.node.mode ^ 0o111, null);
      else spot.node.ctime = spot.node.mtime = disk.now();
      return 'done';
    }
    case 'move folder': {
      const target = at(act.to);
      if (spot.node?.kind !== 'folder' || target === null || target.node !== null) return null;
      if (holdsLink(spot.node)) return null;
      if (`${act.to}/`.startsWith(`${act.path}/`)) return null;
      return moved(spot, target);
    }
    case 'delete folder':
      if (spot.node?.kind !== 'folder' || holdsLink(spot.node)) return null;
      empty(spot.node);
      change([{ folder: spot.folder, key: spot.key, becomes: null }]);
      return 'done';
    case 'swap folder for a link': {
      const away = at(act.path, '/workspace');
      if (spot.node?.kind !== 'folder' || away === null || away.node !== null) return null;
      const name = spot.real ?? spot.name;
      origins.set(spot.node, pathOf(disk, spot.folder, name));
      unseen(() => {
        moved(spot, away);
        change([{ folder: spot.folder, key: spot.key, becomes: { name, node: disk.newLink(OUTSIDE) } }]);
      });
      later(act.ms, () => comeBack(act.path, 20));
      return 'swapped';
    }
    case 'swap the link back':
      return comeBack(act.path, 0) ? 'done' : null;
  }

  /** Where that cannot be, because a folder above or the root is elsewhere too, it is tried again. */
  function comeBack(path: string, attempts: number): boolean {
    let isBack = false;
    unseen(() => {
      if (isRootAway()) return;
      const now = at(path);
      const from = at(path, '/workspace');
      if (now === null || from === null || from.node === null) return;
      if (now.node?.kind === 'link') change([{ folder: now.folder, key: now.key, becomes: null }]);
      const free = at(path);
      if (free === null || free.node !== null) return;
      moved(from, { ...free, name: origins.get(from.node)?.split('/').at(-1) ?? free.name });
      isBack = true;
    });
    if (!isBack && attempts > 0) later(10_000, () => comeBack(path, attempts - 1));
    return isBack;
  }

  /** Null where a file stands in the way. Folders on the way are made. */
  function at(path: string, below = ROOT): Spot | null {
    try {
      const names = path.split('/').slice(0, -1);
      for (const [index] of below === ROOT ? names.entries() : []) {
        const level = locate(disk, `${below}/${names.slice(0, index + 1).join('/')}`, 'act', false);
        if (level.node !== null && level.node.kind !== 'folder') return null;
        if (level.node === null) {
          if (act.act !== 'save' && act.act !== 'save an old version' && path === act.path) return null;
          change([
            { folder: level.folder, key: level.key, becomes: { name: level.name, node: disk.newFolder(0o755) } },
          ]);
        }
      }
      return locate(disk, `${below}/${below === ROOT ? path : path.replaceAll('/', '-')}`, 'act', false);
    } catch (error) {
      if (error instanceof Error && 'code' in error) return null;
      throw error;
    }
  }

  function save({ folder, key, name, node }: Spot, bytes: Uint8Array, style: 'in place' | 'replace'): string | null {
    if (node !== null && node.kind !== 'file') return null;
    if (style === 'in place' && node !== null) {
      // Two who write into one file lose bytes on any disk. Where there are hard links no file of the root is ever written into.
      if (isBeingWritten(node)) return null;
      disk.write(node, bytes, null);
      flush(disk, node);
      flushUp(folder);
      return 'done';
    }
    const made = disk.newFile(0o644);
    made.data = bytes;
    made.flushed = bytes;
    change([{ folder, key, becomes: { name, node: made } }]);
    return 'done';
  }

  function moved(from: Spot, to: Spot): string {
    if (from.node === null) return 'nothing';
    change([
      { folder: from.folder, key: from.key, becomes: null },
      { folder: to.folder, key: to.key, becomes: { name: to.name, node: from.node } },
    ]);
    return 'done';
  }

  function empty(folder: FolderNode): void {
    for (const [key, { node }] of folder.entries) {
      if (node.kind === 'folder') empty(node);
      change([{ folder, key, becomes: null }]);
    }
  }

  function change(changes: Parameters<Disk<Process>['change']>[0]): void {
    disk.change(changes, null);
    for (const { folder } of changes) flushUp(folder);
  }

  function flushUp(folder: FolderNode): void {
    for (let at: FolderNode | null = folder; at !== null; at = at.parent) flush(disk, at);
  }
}

/** A folder is out of sight below this one, and would not find its place again. */
function holdsLink(folder: FolderNode): boolean {
  return [...folder.entries.values()].some(
    ({ node }) => node.kind === 'link' || (node.kind === 'folder' && holdsLink(node)),
  );
}

/** Every regular file of the root, staging left out: path to node. */
export function filesOf(disk: Disk<Process>): Map<string, FileNode> {
  const files = new Map<string, FileNode>();
  const spot = locate(disk, ROOT, 'look', false);
  if (spot.node?.kind === 'folder') visit(spot.node, '');
  return files;

  function visit(folder: FolderNode, below: string): void {
    for (const { name, node } of folder.entries.values()) {
      if (below === '' && name === '.datastore-staging') continue;
      if (node.kind === 'folder') visit(node, `${below}${name}/`);
      if (node.kind === 'file') files.set(below + name, node);
    }
  }
}

/** Every regular file in folders that are out of sight, by the path that it had, and will have again. */
export function* hiddenFilesOf(disk: Disk<Process>): Iterable<readonly [string, FileNode]> {
  const { node: above } = locate(disk, ROOT.slice(0, ROOT.lastIndexOf('/')), 'look', false);
  for (const { node } of above?.kind === 'folder' ? above.entries.values() : []) {
    const path = inRoot(origins.get(node) ?? '');
    if (path !== null) yield* filesBelow(path, node);
  }
}

export function isEmpty(disk: Disk<Process>, path: string): boolean {
  const { node } = locate(disk, path, 'look', false);
  return node?.kind === 'folder' && node.entries.size === 0;
}

/** A node and all below it that are files, with their paths. */
export function* filesBelow(path: string, node: Node): Iterable<readonly [string, FileNode]> {
  if (node.kind === 'file') yield [path, node];
  if (node.kind !== 'folder') return;
  for (const { name, node: child } of node.entries.values()) yield* filesBelow(`${path}/${name}`, child);
}

/** Whether a content lies anywhere below the root, staging included. */
export function holdsContent(disk: Disk<Process>, sha256: string): boolean {
  const spot = locate(disk, '/workspace', 'look', false);
  return spot.node?.kind === 'folder' && visit(spot.node);

  function visit(folder: FolderNode): boolean {
    for (const { node } of folder.entries.values()) {
      if (node.kind === 'folder' && visit(node)) return true;
      if (node.kind === 'file' && hashOf(node) === sha256) return true;
    }
    return false;
  }
}

const INSIDE = `${ROOT}/`;
const STAGING = `${ROOT}/.datastore-staging`;

/** A path on the disk, relative to the root; null outside and in staging. */
export const inRoot = (path: string): string | null =>
  path.startsWith(INSIDE) && !path.startsWith(STAGING) ? path.slice(INSIDE.length) : null;
