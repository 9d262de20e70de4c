import { SyncError } from '../../core/errors.ts';
import type { LockFile } from '../ports.ts';

/** The file of a lock could not be made; its `systemCode` says why. What else fails on the way to a lock is no such error. */
export class LockNotMade extends SyncError {
  constructor({ kind, message, remedy, cause, details }: SyncError) {
    super(kind, message, remedy, { cause, details });
  }
}

/** As `LockFile.create`; rejects with LockNotMade. */
export const makeLock = (file: LockFile, content: string): Promise<boolean> =>
  file.create(content).catch((error: unknown) => {
    throw error instanceof SyncError ? new LockNotMade(error) : error;
  });
