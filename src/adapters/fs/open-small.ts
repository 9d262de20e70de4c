import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { sep } from 'node:path';
import { sameStamp } from '../../core/format/tree.ts';
import type { OpenFile } from '../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import { isForeign, type Top } from './guarded-path.ts';
import { errorCode, localError } from './refusal.ts';
import { modeOf, stampOf } from './stamp.ts';

/** Reading so much takes less time than a trip through the thread pool. */
const SMALL = 256 * 1024;

/**
 * As `openFile`, for what is small and surely at its place: Linux says of an open file where it lies, with every link followed, so
 * that one look replaces those at each level before and after. Null for anything else, and whatever is in the way: `openFile` knows.
 */
export function openSmall(root: Top, path: string): OpenFile | null {
  if (process.platform !== 'linux' || root.real === null || isForeign(path.split('/'))) return null;
  const target = `${root.real}${root.real.endsWith(sep) ? '' : sep}${path}`;
  const fd = orNull(() => openSync(target, constants.O_RDONLY | NO_FOLLOW | NO_WAIT));
  if (fd === null) return null;
  const stats = orNull(() => fstatSync(fd));
  const isIt =
    stats?.isFile() === true && stats.size <= SMALL && orNull(() => readlinkSync(`/proc/self/fd/${fd}`)) === target;
  if (isIt) return { stamp: stampOf(stats), mode: modeOf(stats), ...handleOf(fd, target, path) };
  closeSync(fd);
  return null;
}

function handleOf(fd: number, target: string, path: string): Pick<OpenFile, 'read' | 'stampNow' | 'close'> {
  const attempt = <Value>(look: () => Value): Value => {
    try {
      return look();
    } catch (error) {
      throw localError(`\`${path}\` could not be read`, error);
    }
  };
  let isClosed = false;
  return {
    read: async (offset, length, into = new Uint8Array(length)) =>
      attempt(() => {
        const bytes = into.subarray(0, length);
        let filled = 0;
        while (filled < length) {
          const read = readSync(fd, bytes, filled, length - filled, offset + filled);
          if (read === 0) break;
          filled += read;
        }
        return bytes.subarray(0, filled);
      }),
    stampNow: async () =>
      attempt(() => {
        const held = stampOf(fstatSync(fd));
        const named = lstatSync(target, { throwIfNoEntry: false });
        return named?.isFile() === true && sameStamp(stampOf(named), held) ? held : null;
      }),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      // Of what was only read a close that fails loses nothing.
      orNull(() => closeSync(fd));
    },
  };
}

function orNull<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
