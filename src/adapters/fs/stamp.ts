import type { Stats } from 'node:fs';
import { fstatSync, futimesSync } from 'node:fs';
import type { FileStamp } from '../../core/format/tree.ts';

/** What lstat says of a regular file, times rounded to microseconds: the double of `mtimeMs` is exact to a quarter of one. */
export const stampOf = (stats: Stats): FileStamp => ({
  size: stats.size,
  mtime: microseconds(stats.mtimeMs),
  ctime: microseconds(stats.ctimeMs),
  inode: stats.ino,
  exec: isExecutable(stats.mode),
});

/** As `sameStamp`, for a file that was renamed or linked in between, which changes its ctime. */
export const sameContentStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.size === b.size && a.mtime === b.mtime && a.inode === b.inode;

/** Windows has no such bits, and libuv invents them. */
export const modeOf = ({ mode }: Stats): number => (process.platform === 'win32' ? 0 : mode & 0o777);

/** Windows has no such bit, and libuv invents one from the name. */
const isExecutable = (mode: number): boolean => process.platform !== 'win32' && (mode & 0o100) !== 0;

const microseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Milliseconds added in turn until the time reads back as given: some versions of libuv cut to microseconds, doubles round. */
const BIASES = [0, 0.0002, 0.0004];

/** Sets mtime (and atime) of an open file, milliseconds since 1970, so that its stamp shows the same microsecond. */
export function setModified(fd: number, mtime: number): void {
  for (const bias of BIASES) {
    const seconds = (mtime + Math.sign(mtime) * bias) / 1000;
    // As a string, because Node takes a negative number for "now".
    futimesSync(fd, String(seconds), String(seconds));
    if (microseconds(fstatSync(fd).mtimeMs) === mtime) return;
  }
}
