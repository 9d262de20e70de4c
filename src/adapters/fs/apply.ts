import { chmodSync, chownSync, lstatSync, renameSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { type FileStamp, sameStamp } from '../../core/format/tree.ts';
import type { ApplyAnswer, StagedFile } from '../../engine/ports.ts';
import { removeEmptyParents } from './empty-parents.ts';
import { syncFolder } from './fsync.ts';
import { type Folder, isStill, kindOf, type Top } from './guarded-path.ts';
import type { LastFolder } from './last-folder.ts';
import type { LinkIn } from './link-in.ts';
import { putBack } from './put-back.ts';
import { type Placed, putInPlace } from './put-in-place.ts';
import { errorCode, reasonFor } from './refusal.ts';
import type { StagingArea } from './staging-area.ts';
import { sameContentStamp, stampOf } from './stamp.ts';

export interface ApplyRoom {
  readonly root: Top;
  readonly area: StagingArea;
  /** `parentOf` in the root. */
  readonly parentOf: LastFolder['parentOf'];
  readonly linkIn: LinkIn;
  /** Told of every folder whose names change. */
  readonly touched: (folder: string) => void;
  /** Told of every folder that was removed. */
  readonly removed: (folder: string) => void;
}

/** `LocalFiles.install`. Synchronous throughout: nothing of this process runs between its checks and its effects. */
export function install(room: ApplyRoom, staged: StagedFile, path: string, expected: FileStamp | null): ApplyAnswer {
  return inFolder(room, path, expected === null, (parent, target) => {
    const source = join(room.area.inbox().path, basename(staged.name));
    const waiting = lstatSync(source);
    if (!waiting.isFile() || !sameContentStamp(stampOf(waiting), staged.stamp)) {
      return { kind: 'refused', reason: 'its download was changed while it waited in staging' };
    }
    const put = (as: Stats) => putInPlace(room.linkIn, source, stampOf(as), target, parent);
    if (expected === null) return answer(put(waiting), null);
    const prepare = (before: Stats) => inheritMode(source, before, waiting);
    return exchange(room, { path, target, parent, expected }, prepare, () => put(lstatSync(source)));
  });
}

/** `LocalFiles.remove`. */
export function remove(room: ApplyRoom, path: string, expected: FileStamp): ApplyAnswer {
  const done = inFolder(room, path, false, (parent, target) =>
    exchange(
      room,
      { path, target, parent, expected },
      () => undefined,
      () => null,
    ),
  );
  if (done.kind === 'done') removeEmptyParents(room, path);
  return done;
}

/**
 * Gives a file of the staging folder a name in the root, without replacing. That name is durable before the other one goes: nobody
 * else has these bytes, or what they were copied from is taken away next.
 */
export function bringIn(room: ApplyRoom, source: string, path: string, keepsCopied = false): ApplyAnswer {
  return inFolder(room, path, true, (parent, target) => {
    const stats = lstatSync(source);
    if (!stats.isFile()) return { kind: 'refused', reason: `what was moved aside is ${kindOf(stats)}` };
    room.touched(dirname(source));
    return answer(
      putInPlace(room.linkIn, source, stampOf(stats), target, parent, {
        hasBoth: () => syncFolder(parent.path),
        keepsCopied,
      }),
      null,
    );
  });
}

function inFolder(
  room: ApplyRoom,
  path: string,
  make: boolean,
  act: (parent: Folder, target: string) => ApplyAnswer,
): ApplyAnswer {
  try {
    const found = room.parentOf(path, make ? { mode: 0o777 } : undefined);
    switch (found.kind) {
      case 'missing':
        return { kind: 'moved' };
      case 'blocked':
        return { kind: 'refused', reason: found.reason };
      case 'folder':
        room.touched(found.folder.path);
        return act(found.folder, join(found.folder.path, basename(path)));
    }
  } catch (error) {
    if (error instanceof SyncError) return { kind: 'refused', reason: `${error.message} ${error.remedy}` };
    return { kind: 'refused', reason: reasonFor(error) };
  }
}

interface Place {
  readonly path: string;
  readonly target: string;
  readonly parent: Folder;
  readonly expected: FileStamp;
}

/** Moves what is expected aside and puts the next in its place, back to back; all the preparation comes before. */
function exchange(room: ApplyRoom, at: Place, prepare: (before: Stats) => void, put: () => Placed | null): ApplyAnswer {
  const before = lstatSync(at.target, { throwIfNoEntry: false });
  if (before === undefined || !before.isFile()) return { kind: 'moved' };
  prepare(before);
  const aside = room.area.placeAside(at.path);
  room.touched(aside.folder.path);

  const now = lstatSync(at.target, { throwIfNoEntry: false });
  if (now === undefined || !now.isFile() || !sameStamp(stampOf(now), at.expected)) return { kind: 'moved' };
  if (!isStill(at.parent)) return { kind: 'refused', reason: 'its folder was replaced meanwhile' };
  renameSync(at.target, aside.path);

  let failed: ApplyAnswer = { kind: 'moved' };
  try {
    const taken = lstatSync(aside.path);
    if (sameContentStamp(stampOf(taken), at.expected)) {
      // A mode that was set since is no later in a stamp of a file system with a coarse clock.
      if (taken.mode !== before.mode) prepare(taken);
      const placed = put();
      if (placed === null || placed.kind === 'placed') return answer(placed, aside.name);
      failed = answer(placed, null);
    }
  } catch (error) {
    if (errorCode(error) !== undefined) failed = { kind: 'refused', reason: reasonFor(error) };
    else throw error;
  }
  if (isStill(at.parent) && putBack(room.linkIn, aside.path, at.target, at.parent)) return failed;
  return { kind: 'moved', aside: aside.name };
}

function answer(placed: Placed | null, aside: string | null): ApplyAnswer {
  switch (placed?.kind) {
    case undefined:
      return { kind: 'done', stamp: null, aside };
    case 'placed':
      return { kind: 'done', stamp: placed.stamp, aside };
    case 'taken':
      return { kind: 'moved' };
    case 'refused':
      return { kind: 'refused', reason: placed.reason };
  }
}

/** The replaced file's owner and mode; where the entry asks for exec, whoever may read it may run it, as far as a new file would allow. */
function inheritMode(source: string, before: Stats, waiting: Stats): void {
  if (before.uid !== waiting.uid || before.gid !== waiting.gid) {
    try {
      chownSync(source, before.uid, before.gid);
    } catch (error) {
      // Only root can give a file away; others keep theirs.
      if (errorCode(error) === undefined) throw error;
    }
  }
  chmodSync(source, (before.mode & 0o777) | (waiting.mode & 0o111 & (before.mode >> 2)));
}
