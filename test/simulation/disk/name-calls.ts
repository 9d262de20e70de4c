import { errno } from './errno.ts';
import { below, enter, type Proc } from './kernel.ts';
import { locate } from './locate.ts';
import { type Disk, type FolderNode, type NameChange, type Node, pathOf } from './node.ts';
import { SimulatedStats } from './stats.ts';

/* The calls of `node:fs` on names, with the answers of Linux. */

export function lstatSync(path: string, options?: { readonly throwIfNoEntry?: boolean }): SimulatedStats | undefined {
  const { proc, at } = enter('lstat', path);
  const node = found(proc, at, 'lstat', options?.throwIfNoEntry !== false);
  return node === null ? undefined : new SimulatedStats(node);
}

function found({ disk }: Proc, at: string, call: string, throws: boolean): Node | null {
  try {
    const { node } = locate(disk, at, call, false);
    if (node === null && throws) throw errno('ENOENT', call, at);
    return node;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!throws && isMissing) return null;
    throw error;
  }
}

function realpath(path: string): string {
  const { proc, at } = enter('realpath', path);
  const real = realOf(proc.disk, at);
  return `/p${proc.id}${real === '/' ? '' : real}`;
}

export const realpathSync = Object.assign(realpath, { native: realpath });

function realOf<By>(disk: Disk<By>, at: string): string {
  const { folder, node, real } = locate(disk, at, 'realpath', true);
  if (node === null) throw errno('ENOENT', 'realpath', at);
  return node === disk.top ? '/' : pathOf(folder, real ?? '');
}

export function mkdirSync(path: string, options: { readonly mode?: number; readonly recursive?: boolean } = {}): void {
  if (options.recursive === true) {
    const names = path.split('/').slice(2);
    for (let count = 1; count <= names.length; count += 1) {
      const level = `/${path.split('/')[1]}/${names.slice(0, count).join('/')}`;
      if (lstatSync(level, { throwIfNoEntry: false }) === undefined) mkdirSync(level, { ...options, recursive: false });
    }
    return;
  }
  const { proc, at } = enter('mkdir', path);
  const spot = locate(proc.disk, at, 'mkdir', false);
  if (spot.node !== null) throw errno('EEXIST', 'mkdir', at);
  const becomes = { name: spot.name, node: proc.disk.newFolder((options.mode ?? 0o777) & ~0o022) };
  proc.disk.change([{ folder: spot.folder, key: spot.key, becomes }], proc);
}

export function mkdtempSync(prefix: string): string {
  for (let count = 0; ; count += 1) {
    const path = `${prefix}${String(count).padStart(6, '0')}`;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(path, { mode: 0o700 });
    return path;
  }
}

export function unlinkSync(path: string): void {
  const { proc, at } = enter('unlink', path);
  const { folder, key, node } = locate(proc.disk, at, 'unlink', false);
  if (node === null) throw errno('ENOENT', 'unlink', at);
  if (node.kind === 'folder') throw errno('EISDIR', 'unlink', at);
  proc.disk.change([{ folder, key, becomes: null }], proc);
}

export function rmdirSync(path: string): void {
  const { proc, at } = enter('rmdir', path);
  const { folder, key, node } = locate(proc.disk, at, 'rmdir', false);
  if (node === null) throw errno('ENOENT', 'rmdir', at);
  if (node.kind !== 'folder') throw errno('ENOTDIR', 'rmdir', at);
  if (node.entries.size > 0) throw errno('ENOTEMPTY', 'rmdir', at);
  proc.disk.change([{ folder, key, becomes: null }], proc);
}

/** One call at a time, as Node does it. */
export function rmSync(path: string, options: { readonly recursive?: boolean; readonly force?: boolean } = {}): void {
  const stats = statForRemoval(path, options.force === true);
  if (stats === undefined) return;
  if (!stats.isDirectory()) return unlinkSync(path);
  for (const name of readdirSync(path)) rmSync(`${path}/${name}`, options);
  rmdirSync(path);
}

