import { mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import { FOLDER_LOCK } from './folder-contents.ts';
import { syncFolder } from './fs/fsync.ts';
import { STAGING } from './fs/guarded-path.ts';
import { errorCode } from './fs/refusal.ts';

/**
 * Removes a folder (absolute, real) in which nothing is left but its staging and, where `letGo` gives it back, its lock. It loses its
 * name before its lock: whoever waits for that finds no folder, and never an empty one. False where something else is in it, or
 * holds it. Rejects with what the operating system says, or with SyncError('local').
 */
export async function removeFolder(
  folder: string,
  letGo: ((movedTo: string) => Promise<void>) | null,
): Promise<boolean> {
  const isLeft = (at: string): boolean => readdirSync(at).every((name) => isOurs(name, letGo !== null));
  if (!isLeft(folder)) return false;
  const parent = path.dirname(folder);
  let room: string | null = null;
  try {
    room = mkdtempSync(path.join(parent, `.${path.basename(folder)}.deleted-`));
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
