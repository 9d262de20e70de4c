import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { type FileStamp, sameStamp } from '../../../core/format/tree.ts';
import type { HashedFile } from '../../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT } from '../fsync.ts';
import { parentOf, parentPath, type Top } from '../guarded-path.ts';
import { type HeldFolder, openHeldFolders } from '../held-folder.ts';
import { errorCode } from '../refusal.ts';
import { stampOf } from '../stamp.ts';

/** Larger files are read part by part. */
export const WHOLE_BYTES = 256 << 10;

/** Reads files on the calling thread, whole, in their order; null where one has to be opened to say why it cannot be read. */
export type WholeReader = (paths: readonly string[], keeps: boolean) => readonly (HashedFile | null)[];

export function openWholeReader(root: Top): WholeReader {
  const folders = openHeldFolders();
  return (paths, keeps) => {
    const answer: (HashedFile | null)[] = [];
    let parent: string | null = null;
    let held: HeldFolder | null = null;
    try {
      for (const path of paths) {
        const next = parentPath(root, path);
        if (next !== parent) {
          held?.release();
          held = next === null ? null : folders.hold(next);
          parent = next;
        }
        answer.push(readOne(root, path, held, keeps));
      }
    } finally {
      held?.release();
    }
    return answer;
  };
}

function readOne(root: Top, path: string, held: HeldFolder | null, keeps: boolean): HashedFile | null {
  try {
    return held === null ? readByPath(root, path, keeps) : readInFolder(held, path, keeps);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

function readInFolder(held: HeldFolder, path: string, keeps: boolean): HashedFile | null {
  const name = basename(path);
  return readStanding(held.nameIn(name), join(held.folder.path, name), keeps, (fd) => held.has(fd, name));
}

/** The path is checked before and after, so that what was read is surely a file of the root. */
function readByPath(root: Top, path: string, keeps: boolean): HashedFile | null {
  const parent = parentOf(root, path);
  if (parent.kind !== 'folder') return null;
  const target = join(parent.folder.path, basename(path));
  return readStanding(target, target, keeps, () => parentOf(root, path).kind === 'folder');
}

/** Reads a file by `name` and gives it when, after that, it is the one at `target` and nothing has changed it. */
function readStanding(
  name: string,
  target: string,
  keeps: boolean,
  isThere: (fd: number) => boolean,
): HashedFile | null {
  const fd = openSync(name, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  try {
    const before = fstatSync(fd);
    if (!before.isFile() || before.size > WHOLE_BYTES) return null;
    const bytes = readAll(fd, before.size);
    const stamp = stampOf(fstatSync(fd));
    if (bytes === null || !sameStamp(stampOf(before), stamp) || !isThere(fd)) return null;
    if (!isSame(lstatSync(target, { throwIfNoEntry: false }), before, stamp)) return null;
    return { stamp, sha256: hash('sha256', bytes), bytes: keeps ? bytes : null };
  } finally {
    closeSync(fd);
  }
}

const isSame = (named: Stats | undefined, opened: Stats, stamp: FileStamp): boolean =>
  named?.isFile() === true && named.dev === opened.dev && sameStamp(stampOf(named), stamp);

/** In memory of its own, which another thread can be given; null where there is less. */
function readAll(fd: number, size: number): Uint8Array | null {
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < size; ) {
    const read = readSync(fd, bytes, filled, size - filled, filled);
    if (read === 0) return null;
    filled += read;
  }
  return bytes;
}
