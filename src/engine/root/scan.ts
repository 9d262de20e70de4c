import {
  type BaseEntry,
  type BaseTree,
  type FileStamp,
  isSettled,
  type LocalEntry,
  type LocalTree,
  type Sha256,
  sameStamp,
} from '../../core/format/tree.ts';
import { parseSyncPath, type SyncPath } from '../../core/paths/sync-path.ts';
import { type Breathe, nowAndThen } from '../breath.ts';
import { each } from '../each.ts';
import type { Codec, HashedFile, LocalFiles, OpenFile } from '../ports.ts';
import { isDraft } from '../state/draft-tree.ts';
import { hashOfUnchanged, isPacked } from '../state/packed-tree.ts';

export type Skip = (path: string, isFolder: boolean) => boolean;

export interface Scan extends LocalTree {
  /** The part of `unknown` that is no regular file (links, sockets, devices): left alone by rule, not by failure. */
  readonly irregular: ReadonlyMap<string, string>;
  /** The filesystem's clock when the scan began: every content that the base does not have was read later. */
  readonly at: number;
  /** False: some of it is as an earlier walk found it, because nobody has told of a change. */
  readonly isWhole: boolean;
  /** Base entries whose content was read again and is unchanged: their new stamp saves the next reading. */
  readonly refreshed: readonly BaseEntry[];
  /** What was read whole, as far as it was to be kept: bytes with the hash that `files` has. */
  readonly contents: ReadonlyMap<SyncPath, Uint8Array>;
  /**
   * What is not as the base has it, or had to be read to know, and what the base has that was not found. Each other path of the base is
   * in `files`, with its hash.
   */
  readonly candidates: ReadonlySet<SyncPath>;
}

const HASHERS = 8;
const READ_BYTES = 1 << 20;
/** What an array costs besides its bytes. */
const HELD_BYTES = 256;

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many files are known, after each that was read. */
  readonly onFile?: (done: number) => void;
  readonly breathe?: Breathe;
  /** Bytes of what the base does not have to be kept in memory. None by default. */
  readonly keep?: number;
  /** What nobody has told of may be as an earlier walk found it. Not by default. */
  readonly mayRecall?: boolean;
  /** A scan just before: what it has read is not read again, unless it was too young then. */
  readonly seen?: Scan | undefined;
}

/** The root as it is now. A file whose stamp is the base's is not read again, unless it is racily clean. */
export async function scanRoot(
  files: LocalFiles,
  base: BaseTree,
  skip: Skip,
  codec: Codec,
  options: ScanOptions = {},
): Promise<Scan> {
  const walk = await files.walk(skip, options.signal, options.mayRecall);
  const found = new Map<SyncPath, LocalEntry>();
  const unknown = new Map([...walk.unknown, ...walk.irregular]);
  const refreshed: BaseEntry[] = [];
  const contents = new Map<SyncPath, Uint8Array>();
  let room = options.keep ?? 0;
  const unread = new Map<SyncPath, { readonly path: SyncPath; readonly size: number }>();
  const candidates = new Set<SyncPath>();
  const read: Read[] = [];
  let inBase = 0;
  const isTime = nowAndThen();
  for (const [name, stamp] of walk.files) {
    if (isTime()) await options.breathe?.();
    // A name that is in the base was looked at before it came there.
    const path = name as SyncPath;
    const sha256 = hashIfUnchanged(base, path, stamp);
    if (sha256 !== null) {
      found.set(path, { path, stamp, sha256 });
      inBase += 1;
      continue;
    }
    candidates.add(path);
    if (base.has(path)) inBase += 1;
    const parsed = parseSyncPath(name);
    const seen = parsed.ok ? readBefore(options.seen, path, stamp) : null;
    if (seen !== null) read.push(seen);
    else if (parsed.ok) unread.set(path, { path, size: stamp.size });
    else unknown.set(name, parsed.problem);
  }
  // As many as it has: then none is gone.
  if (inBase < base.size) for (const path of base.keys()) if (!walk.files.has(path)) candidates.add(path);
  const take = (path: SyncPath, { stamp, sha256, bytes }: HashedFile, seenAt = walk.at) => {
    found.set(path, { path, stamp, sha256 });
    if (base.get(path)?.sha256 === sha256) refreshed.push({ path, stamp, sha256, seenAt });
    else if (bytes !== null && bytes.byteLength + HELD_BYTES <= room) {
      contents.set(path, bytes);
      room -= bytes.byteLength + HELD_BYTES;
    }
    options.onFile?.(found.size);
  };
  for (const { path, file, at } of read) take(path, file, at);
  await files.readWhole([...unread.values()], {
    keeps: () => room > 0,
    onRead: (path, file) => {
      take(path, file);
      unread.delete(path);
    },
    signal: options.signal,
  });
  await each(unread.keys(), HASHERS, async (path) => {
    const read = await hashFile(files, path, codec, options.signal);
    if (typeof read === 'string') unknown.set(path, read);
    else take(path, read);
  });
  const isExcluded = excluder(skip);
  return {
    files: found,
    irregular: walk.irregular,
    unknown,
    // The walk has asked for each that it has found.
    isExcluded: (path) => !found.has(path) && isExcluded(path),
    at: walk.at,
    isWhole: walk.isWhole,
    refreshed,
    contents,
    candidates,
  };
}

