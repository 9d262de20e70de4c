import { type BaseEntry, type BaseTree, type FileStamp, isSettled, type Sha256 } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { isDraft } from './draft-tree.ts';

/** Entries of a base in columns, in memory as on disk: a hundred thousand objects cost more to make than a cycle with nothing to do. */
export interface PackedTree extends BaseTree {
  readonly columns: Columns;
  readonly line: Line;
}

/** Which tree this one was made from, and what is other in it; one that was read or made anew begins a line. */
interface Line {
  readonly changed: readonly SyncPath[];
  readonly before: Line | null;
  /** Trees before it. */
  readonly length: number;
}

/** Of a line: behind that it begins anew. */
const LONGEST_LINE = 64;

interface Columns {
  /** Row of each path, in the order of the rows. */
  readonly rows: ReadonlyMap<SyncPath, number>;
  /** Five to a row: size, mtime, ctime, inode, seenAt. */
  readonly numbers: Float64Array;
  /** EXEC and EXCLUDED of each row. */
  readonly flags: Uint8Array;
  /** All SHA-256 one after another, 64 characters each. */
  readonly hashes: string;
}

const NUMBERS = 5;
const HASH = 64;
const EXEC = 1;
const EXCLUDED = 2;

export const isPacked = (tree: BaseTree): tree is PackedTree => 'columns' in tree;

export function pack(tree: BaseTree): PackedTree {
  if (isDraft(tree) && isPacked(tree.from) && tree.gone.size === 0) return patched(tree.from, tree.changed);
  const rows = new Map<SyncPath, number>();
  const numbers = new Float64Array(NUMBERS * tree.size);
  const flags = new Uint8Array(tree.size);
  const hashes: string[] = [];
  for (const entry of tree.values()) {
    const row = rows.size;
    write({ numbers, flags }, row, entry);
    hashes.push(entry.sha256);
    rows.set(entry.path, row);
  }
  return treeOf({ rows, numbers, flags, hashes: hashes.join('') });
}

/** Paths whose entries may be others in `tree` than in the one that this line is of; null where that is not known. */
export function changedSince(tree: PackedTree, line: Line): readonly SyncPath[] | null {
  const changed: SyncPath[] = [];
  for (let at: Line | null = tree.line; at !== null; at = at.before) {
    if (at === line) return changed;
    changed.push(...at.changed);
  }
  return null;
}

/** With these entries in place of its own, or behind them. */
function patched({ columns, size, line }: PackedTree, changed: ReadonlyMap<SyncPath, BaseEntry>): PackedTree {
  const added = [...changed.keys()].filter((path) => !columns.rows.has(path));
  const rows =
    added.length === 0
      ? columns.rows
      : new Map([...columns.rows, ...added.map((path, nth) => [path, size + nth] as const)]);
  const numbers = new Float64Array(NUMBERS * rows.size);
  const flags = new Uint8Array(rows.size);
  numbers.set(columns.numbers);
  flags.set(columns.flags);
  const places = [...changed.values()].map((entry) => ({ entry, row: rows.get(entry.path) ?? 0 }));
  const hashes: string[] = [];
  let done = 0;
  for (const { entry, row } of places.toSorted((a, b) => a.row - b.row)) {
    write({ numbers, flags }, row, entry);
    hashes.push(columns.hashes.slice(HASH * done, HASH * row), entry.sha256);
    done = row + 1;
  }
  hashes.push(columns.hashes.slice(HASH * done));
  const isLong = line.length === LONGEST_LINE || changed.size > LONGEST_LINE;
  const before = isLong ? null : line;
  const next = { changed: isLong ? [] : [...changed.keys()], before, length: isLong ? 0 : line.length + 1 };
  return treeOf({ rows, numbers, flags, hashes: hashes.join('') }, next);
}

function write(
  { numbers, flags }: Pick<Columns, 'numbers' | 'flags'>,
  row: number,
  { stamp, seenAt, excluded }: BaseEntry,
): void {
  const at = NUMBERS * row;
  numbers[at] = stamp.size;
  numbers[at + 1] = stamp.mtime;
  numbers[at + 2] = stamp.ctime;
  numbers[at + 3] = stamp.inode;
  numbers[at + 4] = seenAt;
  flags[row] = (stamp.exec ? EXEC : 0) | (excluded === true ? EXCLUDED : 0);
}

/** As `hashOf` where size, times and inode of the entry are these, and it is not racily clean. */
export function hashOfUnchanged(tree: PackedTree, path: SyncPath, stamp: FileStamp): Sha256 | null {
  const { rows, numbers } = tree.columns;
  const row = rows.get(path);
  if (row === undefined) return null;
  const at = NUMBERS * row;
  const isSame =
    numbers[at] === stamp.size &&
    numbers[at + 1] === stamp.mtime &&
    numbers[at + 2] === stamp.ctime &&
    numbers[at + 3] === stamp.inode;
  return isSame && isSettled(stamp, numbers[at + 4] ?? 0) ? hashAt(tree.columns, row) : null;
}

