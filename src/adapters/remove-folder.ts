import { existsSync, mkdtempSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import type { Removal } from '../engine/ports.ts';
import { syncFolder } from './fs/fsync.ts';
import { LOCKED, listOwn, type OwnNames, removeOwn, UNLOCKED } from './fs/own-names.ts';
import { errorCode, reasonFor } from './fs/refusal.ts';

/**
 * Removes a folder (absolute, real) in which nothing is left but what is ours: spent staging and, where `letGo` gives it back, its lock.
 * It loses its name before its lock: whoever waits for that finds no folder, and never an empty one. Rejects with what the operating system says, or with SyncError('local'). `run`: what finds again a removal that was cut off.
 */
export async function removeFolder(
  folder: string,
  run: string,
  letGo: ((movedTo: string) => Promise<void>) | null,
): Promise<Removal> {
  const own = letGo === null ? UNLOCKED : LOCKED;
  if (listOwn(folder, own) === null) return { kind: 'kept' };
  const parent = path.dirname(folder);
  let room: string | null = null;
  try {
    room = mkdtempSync(path.join(parent, roomOf(folder, run)));
    const away = path.join(room, path.basename(folder));
    renameSync(folder, away);
    const removal = await removeAll(away, own, letGo);
    if (removal.kind === 'gone') syncFolder(parent);
    else putBack(away, folder);
    return removal;
  } catch (error) {
    return keptBy(error);
  } finally {
    if (room !== null) removeRoom(room);
  }
}

/**
 * Ends a removal of such a run that was cut off: `gone` when the folder is not there any more, `back` when something came to it before.
 * Rejects as `removeFolder`.
 */
export async function settleRemoval(folder: string, run: string): Promise<'none' | 'gone' | 'back'> {
  const parent = path.dirname(folder);
  const rooms = namesIn(parent).filter((name) => name.startsWith(roomOf(folder, run)));
  for (const name of rooms) {
    const room = path.join(parent, name);
    const away = path.join(room, path.basename(folder));
    if (existsSync(away) && (await removeAll(away, LOCKED, null)).kind !== 'gone') putBack(away, folder);
    removeRoom(room);
  }
  if (rooms.length === 0) return 'none';
  return existsSync(folder) ? 'back' : 'gone';
}

/** What the name of the folder begins with, in which one is that is on its way out. */
const roomOf = (folder: string, run: string): string => `.${path.basename(folder)}.deleted-${run.slice(-8)}-`;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** With the folder itself. No more of it is removed where anything else is in it, or comes to it. */
async function removeAll(
  folder: string,
  own: OwnNames,
  letGo: ((movedTo: string) => Promise<void>) | null,
): Promise<Removal> {
  try {
    if (listOwn(folder, own) === null) return { kind: 'kept' };
    await letGo?.(folder);
    const found = listOwn(folder, own);
    if (found === null) return { kind: 'kept' };
    removeOwn([...found, { path: folder, isFolder: true }]);
    return { kind: 'gone' };
  } catch (error) {
    return keptBy(error);
  }
}

/** Throws what does not only keep the folder. */
function keptBy(error: unknown): Removal {
  if (!isHeld(error)) throw error;
  return FULL.has(errorCode(error) ?? '') ? { kind: 'kept' } : { kind: 'refused', reason: reasonFor(error) };
}

/** Something came at the last moment. */
function putBack(away: string, folder: string): void {
  try {
    renameSync(away, folder);
  } catch (error) {
    throw new SyncError(
      'local',
      `what came to ${folder} at the last moment lies in ${away}, for another folder has its name by now`,
      'Move it to where you want it.',
      { cause: error },
    );
  }
}

function removeRoom(room: string): void {
  try {
    rmdirSync(room);
  } catch (error) {
    if (!isHeld(error)) throw error;
  }
}

/** Something is in the folder, uses it, or keeps us from it. */
export const isHeld = (error: unknown): boolean =>
  FULL.has(errorCode(error) ?? '') || ['EBUSY', 'EPERM', 'EACCES', 'EROFS', 'EXDEV'].includes(errorCode(error) ?? '');

const FULL: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST']);
