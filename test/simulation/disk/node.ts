import { hash } from 'node:crypto';

export interface Content {
  data: Uint8Array;
  /** Of the data; null: not asked for yet. */
  sha256: string | null;
}

export interface FileNode extends Content {
  readonly kind: 'file';
  readonly ino: number;
  mode: number;
  mtime: number;
  ctime: number;
  links: number;
  /** Handles on it: its number is not given to another before the last is closed. */
  opens: number;
  /** What a power cut leaves of the content; null: never flushed. */
  flushed: Uint8Array | null;
  /** Where it got its latest name. */
  at: { readonly folder: FolderNode; readonly name: string } | null;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly ino: number;
  /** By the name as this disk compares it. */
  entries: Map<string, Named>;
  /** What a power cut surely leaves of the names. */
  flushed: Map<string, Named>;
  mode: number;
  mtime: number;
  ctime: number;
  parent: FolderNode | null;
  name: string;
  /** Its path as it was last asked for, and the `ways` of its disk then. */
  known: { readonly ways: number; readonly path: string } | null;
}

export interface LinkNode {
  readonly kind: 'link';
  readonly ino: number;
  readonly target: string;
  mode: number;
  mtime: number;
  ctime: number;
}

export type Node = FileNode | FolderNode | LinkNode;

export interface Named {
  readonly name: string;
  readonly node: Node;
}

/** How a filesystem differs from the next. */
export interface DiskTraits {
  /** Coarsest step of its times, milliseconds; 0.001 is the finest. */
  readonly granularityMs: number;
  readonly isCaseBlind: boolean;
  readonly hasHardLinks: boolean;
  readonly reusesInodes: boolean;
  /** A flush of anything flushes every name that was changed before (a journal); else only those of that folder. */
  readonly hasOrderedJournal: boolean;
}

/** Hears of every change, after it. `by` is the process of the engine, null a person. */
export interface DiskListener<By> {
  added(folder: FolderNode, name: string, node: Node, by: By | null): void;
  removed(folder: FolderNode, name: string, node: Node, by: By | null): void;
  written(node: FileNode, before: Content, by: By | null): void;
  /** It has another mode now. */
  moded(node: Node, by: By | null): void;
  /** A handle to it, which could write (`wrote`) or not. */
  closed(node: FileNode, by: By | null, wrote: boolean): void;
}

export interface NameChange {
  readonly folder: FolderNode;
  readonly key: string;
  readonly becomes: Named | null;
}

/** The inodes of one machine. Paths on it begin at `top`. */
export interface Disk<By> {
  readonly traits: DiskTraits;
  readonly top: FolderNode;
  /** Rises with every change of a name that is not a file's, but for a new folder's: while it stands, every way leads where it led. */
  ways: number;
  listener: DiskListener<By>;
  /** The time it would give a change now. */
  now(): number;
  newFile(mode: number): FileNode;
  newFolder(mode: number): FolderNode;
  newLink(target: string): LinkNode;
  keyOf(name: string): string;
  /** One indivisible change of names: a rename is two. */
  change(changes: readonly NameChange[], by: By | null): void;
  write(node: FileNode, data: Uint8Array, by: By | null): void;
  setMode(node: Node, mode: number, by: By | null): void;
  opened(node: FileNode): void;
  closed(node: FileNode, by: By | null, wrote: boolean): void;
  /** Changes of names that a power cut may still undo, oldest first; kept only where `remembers`. */
  unflushed: (readonly NameChange[])[];
  remembers: boolean;
}

