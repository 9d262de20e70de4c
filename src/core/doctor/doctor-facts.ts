import type { Config } from '../config/config.ts';
import type { ConfigProblem } from '../config/config-problem.ts';
import type { Result, SyncErrorKind } from '../errors.ts';
import type { LeaseRecord } from '../format/records.ts';

/** Why something could not be found out. */
export interface Trouble {
  readonly kind: SyncErrorKind;
  readonly message: string;
  readonly remedy: string;
}

/** An answer, or why there is none. */
export type Asked<T> = Result<T, Trouble>;

export type ConfigFacts = Result<Config, readonly ConfigProblem[]>;

/** The shared folder. */
export interface RootFacts {
  /** Absolute. */
  readonly path: string;
  readonly state: { readonly kind: 'folder' | 'missing' } | { readonly kind: 'unusable'; readonly reason: string };
  readonly writable: boolean;
  /** Null when the folder is not there. */
  readonly tree: Asked<{ readonly files: number; readonly folders: number }> | null;
  /** Who works on it now, in words. */
  readonly busy: string | null;
}

export interface CredentialFacts {
  /** Where they come from, for people: `the environment`, `the profile "team"`. */
  readonly from: string;
  readonly accessKeyId: string;
  /** Milliseconds since 1970; null: they do not expire, or do not say. */
  readonly expiresAt: number | null;
}

/** A request without credentials was answered, with whatever status. */
export interface ReachFacts {
  readonly host: string;
  /** Milliseconds, the connection included. */
  readonly latencyMs: number;
  /** The store's `Date` and our clock at the middle of the request, milliseconds since 1970; null where it does not say. */
  readonly clocks: { readonly store: number; readonly own: number } | null;
  /** Where the store says that the bucket lies. */
  readonly region: string | null;
}

/** The register, as it was read. */
export interface HeadFacts {
  /** Null: there is no datastore yet. */
  readonly generation: number | null;
  readonly isThere: boolean;
  readonly lease: LeaseRecord | null;
  readonly leaseIsOurs: boolean;
  /** It has not moved for far longer than a living holder lets it. */
  readonly leaseIsStale: boolean;
}

/** What the probe found, and what was allowed on the way. */
export interface ProbeFacts {
  readonly etagForm: 'quoted' | 'bare';
  readonly checksChecksums: boolean;
  /** How many raced at the same moment. */
  readonly writers: number;
  /** Whether its own objects could be removed again. */
  readonly cleaned: Asked<number>;
}

export interface RemoteFacts {
  readonly credentials: Asked<CredentialFacts>;
  readonly reach: Asked<ReachFacts>;
  /** The following are null where an earlier answer made them pointless. */
  readonly list: Asked<null> | null;
  readonly head: Asked<HeadFacts> | null;
  readonly probe: Asked<ProbeFacts> | null;
  /** As the store says: `Enabled`, `Suspended`; empty: never turned on. */
  readonly versioning: Asked<string> | null;
  /** The bucket's default, as the store names it; empty: none. */
  readonly encryption: Asked<string> | null;
}

export interface ProxyFacts {
  /** Names of the variables that would send this host through a proxy. */
  readonly variables: readonly string[];
  readonly host: string;
}

export interface WatchFacts {
  /** One for each folder. Null limits: this system has none that is known. */
  readonly limit: number | null;
  /** Of all programs of this person. */
  readonly used: number;
  readonly needed: number;
}

export interface StateFacts {
  readonly folder: string;
  readonly writable: boolean;
  readonly bytes: number;
}

export interface BaseFacts {
  /** `damaged`: a record is there, and cannot be read. `other`: it is of another remote. */
  readonly record: 'none' | 'fine' | 'damaged' | 'other';
  /** The root carries our mark. */
  readonly marked: boolean;
  readonly files: number;
  readonly lastSyncAt: number | null;
  readonly conflicts: number;
  readonly problems: number;
  /** Commits whose outcome is not known yet. */
  readonly unsettled: number;
}

export interface StagingFacts {
  /** Runs that kept files, and those files. */
  readonly runs: number;
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly oldest: number | null;
  /** A run that was putting files in place and did not end. */
  readonly died: boolean;
}

/** Of a folder used in place: what syncs kept in it before it was. */
export interface KeptFacts {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

export interface SpaceFacts {
  readonly folder: string;
  /** Bytes that this person may still write. */
  readonly free: number;
}
