import type { SyncError } from '../../core/errors.ts';
import type { FileStamp, Sha256 } from '../../core/format/tree.ts';

/** Small records outside the workspace, one folder for each real path of a root. */
export interface StateFiles {
  /** For people. */
  readonly folder: string;
  /** Null when absent. */
  read(name: string): Promise<Uint8Array | null>;
  /** Complete when it resolves, or as before; and fsynced (file and folder), unless it is only `cached`. */
  write(name: string, bytes: Uint8Array, lasting?: Lasting): Promise<void>;
  remove(name: string, lasting?: Lasting): Promise<void>;
}

/** `cached`: nothing is fsynced, and a power cut may leave any bytes. For what is checked when it is read, and can be had again. */
export type Lasting = 'durable' | 'cached';

export type RootState =
  | { readonly kind: 'folder' }
  | { readonly kind: 'missing' }
  /** A file, a link, outside the workspace: never touched. */
  | { readonly kind: 'unusable'; readonly reason: string };

export interface Walk {
  /** Regular files, by path relative to the root with `/`; invalid names included (the caller refuses them). */
  readonly files: ReadonlyMap<string, FileStamp>;
  /** Links, sockets, pipes, devices: path to what it is. Never followed or opened. */
  readonly irregular: ReadonlyMap<string, string>;
  /** What could not be read, folders included: path to reason. */
  readonly unknown: ReadonlyMap<string, string>;
  /** The filesystem's own clock when the walk began, milliseconds (by touching a file in staging); 0 (everything is then hashed) where nothing can, or shall, be written. */
  readonly at: number;
  /** False: some is taken from an earlier walk, because nobody has told of a change. */
  readonly isWhole: boolean;
}

/** A file opened for reading, without following a link at any level. Bytes come from one handle. */
export interface OpenFile {
  /** When it was opened. */
  readonly stamp: FileStamp;
  /** Who may read, write and run it, as nine bits; 0 where the platform has none. */
  readonly mode: number;
  /** Fewer bytes than asked for only at the end of the file. `into`: where they may go, of that length or longer. */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  /** fstat of the handle and lstat of the path now; null when the path names another file or none. */
  stampNow(): Promise<FileStamp | null>;
  close(): Promise<void>;
}

/** A file that stood still while it was read. */
export interface HashedFile {
  readonly stamp: FileStamp;
  readonly sha256: Sha256;
  /** All of it, where that was read in one piece and is wanted. */
  readonly bytes: Uint8Array | null;
}

