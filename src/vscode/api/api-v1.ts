import type { CancellationToken, Event, Uri } from 'vscode';

/*
 * What other extensions may stand on, described in docs/api.md. Copy this file: it needs nothing but the types of VS Code.
 * Within version 1, fields and words are added and none is taken away or changed in meaning.
 */

/** `extensions.getExtension<DatastoreExports>('datastore-sync.datastore-sync')`, of which `activate()` gives this. */
export interface DatastoreExports {
  /** Throws RangeError where this extension has no such version. */
  readonly getAPI: (version: 1) => DatastoreApi;
}

export interface DatastoreApi {
  readonly version: 1;
  /** One for each folder of the window that lies on a disk, in the window's order. Contacts nobody. */
  readonly status: () => readonly DatastoreStatus[];
  /** What `status()` gives from now on. Progress from file to file is no change. */
  readonly onDidChange: Event<readonly DatastoreStatus[]>;
  /**
   * One cycle, in turn with those that run by themselves. Conflicts are left to the person, and reported. Rejects with a
   * DatastoreError: also where the folder is not connected, for nobody is asked anything.
   */
  readonly sync: (folder: Uri, options?: DatastoreSyncOptions) => Promise<DatastoreSyncResult>;
  /**
   * Takes the lock, or waits for it, does the work and gives the lock back, whatever comes of the work. Inside, `sync` uses
   * this very lock. Rejects with what the work rejects with, or with a DatastoreError when the lock cannot be had.
   */
  readonly withLease: <T>(
    folder: Uri,
    options: DatastoreLeaseOptions,
    work: (lease: HeldDatastoreLease) => Promise<T>,
  ) => Promise<T>;
}

/** Times are milliseconds since 1970 by the clock of this machine, unless they say otherwise. */
export interface DatastoreStatus {
  /** The workspace folder. */
  readonly folder: Uri;
  readonly name: string;
  /** Whether the person has agreed to a connection, and it could be opened. */
  readonly connected: boolean;
  /**
   * The one thing to show, the heaviest where several hold: `in-step`, `pending`, `syncing`, `conflicts`, `locked`,
   * `held-by-me`, `paused`, `offline`, `signed-out`, `vetoed`, `read-only`, `error`, `unknown` (before the first look),
   * `in-place`; of folders that are not connected: `not-set-up`, `untrusted`, `asking`, `declined`, `unsupported`,
   * `loading`, `error`. More may come.
   */
  readonly headline: string;
  /** The shared folder; null while not connected. */
  readonly root: Uri | null;
  /** Files and deletions to go up and to come down, as of the last look; null before the first. */
  readonly pending: { readonly up: number; readonly down: number } | null;
  /** Paths relative to `root`, with `/`. */
  readonly conflicts: readonly string[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  /** Null: free, or not known yet. */
  readonly lease: DatastoreLease | null;
  /** Counts the commits; null before the first, or not known yet. */
  readonly generation: number | null;
  readonly lastSyncAt: number | null;
  /** The failure of the last attempt; null after a success. */
  readonly failure: { readonly kind: string; readonly message: string; readonly remedy: string } | null;
}

export interface DatastoreLease {
  /** `user@host`. */
  readonly holder: string;
  readonly hostname: string;
  readonly pid: number;
  readonly tool: string | null;
  readonly workspace: string | null;
  readonly purpose: string | null;
  /** ISO 8601, by the clock of the holder. */
  readonly acquiredAt: string;
  /** The last heartbeat, by the clock of the holder. */
  readonly renewedAt: string;
  readonly heldBy: 'this-window' | 'this-workspace' | 'another';
}

export interface DatastoreSyncOptions {
  /** Default: both. */
  readonly direction?: 'both' | 'pull' | 'push';
  readonly token?: CancellationToken;
}

/** Counts are files, bytes are of bodies. */
export interface DatastoreSyncResult {
  readonly generation: number | null;
  readonly uploaded: number;
  readonly downloaded: number;
  readonly deletedLocal: number;
  readonly deletedRemote: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Held back on both sides until the person decides. */
  readonly conflicts: readonly string[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

export interface DatastoreLeaseOptions {
  /** What others read while they wait, at most 200 characters. */
  readonly purpose: string;
  /** How long to wait for another holder; default: as configured. 0: not at all. */
  readonly waitSeconds?: number;
  /** Ends the waiting, and nothing else. */
  readonly token?: CancellationToken;
}

export interface HeldDatastoreLease {
  /** Aborts when the lock is lost on the way: another may be writing by then. Nothing is sent under it any more. */
  readonly signal: AbortSignal;
}

/** What methods reject with. */
export interface DatastoreError extends Error {
  /**
   * `not-set-up` (or not connected), `locked`, `lease-lost`, `offline`, `credentials`, `denied`, `bucket`, `veto`, `cancelled`,
   * `config`, `local`, `unsafe-store`, `unknown-outcome`, `foreign`, `newer-format`, `corrupt`, `usage`, `failed`. More may come.
   */
  readonly kind: string;
  /** What the person can do about it. */
  readonly remedy: string;
}
