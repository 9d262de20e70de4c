import type { Sha256 } from './tree.ts';

/** The register `head.json`: lease and commit pointer in one object, written by compare-and-swap only. */
export interface Head {
  readonly format: 1;
  /** UUID, made with the first head. */
  readonly datastoreId: string;
  /** Rises with acquire, steal, force release and small push, and with nothing else. */
  readonly epoch: number;
  /** 32 hex, fresh in every write: equal bytes would bring an old ETag back. */
  readonly nonce: string;
  readonly lease: LeaseRecord | null;
  readonly commit: CommitPointer | null;
  /** Ids of the latest commits, newest first, 32 at most: a lost answer is recognised by them. */
  readonly recentCommits: readonly string[];
  /** The latest collection of garbage; absent: there was none. */
  readonly collected?: Collected;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface Collected {
  /** Commits of earlier generations may be gone: a chain that ends below it was cut by a collector, and not by damage. Noted before the first goes. */
  readonly before: number;
  /** Key of the commit that stood when a collection last came to its end: its age by the store's clock is how long ago that was. Absent: none did. */
  readonly at?: string;
}

export interface LeaseRecord {
  /** 32 hex, constant for one tenure. */
  readonly nonce: string;
  /** `user@host` */
  readonly holder: string;
  readonly hostname: string;
  readonly pid: number;
  readonly workspace: string;
  readonly tool: 'vscode' | 'cli';
  readonly purpose: string;
  /** ISO 8601. For people only: no decision reads it. */
  readonly acquiredAt: string;
  readonly renewedAt: string;
  readonly ttlMs: number;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface CommitPointer {
  readonly generation: number;
  readonly id: string;
  readonly key: string;
  readonly sha256: Sha256;
  readonly committedAt: string;
  readonly by: string;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface Commit {
  readonly format: 1;
  readonly datastoreId: string;
  readonly generation: number;
  readonly id: string;
  readonly parent: CommitParent | null;
  readonly epoch: number;
  readonly by: string;
  readonly at: string;
  readonly message: string;
  readonly stats: CommitStats;
  readonly shards: readonly ShardPointer[];
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface CommitParent {
  readonly id: string;
  readonly key: string;
  readonly sha256: Sha256;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface CommitStats {
  readonly files: number;
  readonly bytes: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

export interface ShardPointer {
  /** `index/<sha256>-<epoch>.jsonl.gz` */
  readonly key: string;
  /** Of the unzipped bytes. */
  readonly sha256: Sha256;
  /** First and last path in it. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

/** Caps on everything read from the remote, in bytes. */
export const CAPS = {
  head: 64 * 1024,
  commit: 16 << 20,
  shard: 16 << 20,
  entry: 4 << 20,
} as const;

/** A record that cannot be used, and why: garbage, a higher format, or over a cap. */
export interface RecordProblem {
  readonly kind: 'corrupt' | 'newer-format';
  readonly message: string;
}
