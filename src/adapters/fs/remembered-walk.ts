import { lstatSync, type Stats } from 'node:fs';
import { relative, sep } from 'node:path';
import { type FileStamp, isSettled } from '../../core/format/tree.ts';
import type { Folder } from './guarded-path.ts';
import { errorCode } from './refusal.ts';
import { stampOf } from './stamp.ts';

/** What a folder held when it was listed. Paths are below the root, with `/`. */
export interface Listed {
  readonly files: readonly (readonly [path: string, stamp: FileStamp])[];
  readonly irregular: readonly (readonly [path: string, reason: string])[];
  readonly folders: readonly string[];
}

/**
 * What the last walk of this process has found, for one that may take it as it was where nobody has told of a change. Watchers tell, and
 * whoever changes the root himself. Where nobody does, names that came or went are found by the times of their folder; a file that was
 * written in its place is not found before a walk that looks at all.
 */
export interface RememberedWalk {
  /** From now on a watcher tells of every change, as far as it hears of it. Nothing is remembered before, nor once another folder has come in place of the root. */
  readonly trust: () => void;
  readonly distrust: () => void;
  /** What is at this absolute path, or a name in it, may be another. */
  readonly touch: (path: string) => void;
  begin(walk: WalkBegun): WalkInMemory;
}

interface WalkBegun {
  readonly root: Folder;
  /** What is left out: another rule has another memory. */
  readonly skip: unknown;
  /** The filesystem's time, as in `Walk`. */
  readonly at: number;
  /** False: all is looked at. */
  readonly mayRecall: boolean;
}

/** `listed`: as it was, and is. `folders`: its names have changed, and what lies below it may be remembered. */
export type Recalled = { readonly kind: 'listed'; readonly listed: Listed } | { readonly kind: 'folders' | 'nothing' };

export interface WalkInMemory {
  recall(path: string, absolute: string): Recalled;
  /** `before`: of the folder, taken before it was listed. */
  keep(path: string, listed: Listed, before: Stats): void;
  /** All was seen. */
  end(): void;
  /** Of nothing that was recalled is known that it is as it was. */
  readonly hasRecalled: boolean;
}

interface Remembered {
  readonly listed: Listed;
  readonly dev: number;
  readonly stamp: FileStamp;
  /** Else its names may have changed once more in the same step of the clock. */
  readonly isSettled: boolean;
}

interface Memory extends Pick<WalkBegun, 'skip'> {
  readonly folders: ReadonlyMap<string, Remembered>;
}

/** Who is told of more may as well look at all. */
const MOST_TOUCHED = 10_000;

/** `top`: the absolute path of the root. */
export function openRememberedWalk(top: string): RememberedWalk {
  let isTrusted = false;
  let memory: Memory | null = null;
  let touched = new Set<string>();
  let watched: Folder | null = null;

  function forget(): void {
    memory = null;
    touched = new Set();
  }

  return {
    trust() {
      isTrusted = true;
      watched = null;
      forget();
    },
    distrust() {
      isTrusted = false;
      forget();
    },
    touch(path) {
      if (!isTrusted || touched.size > MOST_TOUCHED) return;
      const at = pathBelow(top, path);
      touched.add(at);
      touched.add(parentOf(at));
      if (touched.size > MOST_TOUCHED) memory = null;
    },
    begin({ root, skip, at, mayRecall }) {
      // A watcher may still listen to the one that was there.
      if (watched !== null && !isSameRoot(watched, root)) isTrusted = false;
      watched = root;
      const known = mayRecall && isTrusted && memory !== null && memory.skip === skip ? memory.folders : NONE;
      const told = touched;
      const keeps = isTrusted;
      const folders = new Map<string, Remembered>();
      // What is told from here on is for the next walk, which has nothing to recall if this one fails.
      forget();
      const begun = touched;
      let hasRecalled = false;
      return {
        get hasRecalled() {
          return hasRecalled;
        },
        recall(path, absolute) {
          const found = known.get(path);
          const now = found && statsOf(absolute);
          if (found === undefined || !now || !isSameFolder(found, now)) return { kind: 'nothing' };
          if (told.has(path) || !found.isSettled || !isAsListed(found, now)) return { kind: 'folders' };
          folders.set(path, found);
          hasRecalled = true;
          return { kind: 'listed', listed: found.listed };
        },
        keep(path, listed, before) {
          if (!keeps) return;
          const stamp = stampOf(before);
          // A later ctime is that of a file which the cycle itself has put there: of a folder it proves nothing.
          const isOld = stamp.ctime < at && isSettled(stamp, at);
          folders.set(path, { listed: withoutRoom(listed), dev: before.dev, stamp, isSettled: isOld });
        },
        end() {
          // Else a watcher began or ended meanwhile, or too much was told.
          if (keeps && begun === touched && touched.size <= MOST_TOUCHED) memory = { skip, folders };
        },
      };
    },
  };
}

const NONE: ReadonlyMap<string, Remembered> = new Map();

const isSameRoot = (one: Folder, other: Folder): boolean => one.dev === other.dev && one.ino === other.ino;

/** Lists that grew have room for more, and of many folders that is more than what they hold. */
const withoutRoom = ({ files, irregular, folders }: Listed): Listed => ({
  files: exactly(files),
  irregular: exactly(irregular),
  folders: exactly(folders),
});

const EMPTY: readonly never[] = [];
const exactly = <T>(list: readonly T[]): readonly T[] => (list.length === 0 ? EMPTY : list.slice());

const isAsListed = ({ stamp }: Remembered, now: FileStamp): boolean =>
  stamp.mtime === now.mtime && stamp.ctime === now.ctime;

/** It lies where it lay: a name that comes or goes changes both times, and who moves a folder its ctime alone. */
const isSameFolder = ({ dev, stamp }: Remembered, now: FileStamp & { readonly dev: number }): boolean =>
  dev === now.dev && stamp.inode === now.inode && (stamp.ctime === now.ctime || now.ctime === now.mtime);

/** Null: it is no folder, or cannot be looked at. */
function statsOf(absolute: string): (FileStamp & { readonly dev: number }) | null {
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    return stats?.isDirectory() === true ? { ...stampOf(stats), dev: stats.dev } : null;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** As a walk names it. */
function pathBelow(top: string, absolute: string): string {
  const isPlain = absolute.startsWith(top) && absolute[top.length] === sep;
  const path = isPlain ? absolute.slice(top.length + 1) : relative(top, absolute);
  const named = sep === '/' ? path : path.split(sep).join('/');
  return process.platform === 'darwin' ? named.normalize('NFC') : named;
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
