import { lstatSync } from 'node:fs';
import type { FileStamp } from '../../core/format/tree.ts';
import { type Folder, isStill, kindOf } from './guarded-path.ts';
import type { LinkIn } from './link-in.ts';
import { sameContentStamp, stampOf } from './stamp.ts';

export type Placed =
  | { readonly kind: 'placed'; readonly stamp: FileStamp }
  /** Something is there. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Links the regular file `source` in at `target`, directly in `parent`, without replacing. Throws what the operating system says. */
export function putInPlace(linkIn: LinkIn, source: string, target: string, parent: Folder): Placed {
  const waiting = stampOf(lstatSync(source));
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (there?.isDirectory())
    return { kind: 'refused', reason: `${kindOf(there)} has its name: move it, or remove it when it is empty` };
  if (there !== undefined) return { kind: 'taken' };
  if (!isStill(parent)) return REPLACED;
  const linked = linkIn(source, target);
  if (linked.kind === 'exists') return { kind: 'taken' };

  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (!isStill(parent)) {
    // It may lie outside the root now: take back what is ours and only that.
    const ours = linked.kind === 'copied' ? { ...waiting, inode: linked.inode } : waiting;
    if (stats !== undefined && sameContentStamp(stampOf(stats), ours)) linkIn(target, source);
    return REPLACED;
  }
  if (stats === undefined) return { kind: 'taken' };
  // Size and mtime as they were verified: had a program written in between, the next scan sees other ones and reads again.
  return { kind: 'placed', stamp: { ...stampOf(stats), size: waiting.size, mtime: waiting.mtime } };
}

const REPLACED: Placed = { kind: 'refused', reason: 'its folder was replaced meanwhile' };
