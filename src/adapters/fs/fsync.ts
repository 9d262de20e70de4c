import { closeSync, constants, fsyncSync, openSync } from 'node:fs';
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
    // Some network filesystems have no fsync of folders.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    closeSync(fd);
  }
}