interface Read {
  readonly path: SyncPath;
  readonly file: HashedFile;
  readonly at: number;
}

function readBefore(seen: Scan | undefined, path: SyncPath, stamp: FileStamp): Read | null {
  const before = seen?.files.get(path);
  if (seen === undefined || before === undefined) return null;
  if (!sameStamp(before.stamp, stamp) || !isSettled(stamp, seen.at)) return null;
  return { path, file: { ...before, bytes: seen.contents.get(path) ?? null }, at: seen.at };
}

/** Of a root that does not exist yet. */
export const emptyScan = (skip: Skip, base: BaseTree): Scan => ({
  files: new Map(),
  irregular: new Map(),
  unknown: new Map(),
  isExcluded: excluder(skip),
  at: 0,
  isWhole: true,
  refreshed: [],
  contents: new Map(),
  candidates: new Set(base.keys()),
});

/** Whether a scan takes its content from the base. */
export function isUnchanged(base: BaseEntry, stamp: FileStamp): boolean {
  return sameStamp(base.stamp, stamp) && isSettled(stamp, base.seenAt);
}

function hashIfUnchanged(base: BaseTree, path: SyncPath, stamp: FileStamp): Sha256 | null {
  const from = isDraft(base) && !base.changed.has(path) && !base.gone.has(path) ? base.from : base;
  if (isPacked(from)) return hashOfUnchanged(from, path, stamp);
  const known = base.get(path);
  return known !== undefined && isUnchanged(known, stamp) ? known.sha256 : null;
}

/** SHA-256 of a file that stood still while it was read, or the reason why not. */
export async function hashFile(
  files: LocalFiles,
  path: string,
  codec: Codec,
  signal?: AbortSignal,
): Promise<HashedFile | string> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = await files.open(path);
      try {
        const { sha256, bytes } = await hashOpen(file, codec, signal);
        const after = await file.stampNow();
        if (after && sameStamp(file.stamp, after)) return { stamp: after, sha256, bytes };
      } finally {
        await file.close();
      }
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    }
  }
  return 'it changes while it is read';
}

/** Excluded is what lies below an excluded folder too. */
function excluder(skip: Skip): (path: SyncPath) => boolean {
  const folders = new Map<string, boolean>();
  const folderSkipped = (folder: string): boolean => {
    if (folder === '') return false;
    let answer = folders.get(folder);
    if (answer === undefined) {
      answer = folderSkipped(parentOf(folder)) || skip(folder, true);
      folders.set(folder, answer);
    }
    return answer;
  };
  return (path) => folderSkipped(parentOf(path)) || skip(path, false);
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** `bytes`: of a file that is read in one go. What is next is read while what was read is hashed. */
async function hashOpen(
  file: OpenFile,
  codec: Codec,
  signal?: AbortSignal,
): Promise<{ readonly sha256: Sha256; readonly bytes: Uint8Array | null }> {
  const { size } = file.stamp;
  const hasher = codec.hasher();
  const rooms = size > READ_BYTES ? [new Uint8Array(READ_BYTES), new Uint8Array(READ_BYTES)] : [];
  let bytes: Uint8Array | null = null;
  let [offset, nth] = [0, 0];
  const readNext = () => file.read(offset, Math.min(READ_BYTES, size - offset), rooms[nth++ % 2]);
  let reading = readNext();
  try {
    while (offset < size) {
      signal?.throwIfAborted();
      const part = await reading;
      if (part.byteLength === 0) break;
      offset += part.byteLength;
      if (offset < size) reading = readNext();
      hasher.update(part);
      if (part.byteLength === size) bytes = part;
    }
  } finally {
    // Its handle is closed next.
    await reading.catch(() => {});
  }
  return { sha256: hasher.digest(), bytes };
}
