import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, relative } from 'node:path';

/** Long past: nobody takes these files for just written. */
const WRITTEN = new Date('2024-05-01T12:00:00Z');
const PER_FOLDER = 100;
const CHANGED = 100;
const ITEMS = 'items';
const LARGE = 'large.bin';

/** Writes `count` files of 1 to 4 KiB, a hundred to a folder. */
export function writeSmallFiles(folder: string, count: number): void {
  const items = join(folder, ITEMS);
  for (let n = 0; n < count; n += 1) {
    const path = pathOf(items, n);
    if (n % PER_FOLDER === 0) mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, randomBytes(1024 + ((n * 7919) % 3073)));
    utimesSync(path, WRITTEN, WRITTEN);
  }
}

/** Writes `count` files of 300 to 360 KiB: too large for a pack, too small for a second chunk. */
export function writeMiddleFiles(folder: string, count: number): void {
  const items = join(folder, ITEMS);
  for (let n = 0; n < count; n += 1) {
    const path = pathOf(items, n);
    if (n % PER_FOLDER === 0) mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, randomBytes((300 << 10) + ((n * 7919) % (60 << 10))));
    utimesSync(path, WRITTEN, WRITTEN);
  }
}

/** Gives a hundred of them, spread over all folders, another content and length. */
export function changeSmallFiles(folder: string): void {
  const items = filesBelow(join(folder, ITEMS));
  for (let n = 0; n < CHANGED; n += 1)
    writeFileSync(items[Math.floor((n * items.length) / CHANGED)] ?? '', randomBytes(5000));
}

/** One more beside them. */
export function addSmallFile(folder: string): void {
  writeFileSync(join(folder, 'next.bin'), randomBytes(2000));
}

/** Writes `count` files of a few bytes each, no two alike, a thousand to a folder. */
export function writeTinyFiles(folder: string, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const path = tinyPath(folder, n);
    if (n % TINY_PER_FOLDER === 0) mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `content ${n}\n`);
    utimesSync(path, WRITTEN, WRITTEN);
  }
}

/** Gives a thousand of them another content. */
export function changeTinyFiles(folder: string): void {
  for (const group of readdirSync(folder)
    .filter((name) => name.startsWith('group-'))
    .slice(0, 10))
    for (const name of readdirSync(join(folder, group)).slice(0, 100))
      writeFileSync(join(folder, group, name), 'changed');
}

const TINY_PER_FOLDER = 1000;

const tinyPath = (folder: string, n: number): string =>
  join(
    folder,
    `group-${String(Math.floor(n / TINY_PER_FOLDER)).padStart(4, '0')}`,
    `item-${String(n).padStart(7, '0')}.txt`,
  );

/** Gives the folder that all of them lie in another name. */
export function renameSmallFiles(folder: string): void {
  renameSync(join(folder, ITEMS), join(folder, 'renamed'));
}

/** Writes one file that repeats nowhere. */
export function writeLargeFile(folder: string, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, LARGE);
  const fd = openSync(path, 'w');
  try {
    for (let done = 0; done < bytes; ) done += writeSync(fd, randomBytes(Math.min(8 << 20, bytes - done)));
  } finally {
    closeSync(fd);
  }
  utimesSync(path, WRITTEN, WRITTEN);
}

/** Writes 1 MiB over what is in the middle of it, and 1 MiB more at its end. */
export function changeLargeFile(folder: string): void {
  const path = join(folder, LARGE);
  const { size } = statSync(path);
  const fd = openSync(path, 'r+');
  try {
    for (const at of [Math.floor(size / 2), size]) writeSync(fd, randomBytes(1 << 20), 0, 1 << 20, at);
  } finally {
    closeSync(fd);
  }
}

/** One hash over names and contents; what `datastore` keeps for itself in the folder is no content. */
export function hashFolder(folder: string): string {
  const whole = createHash('sha256');
  for (const path of filesBelow(folder)) whole.update(`${relative(folder, path)}\0${hashFile(path)}\n`);
  return whole.digest('hex');
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('.datastore-staging'))
    .toSorted();

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const part = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(path, 'r');
  try {
    for (let got = readSync(fd, part); got > 0; got = readSync(fd, part)) hash.update(part.subarray(0, got));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

function pathOf(folder: string, n: number): string {
  const group = String(Math.floor(n / PER_FOLDER)).padStart(4, '0');
  return join(folder, `group-${group}`, `item-${String(n).padStart(6, '0')}.bin`);
}
