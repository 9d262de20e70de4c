import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Log } from '../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import { errorCode } from './refusal.ts';
import { setModified, stampOf } from './stamp.ts';

/** Gives the regular file `from` the name `to` and takes the old name away; never replaces. Throws what the operating system says. */
export type LinkIn = (from: string, to: string) => 'linked' | 'exists';

/** What filesystems without hard links answer, and what those answer that link only within one mount. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL', 'UNKNOWN']);

/** `link` is `fs.linkSync`, or what a test puts in its place. */
export function openLinker(log: Log, link: (from: string, to: string) => void = linkSync): LinkIn {
  let told = false;
  return (from, to) => {
    try {
      link(from, to);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return 'exists';
      if (!isWithoutLinks(error)) throw error;
      if (copyIn(from, to) === 'exists') return 'exists';
      if (!told)
        log.warn(`No hard links on this filesystem (${code}): files are copied into place instead, which is slower.`);
      told = true;
    }
    removeName(from);
    return 'linked';
  };
}

/** Whether a link failed because this filesystem (or this mount) has none. */
export const isWithoutLinks = (error: unknown): boolean => NO_LINKS.has(errorCode(error) ?? '');

/** What matters is done by now: a name that stays in staging goes with its run. */
function removeName(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/** Exclusive; complete and fsynced, or gone, when it returns. A crash in the middle leaves a part, which its intent explains. */
function copyIn(from: string, to: string): 'copied' | 'exists' {
  const source = openSync(from, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  try {
    let target: number;
    try {
      target = openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o600);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return 'exists';
      throw error;
    }
    try {
      const stats = fstatSync(source);
      copyBytes(source, target);
      fchmodSync(target, stats.mode & 0o777);
      setModified(target, stampOf(stats).mtime);
      fsyncSync(target);
      return 'copied';
    } catch (error) {
      if (lstatSync(to, { throwIfNoEntry: false })?.ino === fstatSync(target).ino) unlinkSync(to);
      throw error;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function copyBytes(source: number, target: number): void {
  const buffer = new Uint8Array(1024 * 1024);
  for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer)) {
    for (let at = 0; at < read; ) at += writeSync(target, buffer, at, read - at);
  }
}
