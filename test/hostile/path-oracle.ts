import path from 'node:path';

/**
 * Whether the letter of the format takes a path: written from docs/protocol.md on nothing of `src`, with Node's own path rules, so
 * that two people's mistakes would have to agree.
 */
export function mayBePath(key: string): boolean {
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length === 0 || bytes.length > 1024 || bytes.toString('utf8') !== key) return false;
  if (Array.from(key).some((letter) => isControl(letter.codePointAt(0) ?? 0) || letter === '\\' || letter === ':'))
    return false;
  // Collapses `//`, `.` and `..`, and keeps a last slash: what it changes is refused.
  if (path.posix.normalize(key) !== key || key.endsWith('/') || path.posix.isAbsolute(key)) return false;
  if (key.normalize('NFC') !== key) return false;
  const segments = key.split('/');
  return segments.length <= 64 && segments.every((segment) => mayBeName(segment));
}

/** Whether `key` leads to a place strictly below a folder, by the rules of both families of systems. */
export function staysBelow(key: string): boolean {
  const posix = path.posix.resolve('/top/root', key);
  const windows = path.win32.resolve('C:\\top\\root', key);
  return posix === `/top/root/${key}` && windows === `C:\\top\\root\\${key.replaceAll('/', '\\')}`;
}

const isControl = (point: number): boolean => point < 0x20 || (point >= 0x7f && point < 0xa0);

function mayBeName(name: string): boolean {
  if (['.', '..', ''].includes(name) || ['.', ' '].includes(name.at(-1) ?? '')) return false;
  const dot = name.indexOf('.');
  let stem = dot < 0 ? name : name.slice(0, dot);
  while (stem.endsWith(' ')) stem = stem.slice(0, -1);
  if (DEVICES.has(upper(stem))) return false;
  const seen = Array.from(name, (letter) =>
    isIgnorable(letter) ? '' : letter === '\u017f' ? 's' : lower(letter),
  ).join('');
  if (seen === '.git' || seen === '.datastore-staging') return false;
  return !['git~', 'datast~'].some((short) => seen.startsWith(short) && isDigits(seen.slice(short.length)));
}

const DEVICES = new Set([
  'CON',
  'PRN',
  'AUX',
  'NUL',
  'CONIN$',
  'CONOUT$',
  ...['COM', 'LPT'].flatMap((port) => Array.from('123456789¹²³', (digit) => port + digit)),
]);

const upper = (text: string): string =>
  Array.from(text, (letter) => (letter < '\x80' ? letter.toUpperCase() : letter)).join('');
const lower = (letter: string): string => (letter < '\x80' ? letter.toLowerCase() : letter);
const isDigits = (text: string): boolean =>
  text !== '' && Array.from(text).every((letter) => letter >= '0' && letter <= '9');

/** The code points that HFS+ leaves out of account. */
function isIgnorable(letter: string): boolean {
  const point = letter.codePointAt(0) ?? 0;
  return (
    (point >= 0x200c && point <= 0x200f) ||
    (point >= 0x202a && point <= 0x202e) ||
    (point >= 0x206a && point <= 0x206f) ||
    point === 0xfeff
  );
}
