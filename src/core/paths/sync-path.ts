import { bad, ok, type Result } from '../errors.ts';
import { compareByUtf8, foldCase, utf8Length } from './text-order.ts';

/** Bytes of UTF-8. */
export const LONGEST_PATH = 1024;
const DEEPEST_PATH = 64;

export { compareByUtf8, utf8Length };

declare const validated: unique symbol;

/** A path below the root that every supported system can hold: relative, `/` between segments, NFC. Made by `parseSyncPath` only. */
export type SyncPath = string & { readonly [validated]: true };

/**
 * The one validator, for names found on disk and for keys read from the remote. It refuses and never repairs:
 * a repaired name would be another file. The problem is a reason in plain words, without the path.
 */
export function parseSyncPath(text: string): Result<SyncPath> {
  const reason = pathProblem(text);
  return reason === null ? ok(text as SyncPath) : bad(reason);
}

/** Equal for two paths exactly when a filesystem that ignores case or Unicode form would take one for the other. */
export function collisionKey(path: string): string {
  return foldCase(path);
}

/** The folders that a path lies in, nearest first: `a/b/c` gives `a/b`, `a`. */
export function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) folders.push(path.slice(0, cut));
  return folders;
}

/** What nearly all paths look like, and nothing below refuses: no device's name, no dot at either end of a name. */
const PLAIN = (() => {
  const name = String.raw`(?!aux|com|con|lpt|nul|prn)[\w-](?:[\w. -]*[\w-])?`;
  return new RegExp(`^${name}(?:/${name}){0,${DEEPEST_PATH - 1}}$`, 'i');
})();

function pathProblem(text: string): string | null {
  if (text.length <= LONGEST_PATH && PLAIN.test(text)) return null;
  if (text === '') return 'the path is empty';
  if (utf8Length(text) > LONGEST_PATH) return `the path is longer than ${LONGEST_PATH} bytes`;
  if (/\p{Surrogate}/u.test(text)) return 'the path is not valid Unicode (half of a surrogate pair)';
  if (/\p{Cc}/u.test(text)) return 'the path contains a control character';
  if (text.includes('\\')) return 'the path contains a backslash';
  if (text.includes(':')) return 'the path contains a colon';
  if (text.startsWith('/')) return 'the path is absolute';
  if (text.endsWith('/')) return 'the path ends with a slash';
  if (text.normalize('NFC') !== text) return 'the path is not in Unicode normal form C';
  const segments = text.split('/');
  if (segments.length > DEEPEST_PATH) return `the path has more than ${DEEPEST_PATH} levels`;
  for (const segment of segments) {
    const reason = segmentProblem(segment);
    if (reason !== null) return reason;
  }
  return null;
}

function segmentProblem(segment: string): string | null {
  if (segment === '') return 'the path contains an empty segment';
  if (segment === '.' || segment === '..') return `the path contains the segment "${segment}"`;
  if (segment.endsWith('.') || segment.endsWith(' ')) return `the name "${segment}" ends with a dot or a space`;
  if (DEVICE.test(segment)) return `the name "${segment}" is reserved by Windows`;
  if (RESERVED.test(segment.replace(IGNORED_BY_HFS, ''))) return `the name "${segment}" is reserved`;
  return null;
}

// Windows opens the device whatever follows the first dot or the spaces before it: `con.txt`, `nul .tar.gz`.
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|$)/i;

// Git's folder and our own, and the 8.3 names by which Windows reaches them. The `u` flag folds the Kelvin sign and the long s too.
const RESERVED = /^(?:\.git|git~\d+|\.datastore-staging|datast~\d+)$/iu;

// HFS+ drops these when it compares names, so `.g<ZWNJ>it` opens `.git`; Git guards against the same list.
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
