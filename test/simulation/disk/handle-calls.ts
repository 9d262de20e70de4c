import { constants } from 'node:fs';
import { copyOf } from './bytes.ts';
import { errno } from './errno.ts';
import { closeHandle, enter, type Handle, handleOf, openHandle, reach } from './kernel.ts';
import { inSteps } from './node.ts';
import { flush } from './power.ts';
import { SimulatedStats } from './stats.ts';

/* The calls of `node:fs` on open files, with the answers of Linux. */

const FLAGS: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  'wx+': constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

export function openSync(path: string, flags: string | number = 'r', mode = 0o666): number {
  const bits = typeof flags === 'number' ? flags : FLAGS[flags];
  if (bits === undefined) throw new Error(`the simulated disk knows no flags "${flags}"`);
  const place = enter('open', path);
  const { proc } = place;
  const { at } = place;
  const isExclusive = (bits & constants.O_EXCL) !== 0;
  const spot = reach(proc, place, 'open', (bits & constants.O_NOFOLLOW) === 0 && !isExclusive);
  const { node } = spot;
  if (node !== null && isExclusive) throw errno('EEXIST', 'open', at);
  if (node !== null && node.kind !== 'folder' && (bits & constants.O_DIRECTORY) !== 0)
    throw errno('ENOTDIR', 'open', at);
  if (node?.kind === 'link') throw errno('ELOOP', 'open', at);
  const appends = (bits & constants.O_APPEND) !== 0;
  const writes = (bits & 3) !== constants.O_RDONLY;
  if (node === null) {
    if ((bits & constants.O_CREAT) === 0) throw errno('ENOENT', 'open', at);
    const made = proc.disk.newFile(mode & ~0o022);
    // It is never there without being open.
    const fd = openHandle({ proc, node: made, path: at, writes, appends, position: 0 });
    proc.disk.change([{ folder: spot.folder, key: spot.key, becomes: { name: spot.name, node: made } }], proc);
    return fd;
  }
  if (node.kind === 'folder' && writes) throw errno('EISDIR', 'open', at);
  return openHandle({ proc, node, path: at, writes, appends, position: 0 });
}

export const closeSync = closeHandle;

export function fstatSync(fd: number): SimulatedStats {
  return new SimulatedStats(handleOf('fstat', fd).node);
}

export function readSync(fd: number, buffer: Uint8Array, offset = 0, length = buffer.length, from?: number): number {
  const handle = handleOf('read', fd);
  const read = readAt(handle, buffer, offset, length, from ?? handle.position);
  if (from === undefined) handle.position += read;
  return read;
}

export function readAt(handle: Handle, into: Uint8Array, offset: number, length: number, from: number): number {
  const part = partAt(handle, from, length);
  into.set(part, offset);
  return part.length;
}

/** Up to so many bytes, not to be written into. */
export function partAt({ node, path }: Handle, from: number, length: number): Uint8Array {
  if (node.kind !== 'file') throw errno('EISDIR', 'read', path);
  return node.data.subarray(from, from + length);
}

/** There is one mount. Null for a path that does not tell of it. */
function mountTold(path: string): string | null {
  if (path === '/proc/self/mountinfo') return '1 0 0:1 / / rw\n';
  return path.startsWith('/proc/self/fdinfo/') ? 'mnt_id:\t1\n' : null;
}

export function readFileSync(from: string | number, encoding: 'utf8'): string;
export function readFileSync(from: string | number): Buffer;
export function readFileSync(from: string | number, encoding?: 'utf8'): string | Buffer {
  const isPath = typeof from === 'string';
  const told = isPath ? mountTold(from) : null;
  if (told !== null) return encoding === undefined ? Buffer.from(told) : told;
  const fd = isPath ? openSync(from) : from;
  try {
    const { node, path } = handleOf('read', fd);
    if (node.kind !== 'file') throw errno('EISDIR', 'read', path);
    const { buffer, byteOffset, length } = node.data;
    // Never written into: a write makes new ones, and nobody writes into what was read.
    const bytes = Buffer.from(buffer, byteOffset, length);
    return encoding === undefined ? bytes : bytes.toString(encoding);
  } finally {
    if (isPath) closeSync(fd);
  }
}

export function writeSync(
  fd: number,
  data: string | Uint8Array,
  offset = 0,
  length?: number,
  position: number | null = null,
): number {
  const all = typeof data === 'string' ? Buffer.from(data) : data.subarray(offset, length && offset + length);
  const handle = handleOf('write', fd);
  const bytes = all.length > 1 && handle.proc.takesPart() ? all.subarray(0, all.length >> 1) : all;
  writeBytes(handle, bytes, position);
  return bytes.length;
}

export function writeBytes(handle: Handle, bytes: Uint8Array, position: number | null): void {
  const { node, path, proc } = handle;
  if (node.kind !== 'file') throw errno('EBADF', 'write', path);
  const at = handle.appends ? node.data.length : (position ?? handle.position);
  proc.disk.write(node, overlaid(node.data, bytes, at), proc);
  if (position === null) handle.position = at + bytes.length;
}

function overlaid(data: Uint8Array, bytes: Uint8Array, at: number): Uint8Array {
  // Most writes are of a whole file.
  if (at === 0 && bytes.length >= data.length) return copyOf(bytes);
  const next = new Uint8Array(Math.max(data.length, at + bytes.length));
  next.set(data);
  next.set(bytes, at);
  return next;
}

export function ftruncateSync(fd: number, length: number): void {
  const { node, path, proc } = handleOf('ftruncate', fd);
  if (node.kind !== 'file') throw errno('EINVAL', 'ftruncate', path);
  const next = new Uint8Array(length);
  next.set(node.data.subarray(0, length));
  proc.disk.write(node, next, proc);
}

export function fsyncSync(fd: number): void {
  const { node, proc } = handleOf('fsync', fd);
  flush(proc.disk, node);
}

/** As `fsyncSync`, and others may act before it. */
export function fsync(fd: number, answered: (error: unknown) => void): void {
  afterBreath(fd, () => fsyncSync(fd)).then(() => answered(null), answered);
}

/** As `writeSync`, and others may act before it. */
export function write(
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
  answered: (error: unknown, written: number) => void,
): void {
  afterBreath(fd, () => writeSync(fd, bytes, offset, length, position)).then(
    (written) => answered(null, written),
    (error: unknown) => answered(error, 0),
  );
}

async function afterBreath<T>(fd: number, act: () => T): Promise<T> {
  await handleOf('before', fd).proc.breathe();
  return act();
}

export function fchmodSync(fd: number, mode: number): void {
  const { node, proc } = handleOf('fchmod', fd);
  proc.disk.setMode(node, mode, proc);
}

/** Seconds, as strings or numbers. */
export function futimesSync(fd: number, _accessed: string | number, modified: string | number): void {
  const { node, proc } = handleOf('futimes', fd);
  node.mtime = inSteps(Number(modified) * 1000, proc.disk.traits.granularityMs);
  node.ctime = proc.disk.now();
}
