import { SyncError } from '../../core/errors.ts';

const AGAIN = 'try again';

/** What the operating system said, and what the person can do about it. */
const REASONS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free some space on it'],
  EDQUOT: ['the disk quota is used up', 'free some space or raise the quota'],
  EACCES: ['permission denied', 'check the owner and the mode of the file and its folder'],
  EPERM: ['operation not permitted', 'check the owner, the mode and the flags of the file and its folder'],
  EBUSY: ['in use by another program', 'close that program'],
  ETXTBSY: ['being run as a program', 'end that program'],
  EIO: ['the disk reports an input/output error', 'check the disk'],
  EMFILE: ['too many open files in this process', 'raise the limit (ulimit -n)'],
  ENFILE: ['too many open files on this machine', 'close some programs'],
  EROFS: ['the filesystem is read-only', 'mount it writable'],
  EXDEV: ['on another filesystem than the root', 'exclude the mounted folder or mount it elsewhere'],
  ENAMETOOLONG: ['the path is too long for this filesystem', 'use a shorter name or a root nearer to the top'],
  EINVAL: ['the filesystem does not take this name', 'use another name'],
  EILSEQ: ['the filesystem does not take this name', 'use another name'],
  EFBIG: ['too large for this filesystem', 'use another filesystem'],
  ELOOP: ['a link', 'replace the link by a real file or folder'],
  ENOENT: ['it does not exist (any more)', AGAIN],
  ENOTDIR: ['a file is where a folder is needed', 'move that file'],
  EISDIR: ['a folder is where a file is needed', 'move that folder'],
  ESTALE: ['the network filesystem lost it', 'mount it again'],
};

/** `ENOENT` and the like; undefined for what is no error of the operating system. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** One line for people with the remedy in it. Errors that are not the operating system's are thrown on: they are defects. */
export function reasonFor(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) throw error;
  const known = REASONS[code];
  return known === undefined ? `the operating system refused (${code})` : `${known[0]} (${code}): ${known[1]}`;
}

/** `SyncError('local')` about `what`; anything that is not the operating system's error comes back as it is. */
export function localError(what: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  const known = REASONS[code] ?? [`the operating system refused (${code})`, 'look at the file and its folder'];
  return new SyncError('local', `${what}: ${known[0]} (${code})`, remedyOf(known[1]), { cause: error });
}

const remedyOf = (remedy: string): string =>
  remedy === AGAIN ? 'Sync again.' : `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}, then sync again.`;

/** Null for what the operating system refuses, and nothing depends on. */
export function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
