import type { HistoryPolicy } from '../garbage/keep.ts';
import type { Rates } from './rate.ts';
import type { Timing } from './timing.ts';

/** Where a datastore lies, after all layers are merged and checked. */
export type Backend =
  | {
      readonly type: 's3';
      readonly bucket: string;
      /** Without leading or trailing `/`; may be empty. */
      readonly prefix: string;
      readonly region: string;
      /** No configuration names the region: it is the environment's, or us-east-1. */
      readonly isRegionGuessed?: true;
      readonly endpoint?: string;
      readonly forcePathStyle: boolean;
      readonly profile?: string;
      readonly encryption?: { readonly mode: 'sse-s3' } | { readonly mode: 'sse-kms'; readonly keyId?: string };
    }
  /** A folder used in place: no transfer. `path` is absolute. */
  | { readonly type: 'filesystem'; readonly path: string }
  /** An S3 type of another tool's format, shown and never written to. */
  | { readonly type: 'unsupported'; readonly found: string };

export interface Config extends Rates {
  readonly backend: Backend;
  /** The shared folder, relative to the workspace, `/` between segments. */
  readonly root: string;
  /** Only these below root; null: all. */
  readonly directories: readonly string[] | null;
  /** gitignore rules. */
  readonly exclude: readonly string[];
  /** Files that look like credentials and are shared all the same, by path below root. */
  readonly allow: readonly string[];
  readonly lock: { readonly ttlMs: number; readonly waitMs: number };
  /** How far back commits stay on the remote; absent: `HISTORY`. */
  readonly history?: HistoryPolicy;
  readonly timing: Timing;
  /** Which layer won, for people: `DATASTORE_URL`, `--datastore`, `datastore.url`, `.datastore.yaml`, `.swamp.yaml`, `default`. */
  readonly source: string;
}
