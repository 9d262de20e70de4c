import type { ConfigFacts, CredentialFacts, ReachFacts } from '../../core/doctor/doctor-facts.ts';
import type { UnfinishedSetup } from '../../core/setup/unfinished.ts';
import type { PlainFolder } from '../folder-datastore.ts';
import type { Clock, Codec, Ids, LocalFiles, LockFile, Log, ObjectStore, StateFiles } from '../ports.ts';
import type { Skip } from '../root/scan.ts';

/* What a checkup asks beyond the ports of a cycle. */

/** This machine. Nothing is written. Methods reject with SyncError('local'). */
export interface Machine {
  /** System, processor and Node, for people. */
  readonly platform: string;
  /** Names of the variables that would send requests to this address through a proxy. */
  proxiesFor(url: string): readonly string[];
  /** File watches of this person, and how many there may be; null: this system names no limit. */
  watches(): Promise<{ readonly limit: number | null; readonly used: number }>;
  /** Files and folders (the root included) that are not skipped. */
  count(root: string, skip: Skip, signal?: AbortSignal): Promise<{ readonly files: number; readonly folders: number }>;
  /** Whether this folder, or the nearest one above it that is there, may be written. */
  isWritable(folder: string): Promise<boolean>;
  /** Everything below a folder; 0 when it is not there. */
  bytesBelow(folder: string): Promise<number>;
  /** On the disk of this folder, or of the nearest one above it that is there. */
  freeBytes(folder: string): Promise<number>;
}

/** The bucket itself. Methods reject with StoreError. */
export interface Bucket {
  /** Where requests go, as far as that is known beforehand. */
  readonly url: string;
  /** Contacts no store; may ask a sign-in service. */
  credentials(signal?: AbortSignal): Promise<CredentialFacts>;
  /** One request without credentials: any answer counts. */
  reach(signal?: AbortSignal): Promise<ReachFacts>;
  /** As the store names it; empty: never turned on. */
  versioning(signal?: AbortSignal): Promise<string>;
  /** The default algorithm; empty: none. */
  encryption(signal?: AbortSignal): Promise<string>;
  close(): void;
}

/** The shared folder of a datastore on S3, and what is kept of it. */
export interface CheckedRoot {
  readonly files: Pick<LocalFiles, 'root' | 'state' | 'mark' | 'staging'>;
  readonly lockFile: Pick<LockFile, 'read' | 'isAlive' | 'machine'>;
  readonly state: StateFiles;
  /** Of this machine and this process, as locks name them. */
  readonly hostname: string;
  readonly pid: number;
}

/** A datastore that is a folder used in place. */
export interface CheckedFolder {
  readonly folder: Pick<PlainFolder, 'path' | 'check' | 'health' | 'kept'>;
  readonly state: Pick<StateFiles, 'folder'>;
  readonly lockFile: Pick<LockFile, 'read' | 'isAlive' | 'machine'>;
  /** Of this machine, as locks name it. */
  readonly hostname: string;
}

export interface CheckupParts {
  readonly config: ConfigFacts;
  readonly machine: Machine;
  readonly skip: Skip;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly codec: Codec;
  readonly log: Log;
  /** Null unless the configuration names a datastore on S3. */
  readonly s3: {
    readonly store: ObjectStore;
    readonly bucket: Bucket;
    readonly root: CheckedRoot;
  } | null;
  /** Null unless the configuration names a folder used in place. */
  readonly folder: CheckedFolder | null;
  /** A set-up of this workspace that has begun and not ended. Rejects with SyncError('local'). */
  unfinished(): Promise<UnfinishedSetup | null>;
  close(): void;
}
