import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './fsync.ts';
import { type Folder, isStill } from './guarded-path.ts';
import { errorCode } from './refusal.ts';

/** Folders whose names a run has changed, to be made durable together. Absolute paths. */
export interface TouchedFolders {
  /** And those above it, up to the root: one on the way may be new. */
  readonly add: (folder: string) => void;
  /** It was removed by the run itself, and is not to be missed. */
  readonly removed: (folder: string) => void;
  /** Makes their names survive a power cut. Throws what the operating system says; those that are left come with the next call. */
  readonly sync: () => SyncedFolders;
}

export interface SyncedFolders {
  /** False: the file system has no way to say so. */
  readonly isDurable: boolean;
  /** False: one is not where it was touched any more, so that its names are durable only if those of all folders are. */
  readonly isComplete: boolean;
}

export function openTouchedFolders(root: string): TouchedFolders {
  /** Null: gone when it was looked at. */
  const dirty = new Map<string, Folder | null>();
  return {
    add: (folder) => {
      for (let at = folder; at.length >= root.length && !dirty.has(at); at = dirname(at)) dirty.set(at, folderNow(at));
    },
    removed: (folder) => void dirty.delete(folder),
    sync: () => {
      let isDurable = true;
      let isComplete = true;
      for (const [path, folder] of dirty) {
        if (!syncFolder(path)) isDurable = false;
        // After it, so that it was this one.
        if (folder === null || !isStill(folder)) isComplete = false;
        dirty.delete(path);
      }
      return { isDurable, isComplete };
    },
  };
}

function folderNow(path: string): Folder | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : { path, dev: stats.dev, ino: stats.ino };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
