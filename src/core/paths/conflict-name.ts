import { LONGEST_PATH } from './sync-path.ts';
import { utf8Length } from './text-order.ts';

/** What the filesystems in use allow for one name, in bytes. */
const MAX_NAME = 255;
/** An extension longer than that is no extension. */
const MAX_EXTENSION = 64;

/**
 * `folder/name.<suffix>.ext`, numbered until it is free, its stem shortened until name and path fit. Where even one letter of it
 * would not fit it is left too long: `parseSyncPath` refuses it then, and there is no place for a copy.
 */
export function conflictName(path: string, suffix: string, isTaken: (name: string) => boolean): string {
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  const cut = dot > slash && utf8Length(path.slice(dot)) <= MAX_EXTENSION ? dot : path.length;
  const folder = path.slice(0, slash);
  for (let count = 1; ; count += 1) {
    const tail = `.${suffix}${count === 1 ? '' : `-${count}`}${path.slice(cut)}`;
    const room = Math.min(MAX_NAME, LONGEST_PATH - utf8Length(folder)) - utf8Length(tail);
    const name = `${folder}${shortened(path.slice(slash, cut), room)}${tail}`;
    if (!isTaken(name)) return name;
  }
}

/** By whole code points, so that what is left is still in normal form; one is always left. */
function shortened(stem: string, bytes: number): string {
  if (utf8Length(stem) <= bytes) return stem;
  let kept = '';
  for (const letter of stem) {
    if (kept !== '' && utf8Length(kept + letter) > bytes) break;
    kept += letter;
  }
  return kept;
}
