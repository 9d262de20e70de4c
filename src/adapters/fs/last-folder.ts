import type { Clock } from '../../engine/ports.ts';
import { type FolderAnswer, parentOf, parentPath, type Top } from './guarded-path.ts';
import { type HeldFolder, openHeldFolders } from './held-folder.ts';

/** The folder that was looked for last: what comes in it next is many files, or nothing. */
export interface LastFolder {
  /**
   * As `parentOf`. From the third in a row on, the folder is open, and only asked whether it is still where its path says: no level of that is a
   * link or has another spelling then.
   */
  readonly parentOf: (path: string, make?: { readonly mode: number }) => FolderAnswer;
  /** Nothing stays open. */
  readonly release: () => void;
}

/** Whoever forgets to release it keeps a disk from being removed for so long. */
const HELD_MS = 1_000;

export function openLastFolder(root: Top, clock: Pick<Clock, 'after'>): LastFolder {
  const folders = openHeldFolders();
  let last: string | null = null;
  let inRow = 0;
  let held: HeldFolder | null = null;
  let forget = () => {};

  function release(): void {
    forget();
    held?.release();
    held = null;
    last = null;
  }

  function hold(folder: string): void {
    held = folders.hold(folder);
    if (held !== null) forget = clock.after(HELD_MS, release);
  }

  return {
    parentOf(path, make) {
      const parent = parentPath(root, path);
      if (held !== null && parent === held.folder.path && held.isThere())
        return { kind: 'folder', folder: held.folder };
      if (parent !== last || held !== null) {
        release();
        last = parent;
        inRow = 0;
      }
      inRow += 1;
      const found = parentOf(root, path, make);
      if (parent !== null && found.kind === 'folder' && inRow === 2) hold(parent);
      return found;
    },
    release,
  };
}
