import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../../core/errors.ts';
import { sameStamp } from '../../../core/format/tree.ts';
import type { HashedFile } from '../../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT } from '../fsync.ts';
import { parentOf, parentPath, type Top } from '../guarded-path.ts';
import { type HeldFolder, openHeldFolders } from '../held-folder.ts';
import { errorCode } from '../refusal.ts';
import { stampOf } from '../stamp.ts';

/** Larger files are read part by part. */
export const WHOLE_BYTES = 256 << 10;

/** Of one answer: more are on their way at the same time. */
const KEPT_BYTES = 1 << 20;

/**
 * Reads files on the calling thread, whole, in their order. Null: it has to be opened, to be read or to say why it cannot be. Bytes come with the
 * first mebibyte, as long as they are wanted.
 */
export type WholeReader = (paths: readonly string[], keeps: boolean) => readonly (HashedFile | null)[];

export function openWholeReader(root: Top): WholeReader {
  const folders = openHeldFolders();
  /** For what is only hashed. */
  let spare: Uint8Array | null = null;
  return (paths, keeps) => {
    const answer: (HashedFile | null)[] = [];
    let kept = 0;
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
        const into = keeps && kept < KEPT_BYTES ? null : (spare ??= new Uint8Array(WHOLE_BYTES));
        const file = readOne(root, path, held, into);
        kept += file?.bytes?.byteLength ?? 0;
        answer.push(file);
      }
    } finally {
      held?.release();
    }
    return answer;
  };
}

/** Into `spare`, or else into memory of its own, which can be given away. */
type Into = Uint8Array | null;

function readOne(root: Top, path: string, held: HeldFolder | null, into: Into): HashedFile | null {
  try {
    return held === null ? readByPath(root, path, into) : readInFolder(held, path, into);
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof SyncError)) throw error;
    return null;
  }
}

/** Nothing on the way to a folder that is held can lead elsewhere. */
function readInFolder(held: HeldFolder, path: string, into: Into): HashedFile | null {
  const name = basename(path);
  const target = join(held.folder.path, name);
  return readStanding(held.nameIn(name), target, into, (fd, named, { dev }) => named.dev === dev && held.has(fd, name));
}

/** The path is checked before and after, so that what was read is surely a file of the root. */
function readByPath(root: Top, path: string, into: Into): HashedFile | null {
  const parent = parentOf(root, path);
  if (parent.kind !== 'folder') return null;
  const target = join(parent.folder.path, basename(path));
  return readStanding(target, target, into, () => parentOf(root, path).kind === 'folder');
}

/** Reads a file by `name` and gives it when, after that, it is the one at `target` and nothing has changed it. */
function readStanding(
  name: string,
  target: string,
  into: Into,
  isThere: (fd: number, named: Stats, opened: Stats) => boolean,
): HashedFile | null {
  const fd = openSync(name, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  try {
    const before = fstatSync(fd);
    if (!before.isFile() || before.size > WHOLE_BYTES) return null;
    const bytes = into?.subarray(0, before.size) ?? new Uint8Array(before.size);
    if (!fill(bytes, fd)) return null;
    const stamp = stampOf(fstatSync(fd));
    const named = lstatSync(target, { throwIfNoEntry: false });
    const isStill = named?.isFile() === true && [before, named].every((stats) => sameStamp(stampOf(stats), stamp));
    if (!isStill || !isThere(fd, named, before)) return null;
    return { stamp, sha256: hash('sha256', bytes), bytes: into === null ? bytes : null };
  } finally {
    closeSync(fd);
  }
}

/** False where there is less. */
function fill(bytes: Uint8Array, fd: number): boolean {
  for (let filled = 0; filled < bytes.byteLength; ) {
    const read = readSync(fd, bytes, filled, bytes.byteLength - filled, filled);
    if (read === 0) return false;
    filled += read;
  }
  return true;
}
