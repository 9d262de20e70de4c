import { sweepOld } from './litter.ts';
import { BESIDE_RUNS } from './own-names.ts';
import type { StagingListing } from './staging-runs.ts';

/**
 * Removes what processes that died in between have left beside the runs: half-made locks, marks and clocks, locks moved aside.
 * `now` gives the filesystem's time, milliseconds since 1970.
 */
export function sweepLitter({ folder, entries }: StagingListing, now: () => number): void {
  sweepOld(folder.path, entries, BESIDE_RUNS, now);
}
