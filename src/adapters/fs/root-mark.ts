import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from './fsync.ts';
import { STAGING } from './guarded-path.ts';
import { localError } from './refusal.ts';
import { replaceFile } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';

const NAME = 'root.json';

/** The mark of the root, null where it has none. Throws SyncError('local'). */
export function readMark(area: StagingArea): string | null {
  const folder = area.peek();
  if (folder === null) return null;
  const file = join(folder.path, NAME);
  try {
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
    return markIn(readFileSync(file, 'utf8'));
  } catch (error) {
    throw localError('The mark of the root could not be read', error);
  }
}

/** What is no record of ours is a mark all the same: one that nobody knows. */
function markIn(text: string): string {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === 'object' && record !== null && 'mark' in record && typeof record.mark === 'string')
      return record.mark;
  } catch {}
  return text;
}

/** Sets the mark, durably. Throws SyncError('local'). */
export function setMark(area: StagingArea, mark: string, notes: Readonly<Record<string, string>>): void {
  try {
    const record = new TextEncoder().encode(`${JSON.stringify({ mark, ...notes })}\n`);
    const { path } = area.folder();
    replaceFile(join(path, NAME), record);
    // And the name of the folder, which may be new: a root that a power cut leaves without its mark would be asked about.
    syncFolder(dirname(path));
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
