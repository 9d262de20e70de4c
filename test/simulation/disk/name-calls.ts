import { errno } from './errno.ts';
import { enter, openAt, type Place, type Proc, pathNow, placeOf, reach, seek } from './kernel.ts';
import type { FolderNode, NameChange } from './node.ts';
import { pathOf } from './path-of.ts';
import { SimulatedStats } from './stats.ts';

/* The calls of `node:fs` on names, with the answers of Linux. */

export function lstatSync(path: string, options?: { readonly throwIfNoEntry?: boolean }): SimulatedStats | undefined {
  const place = enter('lstat', path);
  const { proc } = place;
  const found = seek(proc, place, false);
  if (typeof found !== 'string' && found.node !== null) return new SimulatedStats(found.node);
  const code = typeof found === 'string' ? found : 'ENOENT';
  if (code === 'ENOENT' && options?.throwIfNoEntry === false) return undefined;
  throw errno(code, 'lstat', place.at);
}

function realpath(path: string): string {
  const place = enter('realpath', path);
  const { proc } = place;
  const { folder, node, real } = reach(proc, place, 'realpath', true);
  if (node === null) throw errno('ENOENT', 'realpath', place.at);
  const { disk } = proc;
  const name = real ?? '';
  if (place.real?.ways !== disk.ways || place.real.node !== node || place.real.name !== name) {
    const path = `/p${proc.id}${node === disk.top ? '' : pathOf(disk, folder, name)}`;
    place.real = { ways: disk.ways, node, name, path };
  }
  return place.real.path;
}

export const realpathSync = Object.assign(realpath, { native: realpath });

export function mkdirSync(path: string, options: { readonly mode?: number; readonly recursive?: boolean } = {}): void {
  if (options.recursive === true) {
    for (const level of levelsOf(placeOf(path), path))
      if (lstatSync(level, { throwIfNoEntry: false }) === undefined) mkdirSync(level, { ...options, recursive: false });
    return;
  }
  const place = enter('mkdir', path);
  const { proc } = place;
  const spot = reach(proc, place, 'mkdir', false);
  if (spot.node !== null) throw errno('EEXIST', 'mkdir', place.at);
  const becomes = { name: spot.name, node: proc.disk.newFolder((options.mode ?? 0o777) & ~0o022) };
  proc.disk.change([{ folder: spot.folder, key: spot.key, becomes }], proc);
}

/** The folders on the way to a path, and the path itself, as programs give them. */
function levelsOf(place: Place, path: string): readonly string[] {
  if (place.levels === null) {
    const [, owner, ...names] = path.split('/');
    place.levels = names.map((_, index) => `/${owner}/${names.slice(0, index + 1).join('/')}`);
  }
  return place.levels;
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
  const place = enter('unlink', path);
  const { proc } = place;
  const { folder, key, node } = reach(proc, place, 'unlink', false);
  if (node === null) throw errno('ENOENT', 'unlink', place.at);
  if (node.kind === 'folder') throw errno('EISDIR', 'unlink', place.at);
  proc.disk.change([{ folder, key, becomes: null }], proc);
}

export function rmdirSync(path: string): void {
  const place = enter('rmdir', path);
  const { proc } = place;
  const { folder, key, node } = reach(proc, place, 'rmdir', false);
  if (node === null) throw errno('ENOENT', 'rmdir', place.at);
  if (node.kind !== 'folder') throw errno('ENOTDIR', 'rmdir', place.at);
  if (node.entries.size > 0) throw errno('ENOTEMPTY', 'rmdir', place.at);
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
  const place = enter('rename', from);
  const { proc } = place;
  const source = reach(proc, place, 'rename', false);
  const target = reach(proc, placeOf(to), 'rename', false);
  if (source.node === null) throw errno('ENOENT', 'rename', place.at);
  for (let folder: FolderNode | null = target.folder; folder !== null; folder = folder.parent)
    if (folder === source.node) throw errno('EINVAL', 'rename', place.at);
  for (let folder: FolderNode | null = source.folder; folder !== null; folder = folder.parent)
    if (folder === target.node) throw errno('ENOTEMPTY', 'rename', place.at);
  if (source.node === target.node && source.folder === target.folder && source.key === target.key) return;
  if (target.node !== null && target.node !== source.node) {
    if (source.node.kind === 'folder' && target.node.kind !== 'folder') throw errno('ENOTDIR', 'rename', place.at);
    if (source.node.kind !== 'folder' && target.node.kind === 'folder') throw errno('EISDIR', 'rename', place.at);
    if (target.node.kind === 'folder' && target.node.entries.size > 0) throw errno('ENOTEMPTY', 'rename', place.at);
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
  const place = enter('link', from);
  const { proc } = place;
  const source = reach(proc, place, 'link', false);
  if (source.node === null) throw errno('ENOENT', 'link', place.at);
  const target = reach(proc, placeOf(to), 'link', false);
  if (target.node !== null) throw errno('EEXIST', 'link', place.at);
  if (source.node.kind !== 'file' || !proc.disk.traits.hasHardLinks) throw errno('EPERM', 'link', place.at);
  proc.disk.change(
    [{ folder: target.folder, key: target.key, becomes: { name: target.name, node: source.node } }],
    proc,
  );
}

export function symlinkSync(target: string, path: string): void {
  const place = enter('symlink', path);
  const { proc } = place;
  const { folder, key, name, node } = reach(proc, place, 'symlink', false);
  if (node !== null) throw errno('EEXIST', 'symlink', place.at);
  proc.disk.change([{ folder, key, becomes: { name, node: proc.disk.newLink(target) } }], proc);
}

export function readlinkSync(path: string): string {
  const open = openAt(path);
  if (open?.below === '') {
    if (open.handle === undefined) throw errno('ENOENT', 'readlink', path);
    enter('readlink', `/p${open.handle.proc.id}${open.handle.path}`);
    return pathNow(open.handle) ?? `/p${open.handle.proc.id}${open.handle.path} (deleted)`;
  }
  const place = enter('readlink', path);
  const { proc } = place;
  const { node } = reach(proc, place, 'readlink', false);
  if (node === null) throw errno('ENOENT', 'readlink', place.at);
  if (node.kind !== 'link') throw errno('EINVAL', 'readlink', place.at);
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
  const place = enter('readdir', path);
  const { proc } = place;
  const folder = folderAt(proc, place);
  const named = [...folder.entries.values()];
  if (options?.withFileTypes !== true) return named.map(({ name }) => name);
  return named.map(({ name, node }) => ({
    name,
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'folder',
    isSymbolicLink: () => node.kind === 'link',
  }));
}

function folderAt(proc: Proc, place: Place): FolderNode {
  const { node } = reach(proc, place, 'scandir', true);
  if (node === null) throw errno('ENOENT', 'scandir', place.at);
  if (node.kind !== 'folder') throw errno('ENOTDIR', 'scandir', place.at);
  return node;
}

export function chmodSync(path: string, mode: number): void {
  const place = enter('chmod', path);
  const { proc } = place;
  const { node } = reach(proc, place, 'chmod', true);
  if (node === null) throw errno('ENOENT', 'chmod', place.at);
  proc.disk.setMode(node, mode, proc);
}

/** Everything has one owner here. */
export function chownSync(path: string): void {
  enter('chown', path);
}
