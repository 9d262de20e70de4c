import { fstatSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { sameStamp } from '../../core/format/tree.ts';
import type { Clock, LocalFiles, OpenFile } from '../../engine/ports.ts';
import { syncFile } from './fsync.ts';
import { type Folder, type FolderAnswer, parentOf, parentPath, type Top } from './guarded-path.ts';
import { type HeldFolder, liesAt, openHeldFolders } from './held-folder.ts';
import { openPace } from './pace.ts';
import { localError } from './refusal.ts';
import { type Opener, openInPool, openQuickly, openRegular, type RegularFile } from './regular-file.ts';
import { modeOf, sameContentStamp, stampOf } from './stamp.ts';

/** `LocalFiles.open`. */
export function openReader(root: Top, clock: Clock): LocalFiles['open'] {
  const folders = openHeldFolders();
  const open = openQuickly(openPace(clock));
  return async (path) => {
    const parent = parentPath(root, path);
    const held = parent === null ? null : folders.hold(parent);
    if (held === null) return openByPath(root, path, open);
    try {
      const file = await openInFolder(held, path, open);
      // Held as long as it is read, others in the same folder need not be looked for anew.
      return { ...file, close: () => file.close().finally(() => held.release()) };
    } catch (error) {
      held.release();
      if (!(error instanceof SyncError) || error.kind !== 'local') throw error;
      // What is in the way its path tells; and another folder may have that by now.
      return openByPath(root, path, open);
    }
  };
}

/** Nothing on the way to a folder that is held can lead elsewhere: the file only has to lie there still. */
function openInFolder(held: HeldFolder, path: string, open: Opener): Promise<OpenFile> {
  const name = basename(path);
  const target = join(held.folder.path, name);
  return openStanding(held.nameIn(name), target, path, open, (fd) => {
    if (!liesAt(fd, target)) throw changed(path);
  });
}

/** The path is checked before and after, so that the handle is surely of a file of the root. */
export function openByPath(root: Top, path: string, open: Opener = openInPool): Promise<OpenFile> {
  const target = join(folderOf(parentOf(root, path), path).path, basename(path));
  return openStanding(target, target, path, open, () => folderOf(parentOf(root, path), path));
}

/** Opens a file by `name` and gives it when it is the one at `target`, after `check`. */
async function openStanding(
  name: string,
  target: string,
  path: string,
  open: Opener,
  check: (fd: number) => void,
): Promise<OpenFile> {
  const file = await open(name, path);
  try {
    check(file.fd);
    const named = lstatSync(target, { throwIfNoEntry: false });
    if (named?.dev !== file.stats.dev || !sameContentStamp(stampOf(named), stampOf(file.stats))) throw changed(path);
    return fileOf(file, target, path);
  } catch (error) {
    await file.close();
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
  return fileOf(await openInPool(target, path), target, path);
}

function fileOf(file: RegularFile, target: string, path: string): OpenFile {
  return {
    stamp: stampOf(file.stats),
    mode: modeOf(file.stats),
    read: async (offset, length, into = new Uint8Array(length)) => {
      const bytes = into.subarray(0, length);
      let filled = 0;
      try {
        while (filled < length) {
          const read = await file.read(bytes.subarray(filled), offset + filled);
          if (read === 0) break;
          filled += read;
        }
      } catch (error) {
        throw localError(`\`${path}\` could not be read`, error);
      }
      return bytes.subarray(0, filled);
    },
    stampNow: async () => {
      try {
        const held = stampOf(fstatSync(file.fd));
        const named = lstatSync(target, { throwIfNoEntry: false });
        return named?.isFile() === true && sameStamp(stampOf(named), held) ? held : null;
      } catch (error) {
        throw localError(`\`${path}\` could not be read`, error);
      }
    },
    close: () => file.close(),
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