export interface WholeReading<Path extends string> {
  /** Whether bytes are wanted of what is read next. */
  readonly keeps: () => boolean;
  readonly onRead: (path: Path, file: HashedFile) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A verified file waiting in staging. */
export interface StagedFile {
  readonly name: string;
  readonly stamp: FileStamp;
  readonly sha256: string;
}

export type ApplyAnswer =
  /** `aside`: name in staging of what was there before; hash it before it is dropped. */
  | { readonly kind: 'done'; readonly stamp: FileStamp | null; readonly aside: string | null }
  /**
   * The path no longer is what was expected. Nothing was changed, or all was put back; `aside` names the file
   * of the person that could not go back because another took its place meanwhile: make it a conflict copy.
   */
  | { readonly kind: 'moved'; readonly aside?: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What is about to happen to one path: written and fsynced in staging before it happens. */
export interface ApplyIntent {
  readonly path: string;
  /** SHA-256 of the file that will be moved aside; null when the path is absent. */
  readonly expected: string | null;
  /** SHA-256 of what comes there; null for a deletion. */
  readonly becomes: string | null;
  /** The run that this takes back, at a person's word: what comes there is a change of that person, and no base. */
  readonly undoes?: string;
}

/** A run that has ended, or died. */
export interface EndedRun {
  readonly run: string;
  /** Milliseconds since 1970 by the filesystem. */
  readonly startedAt: number;
  /** Bytes of what is kept of it, once it was looked at; null before. */
  readonly settledBytes: number | null;
}

/** What was moved aside: kept, to be had back. */
export interface StagingRun extends EndedRun {
  readonly intents: readonly ApplyIntent[];
  /** Files moved aside, by the path they came from; sizes in bytes. */
  readonly asides: readonly { readonly path: string; readonly name: string; readonly size: number }[];
}

/** The root on disk. Paths are valid SyncPaths unless said otherwise. Never follows a link, never leaves the root. */
export interface LocalFiles {
  /** Absolute, for people. */
  readonly root: string;
  state(): Promise<RootState>;
  /** Makes the root folder (and its parents inside the workspace) when it is missing. */
  create(): Promise<void>;
  /** Who may list, change and enter a folder (`''`: the root), as nine bits; 0 where the platform has none, or where it is not there. */
  folderMode(path: string): Promise<number>;
  /** Makes one folder with these bits, and all for its owner; one that is there stays as it is. */
  makeFolder(path: string, mode: number): Promise<void>;
  /** Gives a folder (`''`: the root) these bits, and all for its owner, where the file system has any. */
  setFolderMode(path: string, mode: number): Promise<void>;
  /** `skip(path, isFolder)` true: not looked at, not reported. `mayRecall`: what nobody has told of may be as an earlier walk found it. */
  walk(skip: (path: string, isFolder: boolean) => boolean, signal?: AbortSignal, mayRecall?: boolean): Promise<Walk>;
  /** Null when absent or not a regular file. */
  stat(path: string): Promise<FileStamp | null>;
  /**
   * As `stat` of each, in their order, with the error where one cannot be looked at; rejects as `stat` where the root cannot be used. A folder is
   * looked at once for those that follow one another in it.
   */
  statAll(paths: readonly string[]): Promise<readonly (FileStamp | null | SyncError)[]>;
  /** Rejects with SyncError('local') when it is absent, unreadable or not a regular file. */
  open(path: string): Promise<OpenFile>;
  /**
   * Reads those of many files (`size`: about, in bytes) that are quickly had, as `open` would, in any order. The others, and those that
   * could not be read, it leaves to be opened. Rejects when the signal says so.
   */
  readWhole<Path extends string>(
    files: readonly { readonly path: Path; readonly size: number }[],
    reading: WholeReading<Path>,
  ): Promise<void>;
  /** Writes a body into staging of this run (fsynced, mtime and exec set). `mode`: of a file of this machine. The hash is of the bytes written. */
  stage(
    body: AsyncIterable<Uint8Array>,
    as: { mtime: number; exec: boolean; mode?: number | undefined; signal?: AbortSignal | undefined },
  ): Promise<StagedFile>;
  /** The same of contents in memory, in their order, and cheaper: up to 32 are open at once, and made durable together. What could not be written is why. */
  stageAll(
    contents: readonly { readonly bytes: Uint8Array; readonly mtime: number; readonly exec: boolean }[],
  ): Promise<readonly (StagedFile | SyncError)[]>;
  discard(staged: StagedFile): Promise<void>;
  /** Records intents durably; required before `install` and `remove` of those paths. */
  intend(intents: readonly ApplyIntent[]): Promise<void>;
  /** Moves what is expected aside and links the staged file in, without replacing. `expected` null: the path must be absent. */
  install(staged: StagedFile, path: string, expected: FileStamp | null): Promise<ApplyAnswer>;
  /** Moves what is expected aside. Empty parent folders are removed up to the root. */
  remove(path: string, expected: FileStamp): Promise<ApplyAnswer>;
  /** Removes the folders above an absent path that are empty, up to the root: the end of a `remove` that was cut off. */
  prune(path: string): Promise<void>;
  /** Copies a file of the root beside itself, without replacing. */
  duplicate(path: string, to: string, expected: FileStamp): Promise<ApplyAnswer>;
  /**
   * Makes the bytes of a file survive a power cut, whoever wrote them; `flush` does so for its name. False: the file system does not say
   * that they do. SyncError('local') when it is none.
   */
  persist(path: string): Promise<boolean>;
  /** Makes the names in all folders survive a power cut, whoever changed them. `skip` as for `walk`. SyncError('local'). */
  persistNames(skip: (path: string, isFolder: boolean) => boolean, signal?: AbortSignal): Promise<void>;
  /** Makes what `install`, `remove`, `duplicate` and `restore` did survive a power cut, as far as the file system has a way to (false: it has none). Call it before the base records it. */
  flush(): Promise<boolean>;
  /** Lower-case hex. Rejects with SyncError('local') when it cannot be read. */
  hashAside(name: string): Promise<string>;
  /** A file moved aside; else as `open`. */
  openAside(name: string): Promise<OpenFile>;
  /**
   * Links a file moved aside back in, without replacing, and takes it out of staging: `moved` when something is there. Where it can only be
   * copied and `keepsCopied`, it stays in staging: a program may write to it yet.
   */
  restore(name: string, path: string, keepsCopied?: boolean): Promise<ApplyAnswer>;
  /** Null when it is gone. */
  readRun(run: string): Promise<StagingRun | null>;
  /** All runs but this one, oldest first. */
  staging(): Promise<readonly StagingRun[]>;
  /** Removes what a run has left but what it moved aside, and notes that its bytes were looked at. */
  settleRun(run: string, bytes: number): Promise<void>;
  /** Removes what processes that died have left half-written beside the runs. Gives the runs other than this one, oldest first. */
  sweep(): Promise<readonly EndedRun[]>;
  /** Removes a run's folder, or one file that was moved aside. */
  dropRun(run: string): Promise<void>;
  dropAside(name: string): Promise<void>;
  /** Removes a file moved aside whose content has this hash and did not change while it was read. False: it is as it was. */
  dropAsideOf(name: string, sha256: string): Promise<boolean>;
  /** What tells this root from every other (`root.json` in the staging folder); null where nobody has set it. */
  mark(): Promise<string | null>;
  setMark(mark: string, notes: { readonly tool: string; readonly remote: string }): Promise<void>;
}

/** What came of the removal of a folder: something else is left in it (`kept`), or it may not be removed, with the remedy in the reason. */
export type Removal =
  | { readonly kind: 'gone' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'refused'; readonly reason: string };

/** A lock file at a fixed path. The engine's `file-lock` decides; these are its single steps. */
export interface LockFile {
  /** For people. */
  readonly path: string;
  /** Complete and exclusive (temporary file + link): false when one is there. Keeps a handle for `beat`. */
  create(content: string): Promise<boolean>;
  read(): Promise<string | null>;
  /** Writes through the handle kept by `create`: reaches our own file even when it was moved, never a successor's. */
  beat(content: string): Promise<void>;
  /** Closes that handle, wherever its file is by now. No error where there is none. */
  close(): void;
  /** Moves the lock aside and gives what was moved; null when there is none. */
  moveAside(): Promise<{ readonly content: string; putBack(): Promise<void>; drop(): Promise<void> } | null>;
  /** The lock under which a lock that is not ours is moved aside: beside it, and nobody's for longer than that. */
  claim(): LockFile;
  /** Names the processes that `isAlive` can see; null where the platform has no such name. */
  readonly machine: string | null;
  /** Whether a process of this machine lives. */
  isAlive(pid: number): boolean;
}

export interface Watcher {
  /** Calls `changed` after things settle. Hints only: a full scan decides. The returned function stops it. */
  watch(
    skip: (path: string, isFolder: boolean) => boolean,
    changed: (paths: readonly string[]) => void,
    failed: (reason: string) => void,
  ): () => Promise<void>;
}