function statForRemoval(path: string, isForced: boolean): SimulatedStats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: !isForced });
  } catch (error) {
    if (isForced && error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function renameSync(from: string, to: string): void {
  const { proc, at } = enter('rename', from);
  const source = locate(proc.disk, at, 'rename', false);
  const target = locate(proc.disk, below(to), 'rename', false);
  if (source.node === null) throw errno('ENOENT', 'rename', at);
  for (let folder: FolderNode | null = target.folder; folder !== null; folder = folder.parent)
    if (folder === source.node) throw errno('EINVAL', 'rename', at);
  for (let folder: FolderNode | null = source.folder; folder !== null; folder = folder.parent)
    if (folder === target.node) throw errno('ENOTEMPTY', 'rename', at);
  if (source.node === target.node && source.folder === target.folder && source.key === target.key) return;
  if (target.node !== null && target.node !== source.node) {
    if (source.node.kind === 'folder' && target.node.kind !== 'folder') throw errno('ENOTDIR', 'rename', at);
    if (source.node.kind !== 'folder' && target.node.kind === 'folder') throw errno('EISDIR', 'rename', at);
    if (target.node.kind === 'folder' && target.node.entries.size > 0) throw errno('ENOTEMPTY', 'rename', at);
  }
  // Two names of one file: Linux does nothing at all.
  if (source.node.kind === 'file' && source.node === target.node) return;
  const changes: NameChange[] = [
    { folder: source.folder, key: source.key, becomes: null },
    { folder: target.folder, key: target.key, becomes: { name: target.name, node: source.node } },
  ];
  proc.disk.change(changes, proc);
}

export function linkSync(from: string, to: string): void {
  const { proc, at } = enter('link', from);
  const source = locate(proc.disk, at, 'link', false);
  if (source.node === null) throw errno('ENOENT', 'link', at);
  const target = locate(proc.disk, below(to), 'link', false);
  if (target.node !== null) throw errno('EEXIST', 'link', at);
  if (source.node.kind !== 'file' || !proc.disk.traits.hasHardLinks) throw errno('EPERM', 'link', at);
  proc.disk.change(
    [{ folder: target.folder, key: target.key, becomes: { name: target.name, node: source.node } }],
    proc,
  );
}

export function symlinkSync(target: string, path: string): void {
  const { proc, at } = enter('symlink', path);
  const { folder, key, name, node } = locate(proc.disk, at, 'symlink', false);
  if (node !== null) throw errno('EEXIST', 'symlink', at);
  proc.disk.change([{ folder, key, becomes: { name, node: proc.disk.newLink(target) } }], proc);
}

export function readlinkSync(path: string): string {
  const { proc, at } = enter('readlink', path);
  const { node } = locate(proc.disk, at, 'readlink', false);
  if (node === null) throw errno('ENOENT', 'readlink', at);
  if (node.kind !== 'link') throw errno('EINVAL', 'readlink', at);
  return node.target;
}

export interface SimulatedEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function readdirSync(path: string, options: { readonly withFileTypes: true }): SimulatedEntry[];
export function readdirSync(path: string): string[];
export function readdirSync(path: string, options?: { readonly withFileTypes: true }): string[] | SimulatedEntry[] {
  const { proc, at } = enter('readdir', path);
  const folder = folderAt(proc, at);
  const named = [...folder.entries.values()];
  if (options?.withFileTypes !== true) return named.map(({ name }) => name);
  return named.map(({ name, node }) => ({
    name,
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'folder',
    isSymbolicLink: () => node.kind === 'link',
  }));
}

function folderAt({ disk }: Proc, at: string): FolderNode {
  const { node } = locate(disk, at, 'scandir', true);
  if (node === null) throw errno('ENOENT', 'scandir', at);
  if (node.kind !== 'folder') throw errno('ENOTDIR', 'scandir', at);
  return node;
}

export function chmodSync(path: string, mode: number): void {
  const { proc, at } = enter('chmod', path);
  const { node } = locate(proc.disk, at, 'chmod', true);
  if (node === null) throw errno('ENOENT', 'chmod', at);
  node.mode = mode;
  node.ctime = proc.disk.now();
}

/** Everything has one owner here. */
export function chownSync(path: string): void {
  enter('chown', path);
}
