import type { Folder } from './folder.ts';

const folders = new WeakMap<object, Folder>();

/** The same error, of which `folderOf` knows where it came about: the person may have picked the folder after the command was called. */
export function failedIn(folder: Folder, error: unknown): unknown {
  if (typeof error === 'object' && error !== null) folders.set(error, folder);
  return error;
}

/** The folder that work has failed in; undefined where nobody has said. */
export const folderOf = (error: unknown): Folder | undefined =>
  typeof error === 'object' && error !== null ? folders.get(error) : undefined;