export function someExcluded(tree: BaseTree): boolean {
  if (isDraft(tree) && !someExcluded(tree.from)) return [...tree.changed.values()].some(isExcluded);
  if (isPacked(tree)) return tree.columns.flags.some((bits) => (bits & EXCLUDED) !== 0);
  for (const entry of tree.values()) if (isExcluded(entry)) return true;
  return false;
}

const isExcluded = ({ excluded }: BaseEntry): boolean => excluded === true;

function treeOf(columns: Columns, line: Line = { changed: [], before: null, length: 0 }): PackedTree {
  const { rows } = columns;
  function* entries(): MapIterator<[SyncPath, BaseEntry]> {
    for (const [path, row] of rows) yield [path, entryOf(columns, path, row)];
  }
  function* values(): MapIterator<BaseEntry> {
    for (const [path, row] of rows) yield entryOf(columns, path, row);
  }
  const tree: PackedTree = {
    columns,
    line,
    size: rows.size,
    has: (path) => rows.has(path),
    hashOf(path) {
      const row = rows.get(path);
      return row === undefined ? undefined : hashAt(columns, row);
    },
    get(path) {
      const row = rows.get(path);
      return row === undefined ? undefined : entryOf(columns, path, row);
    },
    keys: () => rows.keys(),
    values,
    entries,
    [Symbol.iterator]: entries,
    forEach(each) {
      for (const [path, entry] of entries()) each(entry, path, tree);
    },
  };
  return tree;
}

const hashAt = ({ hashes }: Columns, row: number): Sha256 => hashes.slice(HASH * row, HASH * row + HASH);

function entryOf(columns: Columns, path: SyncPath, row: number): BaseEntry {
  const { numbers, flags } = columns;
  const at = NUMBERS * row;
  const bits = flags[row] ?? 0;
  const entry = {
    path,
    sha256: hashAt(columns, row),
    stamp: {
      size: numbers[at] ?? 0,
      mtime: numbers[at + 1] ?? 0,
      ctime: numbers[at + 2] ?? 0,
      inode: numbers[at + 3] ?? 0,
      exec: (bits & EXEC) !== 0,
    },
    seenAt: numbers[at + 4] ?? 0,
  };
  return (bits & EXCLUDED) === 0 ? entry : { ...entry, excluded: true };
}

/*
 * On disk: MARK, count and bytes of the paths as numbers, then numbers, flags, hashes, paths parted by line ends, and zeros up to a
 * whole number. In the byte order of this machine: the file never leaves it.
 */

const MARK = 0x64_73_62_32;
const HEADER = 3;

export function bytesOf({ columns }: PackedTree): Uint8Array {
  const { rows, numbers, flags, hashes } = columns;
  const text = new TextEncoder().encode(`${hashes}${[...rows.keys()].join('\n')}`);
  const { before, all } = extent(rows.size, text.length - hashes.length);
  const bytes = new Uint8Array(all);
  const doubles = new Float64Array(bytes.buffer);
  doubles.set([MARK, rows.size, text.length - hashes.length]);
  doubles.set(numbers, HEADER);
  bytes.set(flags, before - flags.length);
  bytes.set(text, before);
  return bytes;
}

/** Null for anything but the whole of what `bytesOf` gave. What lies in it is not looked at: see `sumOf`. */
export function unpack(given: Uint8Array): PackedTree | null {
  const bytes = given.byteOffset % 8 === 0 ? given : given.slice();
  if (bytes.length < 8 * HEADER) return null;
  const [mark, count = 0, pathBytes = 0] = new Float64Array(bytes.buffer, bytes.byteOffset, HEADER);
  const { before, all } = extent(count, pathBytes);
  if (mark !== MARK || bytes.length !== all) return null;
  const text = new TextDecoder();
  const paths =
    count === 0 ? [] : text.decode(bytes.subarray(before + HASH * count).subarray(0, pathBytes)).split('\n');
  return treeOf({
    rows: new Map(paths.map((path, row) => [path as SyncPath, row])),
    numbers: new Float64Array(bytes.buffer, bytes.byteOffset + 8 * HEADER, NUMBERS * count),
    flags: bytes.subarray(before - count, before),
    hashes: text.decode(bytes.subarray(before, before + HASH * count)),
  });
}

/** Bytes before the hashes, and in all. */
function extent(count: number, pathBytes: number) {
  const before = 8 * (HEADER + NUMBERS * count) + count;
  return { before, all: 8 * Math.ceil((before + HASH * count + pathBytes) / 8) };
}

/** Tells whether these are the bytes that were meant: against rot and mistaken identity, not against malice. */
export function sumOf(given: Uint8Array): number {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  let sum = bytes.length | 0;
  // By index: an iterator takes five times as long.
  for (let at = 0; at < words.length; at += 1)
    sum = (Math.imul(sum ^ (words[at] ?? 0), 0x01_00_01_93) + (sum >>> 15)) | 0;
  return sum;
}
