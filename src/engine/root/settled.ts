import type { BaseTree } from '../../core/format/tree.ts';
import { type BaseEntry, type FileStamp, type Sha256, sameStamp } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { hashOfUnchanged, isPacked } from '../state/packed-tree.ts';

/** Coarsest time step of a filesystem in use (FAT), milliseconds: a file as young as that may have been written after it was read. */
const GRANULARITY_MS = 2_000;

/** Racily clean: a file may be written twice within one step of the clock and keep its size; only age proves it was not. */
export function isUnchanged(base: BaseEntry, stamp: FileStamp): boolean {
  return sameStamp(base.stamp, stamp) && stamp.mtime + GRANULARITY_MS < base.seenAt;
}

/** The hash of the base, where the file that has this path and stamp is unchanged. */
export function hashIfUnchanged(base: BaseTree, path: SyncPath, stamp: FileStamp): Sha256 | null {
  if (isPacked(base)) return hashOfUnchanged(base, path, stamp, stamp.mtime + GRANULARITY_MS);
  const known = base.get(path);
  return known !== undefined && isUnchanged(known, stamp) ? known.sha256 : null;
}

/** Whether a file that was made or changed after this one was seen has other times than it. */
export const isSettled = ({ stamp, seenAt }: BaseEntry): boolean =>
  Math.max(stamp.mtime, stamp.ctime) + GRANULARITY_MS < seenAt;
