import type { Config } from '../../core/config/config.ts';
import type { FieldChange, WrittenPlace } from '../../core/config/config-write.ts';
import type { FolderRelation } from '../../core/setup/setup-plan.ts';
import type { Bucket, Machine } from '../checkup/checkup-ports.ts';
import type { Datastore } from '../datastore.ts';
import type {
  Clock,
  Codec,
  Identity,
  Ids,
  LocalFiles,
  LockFile,
  Log,
  ObjectStore,
  Removal,
  StagingRun,
  StateFiles,
} from '../ports.ts';
import type { Skip } from '../root/scan.ts';
import type { HeldFolder } from './held-folder.ts';

/* What a set-up stands on beyond the ports of a cycle. Methods reject with SyncError('local') unless said otherwise. */

/** The files of a workspace that are not its data. */
export interface WorkspaceFiles {
  /** Whether `.datastore.yaml` is there. */
  hasConfig(): Promise<boolean>;
  /** Rejects as `writeConfig` would, as far as that can be told beforehand; writes nothing. */
  tryConfig(changes: readonly FieldChange[]): Promise<void>;
  /** Complete and durable when it resolves, or as before. False: nothing was to be changed. SyncError('config') when the file cannot be edited in place. */
  writeConfig(changes: readonly FieldChange[]): Promise<boolean>;
  /** The folder relative to the workspace with `/`, where it lies in it and git is used; else null. */
  ignorable(folder: string): Promise<string | null>;
  /** Where an absolute folder really is, as far as it is there; whether it is the workspace or holds it; whether it is named in the workspace and a link leads out. */
  place(folder: string): Promise<{ readonly real: string; readonly isAround: boolean; readonly leaves: boolean }>;
  /** Puts these lines into our section of `.gitignore`. */
  ignore(lines: readonly string[]): Promise<void>;
}

/** Whole folders, by absolute path. */
export interface Folders {
  /** Any folder as a root; nothing is made yet, nor by looking: a walk gives no time of the filesystem. It may be reached through links, what is below may not. */
  open(folder: string): LocalFiles;
  /** How the one lies to the other. Either may be missing. `tries`: also by making a folder in each, for the trial only. */
  relation(one: string, other: string, tries: boolean, signal?: AbortSignal): Promise<FolderRelation>;
  /** Writes and removes a file there, or in the nearest folder above that is there. */
  tryWriting(folder: string): Promise<void>;
  /** Renames the folder itself, also where it is reached through a link; never replaces. Gives its new path. */
  move(folder: string, name: string): Promise<string>;
  /** Makes the name of a folder survive a power cut, and the names of those above it. False: the file system does not say that they do. */
  persist(folder: string): Promise<boolean>;
  /** What this set-up has moved aside there. */
  asides(folder: string): Promise<StagingRun['asides']>;
  /**
   * All in it that is not ours, whatever any rule says of it: files, links, folders that cannot be listed, by path relative to it with
   * `/`. `isLocked`: the lock in it is ours.
   */
  foreign(folder: string, isLocked: boolean, signal?: AbortSignal): Promise<readonly string[]>;
  /** Takes away what it has left in the staging there, unless it has moved something aside; an empty one, too. No error where there is none. */
  tidy(folder: string): Promise<void>;
  /** Takes our mark away from a root, durably: whatever syncs there later asks, and joins. */
  unmark(folder: string): Promise<void>;
  /**
   * As `tidy`; then the folder goes, our mark with it, if nothing else is left in it. It loses its name first; `letGo` gives back
   * its lock, where it is by then. Null: it is not locked by us.
   */
  drop(folder: string, letGo: ((movedTo: string) => Promise<void>) | null): Promise<Removal>;
  /** Ends a `drop` of this set-up that was cut off: the folder is `gone`, or `back` under its name when something came to it before. */
  settleDrop(folder: string): Promise<'none' | 'gone' | 'back'>;
}

/** A remote, and the datastore of one root on it. */
export interface RemoteSide {
  readonly store: ObjectStore;
  readonly bucket: Bucket;
  readonly datastore: Datastore;
  close(): Promise<void>;
}

export interface SetupParts {
  /** What is set up now; null: nothing. */
  readonly from: Config | null;
  /** What shall be. */
  readonly to: Config;
  /** What the files of the workspace set up by now; `from` where a variable, a flag or a setting names it. */
  present(): Promise<Config | null>;
  /** What was typed for it, as the file shall have it. */
  readonly written: WrittenPlace;
  /** The root, or the folder used in place, absolute. */
  folderOf(config: Config): string;
  skipFor(config: Config): Skip;
  /** Contacts nobody yet. `own`: with the records of this set-up in place of the root's. `onlyLooks`: nothing on this machine is written. */
  openRemote(config: Config, own: boolean, onlyLooks: boolean): Promise<RemoteSide>;
  /**
   * Takes the lock of a folder used in place, or of a root, so that nobody writes there meanwhile. SyncError('locked') when waiting is
   * over, or at once when another has it and this one does not wait.
   */
  holdFolder(
    config: Config,
    options: { readonly waits: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<HeldFolder>;
  /** The records of the root of a configuration. */
  openState(config: Config): StateFiles;
  readonly files: WorkspaceFiles;
  readonly folders: Folders;
  readonly machine: Pick<Machine, 'freeBytes' | 'isWritable'>;
  /** What a set-up that died is known by, and the base of its target. */
  readonly state: StateFiles;
  readonly lockFile: LockFile;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly codec: Codec;
  readonly log: Log;
}
