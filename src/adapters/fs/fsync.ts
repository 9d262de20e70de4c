import { closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './refusal.ts';

/** Absent on Windows, where opening a link for writing is guarded by the checks around it. */
export const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Not to wait for the other end of a named pipe that took a file's place. */
export const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0;

/** Makes the names in a folder survive a power cut. A folder that is gone has none; Windows does it by itself. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return;
    throw error;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!isWithoutSync(error)) throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * As `syncFolder`, for the name of a folder (absolute, real) itself and of those above it on its device: which of them are new is
 * not known after a crash. What may not be listed was made by others.
 */
export function syncNameOf(folder: string): void {
  for (let at = folder; dirname(at) !== at && deviceOf(dirname(at)) === deviceOf(at); at = dirname(at)) {
    try {
      syncFolder(dirname(at));
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    }
  }
}

const deviceOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.dev;

/** Makes the bytes of an open file survive a power cut, whoever wrote them. Windows needs a handle that may write. */
export async function syncFile(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!isWithoutSync(error)) throw error;
  }
}

/** Some network filesystems have none, of folders above all. */
const isWithoutSync = (error: unknown): boolean => ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '');
