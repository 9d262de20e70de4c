import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import { type Folder, realFolder } from './guarded-path.ts';
import { isMountedHere } from './mount.ts';
import { attempt } from './refusal.ts';

/** A folder that is open: what is opened in it lies there, wherever a path would lead meanwhile. */
export interface HeldFolder {
  readonly folder: Folder;
  /** What a file of this name in it, which is no foul one, is opened by. */
  nameIn(name: string): string;
  /** Whether what was opened by that name is still called so, in this folder, where its path says. */
  has(fd: number, name: string): boolean;
  /** Whether the folder itself is still where its path says, and nothing on the way there is a link. */
  isThere(): boolean;
  release(): void;
}

export interface HeldFolders {
  /**
   * Open until the last of those who hold it has released it. Null where the system has no way to open by a folder, or the absolute
   * path is not a real one.
   */
  hold(path: string): HeldFolder | null;
}

interface Held {
  readonly folder: Folder;
  readonly fd: number;
  users: number;
}

/** Linux alone has names for what a process has open; Node knows no other way to open by a folder. */
const OPEN_FILES = '/proc/self/fd';

export function openHeldFolders(): HeldFolders {
  const held = new Map<string, Held>();
  return {
    hold(path) {
      const found = held.get(path) ?? openFolder(path);
      if (found === null) return null;
      held.set(path, found);
      const { folder, fd } = found;
      found.users += 1;
      let isHeld = true;
      return {
        folder,
        nameIn: (name) => `${OPEN_FILES}/${fd}/${name}`,
        has: (file, name) => liesAt(file, `${path}/${name}`),
        isThere: () => liesAt(fd, path),
        release() {
          if (!isHeld) return;
          isHeld = false;
          found.users -= 1;
          if (found.users > 0) return;
          held.delete(path);
          attempt(() => closeSync(fd));
        },
      };
    },
  };
}

function openFolder(path: string): Held | null {
  if (process.platform !== 'linux') return null;
  const folder = realFolder(path);
  if (folder === null) return null;
  const fd = attempt(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | NO_FOLLOW | NO_WAIT));
  if (fd === null) return null;
  if (attempt(() => isFolder(fd, folder)) === true) return { folder, fd, users: 0 };
  attempt(() => closeSync(fd));
  return null;
}

/** The folder that was looked at, and not one that a link on the way led to since; and it is there now. */
function isFolder(fd: number, { path, dev, ino }: Folder): boolean {
  const stats = fstatSync(fd);
  return stats.dev === dev && stats.ino === ino && liesAt(fd, path) && isMountedHere(fd);
}

const liesAt = (fd: number, path: string): boolean => attempt(() => readlinkSync(`${OPEN_FILES}/${fd}`)) === path;
