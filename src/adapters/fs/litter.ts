import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isNamed, listEntry, type OwnNames, removeOwn } from './own-names.ts';
import { errorCode, localError } from './refusal.ts';

/** What a crash left half-written is swept after this. Milliseconds. */
const STALE = 3_600_000;

/** As `sweepOld`, of whatever is in the folder. Throws SyncError('local') when it cannot be read. */
export function sweepFolder(folder: string, litter: OwnNames, now: () => number): void {
  sweepOld(folder, entriesIn(folder), litter, now);
}

/**
 * Removes what is `litter` among the entries of a folder, whole, and has not been touched for an hour. `now` gives the filesystem's
 * time, milliseconds since 1970.
 */
export function sweepOld(folder: string, entries: readonly Dirent[], litter: OwnNames, now: () => number): void {
  const found = entries.filter((entry) => isNamed(litter, entry));
  if (found.length === 0) return;
  const time = now();
  for (const entry of found) {
    try {
      const stats = lstatSync(join(folder, entry.name), { throwIfNoEntry: false });
      if (stats !== undefined && time - stats.mtimeMs > STALE) removeOwn(listEntry(folder, entry, litter) ?? []);
    } catch (error) {
      // It is in nobody's way.
      if (errorCode(error) === undefined) throw error;
    }
  }
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw localError(`\`${folder}\` could not be read`, error);
  }
}
