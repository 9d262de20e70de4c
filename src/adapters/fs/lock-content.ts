import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { sharedLockText } from '../../core/format/lock-record.ts';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import { kindOf } from './guarded-path.ts';
import { isWithoutLinks } from './link-in.ts';
import { errorCode } from './refusal.ts';
import { createBeside } from './replace-file.ts';

/** Contents are padded to a multiple of this: a beat overwrites in one call, and a reader never sees the end of an older one. */
const BLOCK = 1024;

/** Whose lock it is. */
export interface LockKind {
  /**
   * In a folder of several people, machines and tools: everybody may read it, it says what the others go by, every write reaches the file server at once (a client of a
   * network file system keeps it back otherwise), and the folder is never made (it may be a mount that is missing).
   */
  readonly shared: boolean;
}

/** Makes a lock complete and exclusively, and gives its handle; null when one is there. Throws what the operating system says. */
export function createLock(path: string, content: string, kind: LockKind): number | null {
  if (!kind.shared) makeFolder(dirname(path));
  // Whoever waits looks first: a file made, flushed and linked in vain costs a server several trips.
  else if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return null;
  const { temporary, fd } = createBeside(path, modeOf(kind));
  try {
    overwriteLock(fd, content, kind);
    linkSync(temporary, path);
    return fd;
  } catch (error) {
    closeSync(fd);
    if (errorCode(error) === 'EEXIST') return null;
    if (!isWithoutLinks(error)) throw error;
    return createInPlace(path, content, kind);
  } finally {
    unlinkSync(temporary);
  }
}

/** Whether one is there. Throws SyncError('local') where something else has its name. */
export function isLock(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return stats !== undefined;
  throw new SyncError('local', `The lock \`${path}\` is ${kindOf(stats)}.`, 'Remove it.');
}

/** Null when there is none. */
export function readLock(path: string): string | null {
  if (!isLock(path)) return null;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return readFileSync(fd, 'utf8').trimEnd();
  } finally {
    closeSync(fd);
  }
}

const modeOf = ({ shared }: LockKind): number => (shared ? 0o644 : 0o600);

/** Through the handle, in one write. */
export function overwriteLock(fd: number, content: string, { shared }: LockKind): void {
  const text = new TextEncoder().encode(shared ? sharedLockText(content) : content);
  const bytes = new Uint8Array(Math.ceil((text.length + 1) / BLOCK) * BLOCK).fill(0x20);
  bytes.set(text);
  bytes[bytes.length - 1] = 0x0a;
  const written = writeSync(fd, bytes, 0, bytes.length, 0);
  if (written < bytes.length) writeSync(fd, bytes, written, bytes.length - written, written);
  if (fstatSync(fd).size > bytes.length) ftruncateSync(fd, bytes.length);
  if (shared) fsyncSync(fd);
}

/** Exclusive but not complete at once: a reader may see it empty for a moment. */
function createInPlace(path: string, content: string, kind: LockKind): number | null {
  let fd: number;
  try {
    fd = openSync(path, 'wx+', modeOf(kind));
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  }
  try {
    overwriteLock(fd, content, kind);
    return fd;
  } catch (error) {
    closeSync(fd);
    unlinkSync(path);
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const stats = lstatSync(path);
  if (!stats.isDirectory())
    throw new SyncError('local', `\`${path}\` is ${kindOf(stats)}, not a folder.`, 'Put a real folder there.');
}
