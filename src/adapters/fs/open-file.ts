import { constants, fstatSync, lstatSync, promises, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { sameStamp } from '../../core/format/tree.ts';
import type { LocalFiles, OpenFile } from '../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT, syncFile } from './fsync.ts';
import { type Folder, type FolderAnswer, kindOf, parentOf, parentPath, type Top } from './guarded-path.ts';
import { type HeldFolder, openHeldFolders } from './held-folder.ts';
import { localError } from './refusal.ts';
import { modeOf, sameContentStamp, stampOf } from './stamp.ts';

/** `LocalFiles.open`. */
export function openReader(root: Top): LocalFiles['open'] {
  const folders = openHeldFolders();
  return async (path) => {
    const parent = parentPath(root, path);
    const held = parent === null ? null : folders.hold(parent);
    if (held === null) return openByPath(root, path);
    try {
      const file = await openInFolder(held, path);
      // Held as long as it is read, others in the same folder need not be looked for anew.
      return { ...file, close: () => file.close().finally(() => held.release()) };
    } catch (error) {
      held.release();
      if (!(error instanceof SyncError) || error.kind !== 'local') throw error;
      // What is in the way its path tells; and another folder may have that by now.
      return openByPath(root, path);
    }
  };
}

/** Nothing on the way to a folder that is held can lead elsewhere: the file only has to lie there still. */
function openInFolder(held: HeldFolder, path: string): Promise<OpenFile> {
  const name = basename(path);
  const target = join(held.folder.path, name);
  return openStanding(held.nameIn(name), target, path, (fd, stats) => {
    if (!held.has(fd, name) || lstatSync(target, { throwIfNoEntry: false })?.dev !== stats.dev) throw changed(path);
  });
}

/** The path is checked before and after, so that the handle is surely of a file of the root. */
export function openByPath(root: Top, path: string): Promise<OpenFile> {
  const target = join(folderOf(parentOf(root, path), path).path, basename(path));
  return openStanding(target, target, path, () => folderOf(parentOf(root, path), path));
}

/** Opens a file by `name` and gives it when it is the one at `target`, after `check`. */
async function openStanding(
  name: string,
  target: string,
  path: string,
  check: (fd: number, stats: Stats) => void,
): Promise<OpenFile> {
  const { handle, stats } = await openRegular(name, path);
  try {
    check(handle.fd, stats);
    const stamp = stampOf(stats);
    const named = lstatSync(target, { throwIfNoEntry: false });
    if (named === undefined || !sameContentStamp(stampOf(named), stamp)) throw changed(path);
    return handleOf(handle, target, path, { stamp, mode: modeOf(stats) });
  } catch (error) {
    await closeRead(handle);
    throw localError(`\`${path}\` could not be read`, error);
  }
}

/** `LocalFiles.persist`; `touched` is told of its folder. */
export async function persist(root: Top, path: string, touched: (folder: string) => void): Promise<boolean> {
  const folder = folderOf(parentOf(root, path), path).path;
  try {
    const isDurable = await syncFile(async (access) => {
      const { handle } = await openRegular(join(folder, basename(path)), path, access);
      return handle;
    });
    touched(folder);
    return isDurable;
  } catch (error) {
    throw localError(`\`${path}\` could not be made durable`, error);
  }
}

/** A regular file at its very name. `path` is for people. Rejects with SyncError('local'). */
export async function openAt(target: string, path: string): Promise<OpenFile> {
  const { handle, stats } = await openRegular(target, path);
  return handleOf(handle, target, path, { stamp: stampOf(stats), mode: modeOf(stats) });
}

/** Opens what is a regular file at its very name, for reading unless said otherwise; else rejects with SyncError('local'). */
export async function openRegular(
  target: string,
  path: string,
  access: number = constants.O_RDONLY,
): Promise<{ readonly handle: FileHandle; readonly stats: Stats }> {
  let handle: FileHandle;
  try {
    handle = await promises.open(target, access | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    throw localError(`\`${path}\` could not be read`, error);
  }
  try {
    // Synchronous, as it answers from memory: a trip through the thread pool costs a hundred times as much.
    const stats = fstatSync(handle.fd);
    if (stats.isFile()) return { handle, stats };
    throw new SyncError(
      'local',
      `\`${path}\` is ${kindOf(stats)}, not a file.`,
      'Exclude it, or put a file in its place.',
    );
  } catch (error) {
    await closeRead(handle);
    throw localError(`\`${path}\` could not be read`, error);
  }
}

/** Of what was only read a close that fails loses nothing. */
export const closeRead = (handle: FileHandle): Promise<void> => handle.close().catch(() => undefined);

function handleOf(handle: FileHandle, target: string, path: string, found: Pick<OpenFile, 'stamp' | 'mode'>): OpenFile {
  return {
    ...found,
    read: async (offset, length, into = new Uint8Array(length)) => {
      const bytes = into.subarray(0, length);
      let filled = 0;
      try {
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
      } catch (error) {
        throw localError(`\`${path}\` could not be read`, error);
      }
      return bytes.subarray(0, filled);
    },
    stampNow: async () => {
      try {
        const held = stampOf(fstatSync(handle.fd));
        const named = lstatSync(target, { throwIfNoEntry: false });
        return named?.isFile() === true && sameStamp(stampOf(named), held) ? held : null;
      } catch (error) {
        throw localError(`\`${path}\` could not be read`, error);
      }
    },
    close: () => closeRead(handle),
  };
}

function folderOf(found: FolderAnswer, path: string): Folder {
  switch (found.kind) {
    case 'folder':
      return found.folder;
    case 'missing':
      throw new SyncError('local', `\`${path}\` does not exist (any more).`, 'Sync again.');
    case 'blocked':
      throw new SyncError(
        'local',
        `\`${path}\` could not be read: ${found.reason}.`,
        'Put a real folder there, or exclude it.',
      );
  }
}

const changed = (path: string) =>
  new SyncError('local', `\`${path}\` was replaced while it was opened.`, 'Sync again.');
