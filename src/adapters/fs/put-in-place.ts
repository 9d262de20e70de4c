import { lstatSync } from 'node:fs';
import type { FileStamp } from '../../core/format/tree.ts';
import { type Folder, isStill, kindOf } from './guarded-path.ts';
import type { LinkIn, LinkOptions } from './link-in.ts';
import { errorCode } from './refusal.ts';
import { sameContentStamp, stampOf } from './stamp.ts';

export type Placed =
  | { readonly kind: 'placed'; readonly stamp: FileStamp }
  /** Something is there. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Links the regular file `source` (`waiting` is its stamp) in at `target`, directly in `parent`, without replacing. Throws what the
 * operating system says.
 */
export function putInPlace(
  linkIn: LinkIn,
  source: string,
  waiting: FileStamp,
  target: string,
  parent: Folder,
  options?: LinkOptions,
): Placed {
  const linked = linkIn(source, target, options);
  if (linked.kind === 'exists') return takenBy(target);

  const ours = linked.kind === 'copied' ? { ...waiting, inode: linked.inode } : waiting;
  const found = lookAt(target);
  if (!isStill(parent)) {
    // It may lie outside the root now: take back what is ours and only that.
    if (found.kind === 'there' && sameContentStamp(found.stamp, ours)) linkIn(target, source);
    return REPLACED;
  }
  if (found.kind === 'gone') return { kind: 'taken' };
  // It is in place even where it cannot be looked at: its new ctime then differs from this one, and the next scan reads it again.
  if (found.kind === 'unknown') return { kind: 'placed', stamp: ours };
  // Size and mtime as they were verified: had a program written in between, the next scan sees other ones and reads again.
  return { kind: 'placed', stamp: { ...found.stamp, size: waiting.size, mtime: waiting.mtime } };
}

function takenBy(target: string): Placed {
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (there?.isDirectory() !== true) return { kind: 'taken' };
  return { kind: 'refused', reason: `${kindOf(there)} has its name: move it, or remove it when it is empty` };
}

type Look =
  | { readonly kind: 'there'; readonly stamp: FileStamp }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

function lookAt(path: string): Look {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? { kind: 'gone' } : { kind: 'there', stamp: stampOf(stats) };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return { kind: 'unknown' };
  }
}

const REPLACED: Placed = { kind: 'refused', reason: 'its folder was replaced meanwhile' };
