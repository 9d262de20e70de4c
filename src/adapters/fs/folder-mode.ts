import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderAt, type Top } from './guarded-path.ts';
import { errorCode, localError } from './refusal.ts';
import { modeOf } from './stamp.ts';

const namesOf = (path: string): readonly string[] => (path === '' ? [] : path.split('/'));

/** `LocalFiles.folderMode`. */
export function folderMode(root: Top, path: string): number {
  const found = folderAt(root, namesOf(path));
  const stats = found.kind === 'folder' ? lstatSync(found.folder.path, { throwIfNoEntry: false }) : undefined;
  return stats === undefined ? 0 : modeOf(stats);
}

/** `LocalFiles.makeFolder`. What stands in its way is said of the files that were to go there. */
export function makeFolder(root: Top, path: string, mode: number, touched: (folder: string) => void): void {
  const names = namesOf(path);
  const parent = folderAt(root, names.slice(0, -1));
  if (parent.kind !== 'folder' || folderAt(root, names).kind !== 'missing') return;
  const made = join(parent.folder.path, names.at(-1) ?? '');
  try {
    mkdirSync(made, { mode: ownersAll(mode) });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw localError(`\`${path}\` could not be made`, error);
  }
  touched(made);
  setFolderMode(root, path, mode);
}

/** `LocalFiles.setFolderMode`. */
export function setFolderMode(root: Top, path: string, mode: number): void {
  const found = folderAt(root, namesOf(path));
  if (found.kind !== 'folder' || process.platform === 'win32') return;
  try {
    chmodSync(found.folder.path, ownersAll(mode));
  } catch (error) {
    // A file system without such bits is no reason to refuse what goes there.
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) return;
    throw localError(`\`${path}\` could not be given its mode`, error);
  }
}

/** Files have to go in. */
const ownersAll = (mode: number): number => mode | 0o700;