export function createDisk<By>(traits: DiskTraits, clock: () => number, remembers: boolean): Disk<By> {
  let inodes = 2;
  const free: number[] = [];
  const newIno = () => (traits.reusesInodes ? (free.pop() ?? inodes++) : inodes++);
  const now = () => inSteps(clock(), traits.granularityMs);
  const newFolder = (mode: number): FolderNode => {
    const at = now();
    const ino = newIno();
    return {
      kind: 'folder',
      ino,
      entries: new Map(),
      flushed: new Map(),
      mode,
      mtime: at,
      ctime: at,
      parent: null,
      name: '',
      known: null,
    };
  };
  const silent: DiskListener<By> = { added() {}, removed() {}, written() {}, moded() {}, closed() {} };
  const disk: Disk<By> = {
    traits,
    top: newFolder(0o755),
    ways: 0,
    listener: silent,
    now,
    newFile(mode) {
      const at = now();
      return {
        kind: 'file',
        ino: newIno(),
        data: EMPTY,
        mode,
        mtime: at,
        ctime: at,
        links: 0,
        opens: 0,
        flushed: null,
        sha256: null,
        at: null,
      };
    },
    newFolder,
    newLink: (target) => ({ kind: 'link', ino: newIno(), target, mode: 0o777, mtime: now(), ctime: now() }),
    keyOf: traits.isCaseBlind ? (name) => name.toLowerCase() : (name) => name,
    change(changes, by) {
      if (disk.remembers) disk.unflushed.push(changes);
      else for (const { folder, key, becomes } of changes) setName(folder.flushed, key, becomes);
      const at = now();
      const replaced: (Named | undefined)[] = [];
      for (const { folder, key, becomes } of changes) {
        const before = folder.entries.get(key);
        replaced.push(before);
        setName(folder.entries, key, becomes);
        if (isOnWays(before) || (isOnWays(becomes) && !isNewFolder(becomes))) disk.ways += 1;
        folder.mtime = at;
        folder.ctime = at;
        if (before) unlinked(before.node, at);
        if (becomes) linked(folder, becomes, at);
        if (before) forget(before.node);
      }
      for (const [index, { folder, becomes }] of changes.entries()) {
        const before = replaced[index];
        if (before) disk.listener.removed(folder, before.name, before.node, by);
        if (becomes) disk.listener.added(folder, becomes.name, becomes.node, by);
      }
    },
    write(node, data, by) {
      const before = { data: node.data, sha256: node.sha256 };
      node.data = data;
      node.sha256 = null;
      node.mtime = now();
      node.ctime = node.mtime;
      disk.listener.written(node, before, by);
    },
    setMode(node, mode, by) {
      node.mode = mode;
      node.ctime = now();
      disk.listener.moded(node, by);
    },
    opened(node) {
      node.opens += 1;
    },
    closed(node, by, wrote) {
      node.opens -= 1;
      disk.listener.closed(node, by, wrote);
      forget(node);
    },
    unflushed: [],
    remembers,
  };
  return disk;

  function forget(node: Node): void {
    if (node.kind !== 'file' || node.links > 0 || node.opens > 0) return;
    if (traits.reusesInodes) free.push(node.ino);
  }
}

/** The latest step of a filesystem's clock that is not after a time. Milliseconds. */
export function inSteps(ms: number, granularityMs: number): number {
  if (granularityMs >= 1) return Math.floor(ms / granularityMs) * granularityMs;
  const steps = Math.round(1 / granularityMs);
  return Math.floor(ms * steps + 0.01) / steps;
}

/** Of the content now. */
export function hashOf(content: Content): string {
  content.sha256 ??= hash('sha256', content.data);
  return content.sha256;
}

const isOnWays = (named: Named | null | undefined): boolean =>
  named !== null && named !== undefined && named.node.kind !== 'file';

/** Never linked anywhere: no way led through it. */
const isNewFolder = (named: Named | null): boolean => named?.node.kind === 'folder' && named.node.parent === null;

const EMPTY = new Uint8Array();

export function setName(names: Map<string, Named>, key: string, becomes: Named | null): void {
  if (becomes === null) names.delete(key);
  else names.set(key, becomes);
}

function unlinked(node: Node, at: number): void {
  if (node.kind === 'file') {
    node.links -= 1;
    node.ctime = at;
  }
}

function linked(folder: FolderNode, { name, node }: Named, at: number): void {
  node.ctime = at;
  if (node.kind === 'file') {
    node.links += 1;
    node.at = { folder, name };
  }
  if (node.kind === 'folder') {
    node.parent = folder;
    node.name = name;
  }
}
