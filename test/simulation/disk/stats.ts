import type { Node } from './node.ts';

const TYPES = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** The part of `fs.Stats` that is in use. */
export class SimulatedStats {
  readonly ino: number;
  readonly dev = 1;
  readonly uid = 1000;
  readonly gid = 1000;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  private readonly kind: Node['kind'];

  constructor(node: Node) {
    this.kind = node.kind;
    this.ino = node.ino;
    this.size = node.kind === 'file' ? node.data.length : 0;
    this.mode = TYPES[node.kind] | node.mode;
    this.mtimeMs = node.mtime;
    this.ctimeMs = node.ctime;
  }

  isFile(): boolean {
    return this.kind === 'file';
  }

  isDirectory(): boolean {
    return this.kind === 'folder';
  }

  isSymbolicLink(): boolean {
    return this.kind === 'link';
  }

  isSocket(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}
