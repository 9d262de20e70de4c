import { sweepOld } from './litter.ts';
import { BESIDE_RUNS } from './own-names.ts';
import type { StagingArea } from './staging-area.ts';

/**
 * Removes what processes that died in between have left beside the runs: half-made locks, marks and clocks, locks moved aside.
 * `now` gives the filesystem's time, milliseconds since 1970. Throws SyncError('local') when the staging folder cannot be read.
 */
export function sweepLitter(area: StagingArea, now: () => number): void {
  const folder = area.peek();
  if (folder === null) return;
  sweepOld(folder.path, BESIDE_RUNS, now);
}
