import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, localError } from './refusal.ts';

/** What a crash left half-written is swept after this. Milliseconds. */
const STALE = 3_600_000;

/**
 * Removes what is litter in a folder by its name and has not been touched for an hour. `now` gives the filesystem's time,
 * milliseconds since 1970. Throws SyncError('local') when the folder cannot be read.
 */
export function sweepOld(folder: string, isLitter: (name: string) => boolean, now: () => number): void {
  const litter = namesIn(folder).filter(isLitter);
  if (litter.length === 0) return;
  const time = now();
  for (const name of litter) {
    try {
      const path = join(folder, name);
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats !== undefined && time - stats.mtimeMs > STALE) rmSync(path, { recursive: true, force: true });
    } catch (error) {
      // It is in nobody's way.
      if (errorCode(error) === undefined) throw error;
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw localError(`\`${folder}\` could not be read`, error);
  }
}
