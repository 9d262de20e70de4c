import { closeSync, fstatSync, linkSync, lstatSync, mkdtempSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { LockFile } from '../../engine/ports.ts';
import { machineToken } from '../machine-token.ts';
import { sweepFolder } from './litter.ts';
import { createLock, isLock, type LockKind, overwriteLock, readLock } from './lock-content.ts';
import { besideLock } from './own-names.ts';
import { errorCode, localError } from './refusal.ts';

/**
 * A lock at `path` (absolute). Unless it is shared, its folder is made when only the last level is missing, and is never a link.
 * White space at the end of a content is not kept. Methods reject with SyncError('local').
 */
export function openLockFile(path: string, kind: LockKind = { shared: false }): LockFile {
  let ours: number | null = null;
  const letGo = (): void => {
    if (ours !== null) closeSync(ours);
    ours = null;
  };
  return {
    path,
    machine: machineToken(),
    create: async (content) =>
      attempt('The lock could not be made', () => {
        const created = createLock(path, content, kind);
        if (created === null) return false;
        letGo();
        ours = created;
        if (kind.shared) sweepBeside(path, created);
        return true;
      }),
    read: async () => attempt('The lock could not be read', () => readLock(path)),
    beat: async (content) =>
      attempt('The lock could not be renewed', () => {
        if (ours === null)
          throw new SyncError('failed', 'A lock that was never made was to be renewed.', 'Report this defect.');
        overwriteLock(ours, content, kind);
      }),
    close: letGo,
    moveAside: async () =>
      attempt('The lock could not be moved aside', () => {
        const moved = moveAway(path);
        if (moved === null) return null;
        const isOurs = ours !== null && moved.inode === fstatSync(ours).ino;
        return {
          content: moved.content,
          putBack: async () => attempt('The lock could not be put back', moved.putBack),
          drop: async () =>
            attempt('The lock could not be removed', () => {
              if (isOurs) letGo();
              moved.drop();
            }),
        };
      }),
    claim: () => openLockFile(`${path}${ASIDE}claim`, kind),
    isAlive,
  };
}

/** What processes that died have left beside a shared lock: nothing else looks after its folder. */
function sweepBeside(path: string, lock: number): void {
  try {
    sweepFolder(dirname(path), besideLock(basename(path)), () => fstatSync(lock).mtimeMs);
  } catch (error) {
    // Who may not list the folder may lock it all the same.
    if (!(error instanceof SyncError)) throw error;
  }
}

/** In the name of the folder a lock is moved into. */
const ASIDE = '.aside-';

interface MovedLock {
  readonly content: string;
  readonly inode: number;
  readonly putBack: () => void;
  readonly drop: () => void;
}

function moveAway(path: string): MovedLock | null {
  if (!isLock(path)) return null;
  // A new folder, so that the rename replaces nothing.
  const folder = mkdtempSync(join(dirname(path), `${basename(path)}${ASIDE}`));
  const aside = join(folder, basename(path));
  try {
    renameSync(path, aside);
  } catch (error) {
    removeFolder(folder);
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const drop = (): void => {
    unlinkSync(aside);
    removeFolder(folder);
  };
  return {
    content: readLock(aside) ?? '',
    inode: lstatSync(aside).ino,
    putBack: () => {
      try {
        linkSync(aside, path);
      } catch (error) {
        const code = errorCode(error);
        if (code === undefined) throw error;
        // Without hard links a rename must do. A lock that came meanwhile stays, and the moved one's owner reads that it lost.
        if (code !== 'EEXIST' && lstatSync(path, { throwIfNoEntry: false }) === undefined) {
          renameSync(aside, path);
          removeFolder(folder);
          return;
        }
      }
      drop();
    },
    drop,
  };
}

/** A server of a network file system keeps what is still open there under another name: the sweep takes the folder later. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!STILL_USED.has(errorCode(error) ?? '')) throw error;
  }
}

const STILL_USED: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY']);

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw localError(what, error);
  }
}
