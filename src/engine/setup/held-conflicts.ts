import { countText } from '../../core/quantities.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';

/** Stops before anything was overwritten: a person has to decide. */
export class HeldConflicts extends Error {
  override readonly name = 'HeldConflicts';
  readonly paths: readonly string[];
  readonly remedy: string;

  constructor(message: string, remedy: string, paths: readonly string[]) {
    super(message);
    this.paths = paths;
    this.remedy = remedy;
  }
}

export const heldWith = (name: string, conflicts: SyncReport['conflicts']): HeldConflicts =>
  new HeldConflicts(
    `${countText(conflicts.length, 'conflict')} with ${name} held back`,
    'Decide each first: datastore resolve PATH --mine, --theirs, --both or --merged. Then run this again.',
    conflicts.map(({ path }) => path),
  );

export const otherContents = (from: string, to: string, paths: readonly string[]): HeldConflicts =>
  new HeldConflicts(
    `${to} has other contents at ${countText(paths.length, 'path')} of ${from}`,
    'Nothing there was touched. Move those files away, or name another folder; then run this again.',
    paths,
  );
