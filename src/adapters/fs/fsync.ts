import { closeSync, constants, fsync, fsyncSync, lstatSync, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../core/errors.ts';
import { errorCode } from './refusal.ts';

/** Absent on Windows, where opening a link for writing is guarded by the checks around it. */
export const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Not to wait for the other end of a named pipe that took a file's place. */
export const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0;

/**
 * Makes the names in a folder survive a power cut: false where the file system has no way to say so. A folder that is gone has none;
 * Windows does it by itself.
 */
export function syncFolder(path: string): boolean {
  if (process.platform === 'win32') return true;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return true;
    throw error;
  }
  try {
    fsyncSync(fd);
    return true;
  } catch (error) {
    if (!isWithoutSync(error)) throw error;
    return false;
  } finally {
    closeSync(fd);
  }
}

/** Makes the bytes of an open file survive a power cut. On the thread pool, for it waits for the disk. Rejects with what the operating system says. */
export function flushOpen(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

/**
 * As `syncFolder`, for the name of a folder (absolute, real) itself and of those above it on its device: which of them are new is
 * not known after a crash. What may not be listed was made by others.
 */
export function syncNameOf(folder: string): boolean {
  let isDurable = true;
  for (let at = folder; dirname(at) !== at && deviceOf(dirname(at)) === deviceOf(at); at = dirname(at)) {
    try {
      if (!syncFolder(dirname(at))) isDurable = false;
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return isDurable;
}

const deviceOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.dev;

/**
 * Makes the bytes of a file survive a power cut, whoever wrote them: false where nothing says that they do. Windows flushes through a
 * handle that may write, which a read-only file does not give. `open` rejects with SyncError('local').
 */
export async function syncFile(
  open: (access: number) => Promise<Pick<FileHandle, 'sync' | 'close'>>,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const readable = () => open(constants.O_RDONLY);
  if (platform !== 'win32') return flushed(await readable());
  try {
    return await flushed(await open(constants.O_RDWR));
  } catch (error) {
    if (!FORBIDDEN.has(systemCode(error) ?? '')) throw error;
    return flushed(await readable());
  }
}

async function flushed(handle: Pick<FileHandle, 'sync' | 'close'>): Promise<boolean> {
  try {
    await handle.sync();
    return true;
  } catch (error) {
    if (isWithoutSync(error) || FORBIDDEN.has(errorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await handle.close().catch(() => undefined);
  }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Some network filesystems have none, of folders above all. */
const isWithoutSync = (error: unknown): boolean => ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '');
