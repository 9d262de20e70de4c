import { closeSync, constants, fstatSync, openSync, promises, readSync, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { SyncError } from '../../core/errors.ts';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import { kindOf } from './guarded-path.ts';
import type { Pace } from './pace.ts';
import { errorCode, localError } from './refusal.ts';

/** A regular file that is open for reading. */
export interface RegularFile {
  readonly fd: number;
  /** When it was opened. */
  readonly stats: Stats;
  /** How many bytes from there on came into it; 0: the file ends there. Rejects with what the operating system says. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens what is a regular file at its very name; rejects with SyncError('local') else. `path` is for people. */
export type Opener = (name: string, path: string) => Promise<RegularFile>;

/** Larger ones are not read at once, bytes. */
const SMALL = 64 << 10;

/** Opens and reads a small file at once where the pace allows it. */
export const openQuickly =
  (pace: Pace): Opener =>
  async (name, path) =>
    (pace.isQuick() ? pace.atOnce(() => openSmall(name, path, pace)) : null) ??
    (await pace.inPool(() => openInPool(name, path)));

/** Null for what is no small regular file. */
function openSmall(name: string, path: string, pace: Pace): RegularFile | null {
  let fd: number | null = null;
  try {
    fd = openSync(name, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    const stats = fstatSync(fd);
    if (stats.isFile() && stats.size <= SMALL) return smallFile(fd, stats, pace);
    closeQuietly(fd);
    return null;
  } catch (error) {
    if (fd !== null) closeQuietly(fd);
    throw localError(`\`${path}\` could not be read`, error);
  }
}

function smallFile(fd: number, stats: Stats, pace: Pace): RegularFile {
  let isOpen = true;
  return {
    fd,
    stats,
    async read(into, position) {
      // By then the number may be another file's.
      if (!isOpen) throw new SyncError('failed', 'A file was read after it had been closed.', 'Report this defect.');
      return pace.atOnce(() => readSync(fd, into, 0, into.byteLength, position));
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      closeQuietly(fd);
    },
  };
}

export async function openInPool(name: string, path: string): Promise<RegularFile> {
  const { handle, stats } = await openRegular(name, path);
  return {
    fd: handle.fd,
    stats,
    read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
    close: () => closeRead(handle),
  };
}

/** As `Opener`, for reading unless said otherwise. */
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

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
