import { closeSync, constants, lstatSync, openSync, readSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { FileStamp } from '../../core/format/tree.ts';
import type { ApplyRoom } from './apply.ts';
import { NO_FOLLOW, NO_WAIT, syncFolder } from './fsync.ts';
import { type Folder, folderAt, parentOf, type Top } from './guarded-path.ts';
import { hasPartNote, type PartNote, readPartNote, removePartNote } from './part-notes.ts';
import { putBack } from './put-back.ts';
import { errorCode, localError } from './refusal.ts';
import { runNames, type StagingListing } from './staging-runs.ts';
import { sameContentStamp, stampOf } from './stamp.ts';

/** Where a part is kept, in the folder of its run, until that goes. */
const PART = 'part';

const CHUNK = 1024 * 1024;
const READ = constants.O_RDONLY | NO_FOLLOW | NO_WAIT;

/**
 * Takes away what a crash in the middle of a copy into place has left under the final name, so that nobody takes it for a
 * file of a person. Whoever wrote more than a beginning of the source there keeps it. Throws SyncError('local').
 */
export function sweepParts(room: ApplyRoom, staging: StagingListing): void {
  try {
    for (const name of runNames(staging)) {
      const run = hasPartNote(join(staging.folder.path, name)) ? room.area.runOf(name) : null;
      if (run !== null) settlePart(room, run);
    }
  } catch (error) {
    throw localError('What an unfinished copy has left could not be removed', error);
  }
}

function settlePart(room: ApplyRoom, run: Folder): void {
  const note = readPartNote(run.path);
  // Ours is never half-written: what is not to be understood is another's.
  if (note !== null && takeAway(room, run, note) !== 'out of reach') removePartNote(run.path);
}

/** `out of reach` for now: the scan names what it cannot read, and the note stays. Throws when the source cannot be read. */
function takeAway(room: ApplyRoom, run: Folder, { source, target }: PartNote): 'settled' | 'out of reach' {
  const whole = sourceAt(room.root, source);
  const parent = parentOf(room.root, target);
  if (parent.kind === 'blocked') return 'out of reach';
  if (whole === null || parent.kind === 'missing') return 'settled';
  const path = join(parent.folder.path, basename(target));
  const part = openPart(path);
  if (part === 'out of reach') return part;
  if (part === null || !isBeginningOf(part.fd, whole)) return 'settled';

  const aside = join(run.path, PART);
  renameSync(path, aside);
  room.touched(parent.folder.path);
  const isIt = sameContentStamp(stampOf(lstatSync(aside)), part.stamp);
  if (!isIt && !putBack(room.linkIn, aside, path, parent.folder)) {
    // Somebody's, and its name is taken: as what else was moved aside, it becomes a conflict copy.
    const kept = room.area.placeAside(target);
    renameSync(aside, kept.path);
    room.touched(kept.folder.path);
  }
  [parent.folder.path, run.path].forEach(syncFolder);
  return 'settled';
}

/** The absolute path of the source, where it is a regular file still. */
function sourceAt(root: Top, source: string): string | null {
  const names = source.split('/');
  const found = folderAt(root, names.slice(0, -1));
  switch (found.kind) {
    case 'missing':
      return null;
    case 'blocked':
      throw new SyncError('local', `An unfinished copy could not be looked at: ${found.reason}.`, 'Sync again.');
    case 'folder': {
      const path = join(found.folder.path, names.at(-1) ?? '');
      return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : null;
    }
  }
}

/** Null where there is no regular file. */
function openPart(path: string): { readonly fd: number; readonly stamp: FileStamp } | 'out of reach' | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? { fd: openSync(path, READ), stamp: stampOf(stats) } : null;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 'out of reach';
  }
}

/** Blocks that had not reached the disk before a power cut read as zeros. Closes `part`. */
function isBeginningOf(part: number, whole: string): boolean {
  try {
    const source = openSync(whole, READ);
    try {
      return begins(part, source);
    } finally {
      closeSync(source);
    }
  } finally {
    closeSync(part);
  }
}

function begins(part: number, source: number): boolean {
  const [ours, theirs] = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  for (let at = 0; ; ) {
    const read = readSync(part, ours, 0, CHUNK, at);
    if (read === 0) return true;
    if (readFully(source, theirs, read, at) < read) return false;
    if (ours.subarray(0, read).some((byte, index) => byte !== 0 && byte !== theirs[index])) return false;
    at += read;
  }
}

function readFully(fd: number, into: Uint8Array, length: number, at: number): number {
  let done = 0;
  while (done < length) {
    const read = readSync(fd, into, done, length - done, at + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
