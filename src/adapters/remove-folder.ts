import { existsSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import { FOLDER_LOCK } from './folder-contents.ts';
import { syncFolder } from './fs/fsync.ts';
import { STAGING } from './fs/guarded-path.ts';
import { errorCode } from './fs/refusal.ts';

/**
 * Removes a folder (absolute, real) in which nothing is left but its staging and, where `letGo` gives it back, its lock. It loses its
 * name before its lock: whoever waits for that finds no folder, and never an empty one. False where something else is in it, or
 * holds it. Rejects with what the operating system says, or with SyncError('local'). `run`: what finds again a removal that was cut off.
 */
export async function removeFolder(
  folder: string,
  run: string,
  letGo: ((movedTo: string) => Promise<void>) | null,
): Promise<boolean> {
  const isLeft = (at: string): boolean => readdirSync(at).every((name) => isOurs(name, letGo !== null));
  if (!isLeft(folder)) return false;
  const parent = path.dirname(folder);
  let room: string | null = null;
  try {
    room = mkdtempSync(path.join(parent, roomOf(folder, run)));
    const away = path.join(room, path.basename(folder));
    renameSync(folder, away);
    if (!isLeft(away) || !(await empty(away, letGo))) return putBack(away, folder);
    syncFolder(parent);
    return true;
  } catch (error) {
    if (isHeld(error)) return false;
    throw error;
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
    const isThere = existsSync(away);
    const isOnlyOurs = isThere && readdirSync(away).every((inside) => isOurs(inside, true));
    if (isThere && !(isOnlyOurs && (await empty(away, async () => {})))) putBack(away, folder);
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

async function empty(folder: string, letGo: ((movedTo: string) => Promise<void>) | null): Promise<boolean> {
  try {
    await letGo?.(folder);
    for (const name of readdirSync(folder))
      if (isOurs(name, letGo !== null)) rmSync(path.join(folder, name), { recursive: true, force: true });
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isHeld(error)) return false;
    throw error;
  }
}

const isOurs = (name: string, isLocked: boolean): boolean =>
  name === STAGING || (isLocked && (name === FOLDER_LOCK || name.startsWith(`${FOLDER_LOCK}.`)));

/** Something came at the last moment. */
function putBack(away: string, folder: string): false {
  try {
    renameSync(away, folder);
    return false;
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
  ['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EPERM', 'EACCES', 'EROFS', 'EXDEV'].includes(errorCode(error) ?? '');
