import type { SyncPath } from '../paths/sync-path.ts';

/** Lower-case hex, 64 characters. */
export type Sha256 = string;

/** A run of stored bytes that decodes to the next part of a file's content. Source: remote format 1. */
export interface Slice {
  /** Key below the prefix, `objects/<sha256>-<epoch>`. */
  readonly object: string;
  /** Bytes into the stored object. */
  readonly offset: number;
  /** Stored bytes. */
  readonly length: number;
  /** Absent: stored as is. */
  readonly encoding?: string;
  /** Of the decoded bytes, for a part of a file whose object is not named by them: how an equal part is found. */
  readonly sha256?: Sha256;
  /** Fields this version does not know, kept as they came. */
  readonly unknown?: Readonly<Record<string, unknown>>;
}

/** One file as a commit records it. */
export interface Entry {
  readonly path: SyncPath;
  /** Decoded bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with up to three decimals. */
  readonly mtime: number;
  readonly sha256: Sha256;
  readonly exec: boolean;
  /** Who last changed the content, `user@host`. */
  readonly by: string;
  /** The generation that last changed the content. */
  readonly generation: number;
  readonly slices: readonly Slice[];
  /** Fields this version does not know, kept as they came. */
  readonly unknown?: Readonly<Record<string, unknown>>;
}

/** What lstat says of a regular file. Two equal stamps that are not racily clean mean: not written in between. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, rounded to microseconds. */
  readonly mtime: number;
  /** As `mtime`. */
  readonly ctime: number;
  readonly inode: number;
  readonly exec: boolean;
}

/** One file of the root as a scan found it. */
export interface LocalEntry {
  readonly path: SyncPath;
  readonly stamp: FileStamp;
  readonly sha256: Sha256;
}

/** One file as it was last verified equal on both sides. */
export interface BaseEntry {
  readonly path: SyncPath;
  readonly sha256: Sha256;
  /** The local file when it was verified. */
  readonly stamp: FileStamp;
  /** The filesystem's own time when the content was read, in milliseconds: the racily-clean rule compares mtime and ctime with it. */
  readonly seenAt: number;
  /** The rules have left the path out or held it back since: what happened to it meanwhile was not looked at. */
  readonly excluded?: true;
}

/** A file of a datastore as people are shown it, of a commit or of a folder used in place. */
export interface StoredFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** Null, as are the following: only a commit says so. */
  readonly by: string | null;
  readonly generation: number | null;
  readonly sha256: Sha256 | null;
}

export type RemoteTree = ReadonlyMap<SyncPath, Entry>;
export interface BaseTree extends ReadonlyMap<SyncPath, BaseEntry> {
  /** As `get(path)?.sha256`, where that is to be had without the rest of the entry. */
  readonly hashOf?: (path: SyncPath) => Sha256 | undefined;
}

/** The result of a scan. A path in neither map is gone; a path in `unknown` (or below an unknown folder) must not be acted on. */
export interface LocalTree {
  readonly files: ReadonlyMap<SyncPath, LocalEntry>;
  /** Path (of a file or of a whole folder) to the reason. Keys need not be valid sync paths. */
  readonly unknown: ReadonlyMap<string, string>;
  /** Paths that the excludes and `directories` leave out, with everything below them: unknown too, and not reported. */
  isExcluded(path: SyncPath): boolean;
}

/** What the base has for a path. */
export const hashIn = (base: BaseTree, path: SyncPath): Sha256 | undefined =>
  base.hashOf === undefined ? base.get(path)?.sha256 : base.hashOf(path);

export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime && a.inode === b.inode;

/** Coarsest time step of a filesystem in use (FAT), milliseconds. */
const GRANULARITY_MS = 2_000;
/** More than the step of any that does not count in whole seconds: a tick of the system's clock. */
const FINE_MS = 100;

/**
 * Whether a content that was read at `seenAt` is still that of a file with the same stamp. Else it is racily clean: a file may be written
 * twice within one step of the clock and keep its size; only age proves it was not.
 */
export function isSettled({ mtime, ctime }: FileStamp, seenAt: number): boolean {
  // An old mtime may have been given back (`cp -p`, `touch -r`); no ctime can be. One after the look is that of what the cycle itself put there.
  const isOld = ctime > seenAt || ctime + (ctime % 1_000 === 0 ? GRANULARITY_MS : FINE_MS) < seenAt;
  return isOld && mtime + GRANULARITY_MS < seenAt;
}

/** Whether `path` or one of the folders above it is in `paths`. */
export function coveredBy(paths: { has(path: string): boolean }, path: string): boolean {
  if (paths.has(path)) return true;
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
    if (paths.has(path.slice(0, cut))) return true;
  }
  return false;
}
