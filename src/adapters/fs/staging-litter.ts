import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ASIDE } from './lock-file.ts';
import { errorCode, localError } from './refusal.ts';
import { TEMPORARY } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';

/** What a crash left half-written is swept after this. Milliseconds. */
const STALE = 3_600_000;

/**
 * Removes what processes that died in between have left beside the runs: half-made locks, marks and clocks, locks moved aside.
 * `now` gives the filesystem's time, milliseconds since 1970. Throws SyncError('local') when the staging folder cannot be read.
 */
export function sweepLitter(area: StagingArea, now: () => number): void {
  const folder = area.peek();
  if (folder === null) return;
  const litter = namesIn(folder.path).filter((name) => name.includes(TEMPORARY) || name.includes(ASIDE));
  if (litter.length === 0) return;
  const time = now();
  for (const name of litter) {
    try {
      const path = join(folder.path, name);
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
    throw localError('The staging folder could not be read', error);
  }
}
