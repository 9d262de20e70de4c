import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './fsync.ts';
import { STAGING } from './guarded-path.ts';
import { localError } from './refusal.ts';
import { replaceFile } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';

const NAME = 'root.json';

/** Whether the root carries our mark. Throws SyncError('local'). */
export function isMarked(area: StagingArea): boolean {
  const folder = area.peek();
  try {
    return folder !== null && lstatSync(join(folder.path, NAME), { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    throw localError('The mark of the root could not be read', error);
  }
}

/** Sets the mark, durably. Throws SyncError('local'). */
export function setMark(area: StagingArea, content: string): void {
  try {
    replaceFile(join(area.folder().path, NAME), new TextEncoder().encode(content));
  } catch (error) {
    throw localError('The root could not be marked', error);
  }
}

/** Takes it away, durably; `root` is absolute. No error where there is none. Throws SyncError('local'). */
export function removeMark(root: string): void {
  const folder = join(root, STAGING);
  try {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    rmSync(join(folder, NAME), { force: true });
    syncFolder(folder);
  } catch (error) {
    throw localError('The mark of the root could not be removed', error);
  }
}
