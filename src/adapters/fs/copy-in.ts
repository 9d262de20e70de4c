import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { NO_FOLLOW, NO_WAIT } from './fsync.ts';
import type { PartNotes } from './part-notes.ts';
import { errorCode } from './refusal.ts';
import { setModified, stampOf } from './stamp.ts';

export type Copied =
  | { readonly kind: 'copied'; readonly inode: number }
  /** Another file has the name, or took it meanwhile; the source is then still to be kept. */
  | { readonly kind: 'exists' };

/**
 * Where there are no hard links: copies the regular file `from` to the new name `to`, exclusively; complete and fsynced, or
 * gone, when it returns. A crash in the middle leaves a part under that name, which the note explains to the next start.
 * Throws what the operating system says.
 */
export function copyIn(notes: PartNotes, from: string, to: string): Copied {
  const source = openSync(from, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  try {
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return { kind: 'exists' };
    notes.write(from, to);
    return copyExclusively(notes, source, to);
  } finally {
    closeSync(source);
  }
}

function copyExclusively(notes: PartNotes, source: number, to: string): Copied {
  let target: number;
  try {
    target = openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o600);
  } catch (error) {
    notes.clear();
    if (errorCode(error) === 'EEXIST') return { kind: 'exists' };
    throw error;
  }
  try {
    const stats = fstatSync(source);
    copyBytes(source, target);
    fchmodSync(target, stats.mode & 0o777);
    setModified(target, stampOf(stats).mtime);
    fsyncSync(target);
    notes.clear();
    const inode = inodeAt(target, to);
    return inode === null ? { kind: 'exists' } : { kind: 'copied', inode };
  } catch (error) {
    if (inodeAt(target, to) !== null) unlinkSync(to);
    notes.clear();
    throw error;
  } finally {
    closeSync(target);
  }
}

/** The open file's, where it has this name; else null. */
function inodeAt(file: number, path: string): number | null {
  const there = lstatSync(path, { throwIfNoEntry: false })?.ino;
  const { ino } = fstatSync(file);
  return there === ino ? ino : null;
}

function copyBytes(source: number, target: number): void {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer)) {
    for (let at = 0; at < read; ) at += writeSync(target, buffer, at, read - at);
  }
}
