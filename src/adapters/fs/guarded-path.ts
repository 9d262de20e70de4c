import type { Stats } from 'node:fs';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { errorCode, reasonFor } from './refusal.ts';

/** A real folder, by what it is and not only by its name. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** What folders are looked up below. */
export interface Top {
  /** Its absolute path, where that is the real one; null: on the way to it is a link. */
  readonly real: string | null;
  /** As it is now. Throws SyncError('local') where it cannot be used. */
  readonly folder: () => Folder;
}

export type FolderAnswer =
  | { readonly kind: 'folder'; readonly folder: Folder }
  | { readonly kind: 'missing' }
  /** Something on the way is no folder, is hidden from us, or leads elsewhere. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly errorCode?: string };

export const STAGING = '.datastore-staging';

/** Names that are ours or git's, on any level, however a case-blind filesystem spells them. */
export const isReserved = (name: string): boolean => [STAGING, '.git'].includes(name.toLowerCase());

/**
 * The folder that holds `path` (relative to `top`, with `/`), each level checked to be a real folder and not a link.
 * With `make`, missing levels are made one at a time, with `mode`. Throws as `top.folder`.
 */
export function parentOf(top: Top, path: string, make?: { readonly mode: number }): FolderAnswer {
  const names = path.split('/');
  return refusedName(names) ?? folderAt(top, names.slice(0, -1), make);
}

/** The absolute path of the folder that holds `path`, where none of it needs to be looked at to say so; else null. */
export function parentPath(top: Top, path: string): string | null {
  const names = path.split('/');
  return top.real === null || refusedName(names) !== null ? null : names.slice(0, -1).reduce(below, top.real);
}

/** As `parentOf`, for a folder named by its segments, ours included. */
export function folderAt(top: Top, names: readonly string[], make?: { readonly mode: number }): FolderAnswer {
  const foul = foulName(names);
  if (foul !== null) return foul;
  const known = top.real === null ? null : realFolder(names.reduce(below, top.real));
  return known === null ? levelByLevel(top.folder(), names, make) : { kind: 'folder', folder: known };
}

/**
 * The folder at an absolute path that is its real path, letter by letter: then no level of it is a link or has another spelling. Null
 * for any other, and for what cannot be looked at.
 */
export function realFolder(path: string): Folder | null {
  // What is no UTF-8 reads as this character, so that two names are one.
  if (path.includes('\uFFFD')) return null;
  try {
    // Before the path is followed: had it led elsewhere for a moment, this is not the folder that is found there later.
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const isReal = stats?.isDirectory() === true && realpathSync.native(path) === path;
    return isReal ? { path, dev: stats.dev, ino: stats.ino } : null;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** As `folderAt`, and says what stands in the way, or makes what is missing. The names are no foul ones. */
export function levelByLevel(top: Folder, names: readonly string[], make?: { readonly mode: number }): FolderAnswer {
  try {
    if (!isStill(top)) return { kind: 'blocked', reason: `\`${top.path}\` was replaced meanwhile` };
    let folder = top;
    for (const name of names) {
      const path = below(folder.path, name);
      let stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined && make !== undefined) {
        // Else an empty folder would be left there with each try.
        if (!isWhereItSays(top, folder)) return elsewhere(folder);
        makeFolder(path, make.mode);
        stats = lstatSync(path, { throwIfNoEntry: false });
      }
      if (stats === undefined) return { kind: 'missing' };
      if (!stats.isDirectory())
        return { kind: 'blocked', reason: `\`${path.slice(top.path.length + 1)}\` is ${kindOf(stats)}` };
      folder = { path, dev: stats.dev, ino: stats.ino };
    }
    return isWhereItSays(top, folder) ? { kind: 'folder', folder } : elsewhere(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'blocked', reason: reasonFor(error), errorCode: code };
  }
}

/** Whether the same folder surely still has that name. */
export function isStill(folder: Folder): boolean {
  try {
    const stats = lstatSync(folder.path, { throwIfNoEntry: false });
    return stats !== undefined && stats.isDirectory() && stats.dev === folder.dev && stats.ino === folder.ino;
  } catch (error) {
    // What cannot be looked at may be anything.
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

/** What a thing is, for people. */
export function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFile()) return 'a file';
  if (stats.isSocket()) return 'a socket';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'a device' : 'neither a file nor a folder';
}

/** Why something may not have this name, or a path these; null: it may. */
export function refusedName(names: readonly string[]): FolderAnswer | null {
  const reserved = names.find(isReserved);
  return reserved === undefined ? foulName(names) : { kind: 'blocked', reason: `\`${reserved}\` is never synced` };
}

/** The last fence: paths were validated long before they come here. */
function foulName(names: readonly string[]): FolderAnswer | null {
  const foul = names.find((name) => ['', '.', '..'].includes(name) || /[/\\]/.test(name) || name.includes('\0'));
  return foul === undefined ? null : { kind: 'blocked', reason: `\`${foul}\` is no name of a file or folder` };
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Equal spelling too: `.GIT`, `GIT~1` or another case of a name must not reach a folder that has another name. */
function isWhereItSays(top: Folder, folder: Folder): boolean {
  const realTop = realpathSync.native(top.path);
  const real = realpathSync.native(folder.path);
  if (realTop === top.path && real === folder.path) return true;
  const expected =
    folder.path === top.path
      ? realTop
      : `${realTop.endsWith(sep) ? realTop.slice(0, -1) : realTop}${folder.path.slice(top.path.length)}`;
  return real.normalize('NFC') === expected.normalize('NFC');
}

/** Through a link, or by another spelling. */
const elsewhere = ({ path }: Folder): FolderAnswer => ({ kind: 'blocked', reason: `\`${path}\` leads elsewhere` });

/** Of a folder's absolute path and a name that is no foul one: nothing is left for `join` to normalise. */
const below = (path: string, name: string): string => `${path}${path.endsWith(sep) ? '' : sep}${name}`;
