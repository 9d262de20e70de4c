import { type BaseEntry, type BaseTree, type FileStamp, type Sha256, sameStamp } from '../../core/format/tree.ts';
import { isSettled } from './settled.ts';

/**
 * Tells a file of which the path is new, but not the file: one of a folder that was renamed. Its inode and the time of its last change are
 * those of an entry whose path is gone, and both were old when that was seen: a file that was made since has a later one, whatever its
 * number. Only where the file system keeps both by itself (`Walk.isTelling`).
 */
export function movedFiles(base: BaseTree, found: ReadonlyMap<string, unknown>): (stamp: FileStamp) => Sha256 | null {
  let gone: Map<number, BaseEntry> | null = null;
  return (stamp) => {
    gone ??= goneFrom(base, found);
    const known = gone.get(stamp.inode);
    return known !== undefined && sameStamp(known.stamp, stamp) && isSettled(known) ? known.sha256 : null;
  };
}

function goneFrom(base: BaseTree, found: ReadonlyMap<string, unknown>): Map<number, BaseEntry> {
  const gone = new Map<number, BaseEntry>();
  for (const path of base.keys()) {
    const entry = found.has(path) ? undefined : base.get(path);
    if (entry !== undefined) gone.set(entry.stamp.inode, entry);
  }
  return gone;
}
