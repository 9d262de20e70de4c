import { hash } from 'node:crypto';
import { gzip } from '../zlib.ts';

/* The remote format by its letter, on nothing of `src`. */

export interface RawHead {
  readonly format: number;
  readonly datastoreId: string;
  readonly epoch: number;
  readonly nonce: string;
  readonly lease: { readonly nonce: string; readonly holder: string; readonly ttlMs: number } | null;
  readonly commit: {
    readonly generation: number;
    readonly id: string;
    readonly key: string;
    readonly sha256: string;
  } | null;
  readonly recentCommits: readonly string[];
}

export interface RawCommit {
  readonly format: number;
  readonly datastoreId: string;
  readonly generation: number;
  readonly id: string;
  readonly parent: { readonly id: string; readonly key: string; readonly sha256: string } | null;
  readonly epoch: number;
  readonly by: string;
  readonly stats: {
    readonly files: number;
    readonly bytes: number;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
  };
  readonly shards: readonly {
    readonly key: string;
    readonly sha256: string;
    readonly first: string;
    readonly last: string;
    readonly count: number;
  }[];
}

export interface RawEntry {
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
  readonly sha256: string;
  readonly exec: boolean;
  readonly by: string;
  readonly generation: number;
  readonly slices: readonly {
    readonly object: string;
    readonly offset: number;
    readonly length: number;
    readonly encoding?: string;
    readonly sha256?: string;
  }[];
}

/** The text of a record; null where its bytes are not what the hash says. */
export function recordText(bytes: Uint8Array, sha256: string): string | null {
  return sha256Of(bytes) === sha256 ? Buffer.from(bytes).toString() : null;
}

/** The unzipped text of a shard; null where it is not what its hash says. */
export function shardText(bytes: Uint8Array, sha256: string): string | null {
  const text = gzip.unpack(bytes);
  return sha256Of(text) === sha256 ? Buffer.from(text.buffer, text.byteOffset, text.length).toString() : null;
}

export const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes);
