import type { Problem } from '../errors.ts';
import type { SyncPath } from '../paths/sync-path.ts';
import type { Veto } from '../plan/safety.ts';

/** Where the right bytes of something damaged are. */
export type Good =
  /** In the root, under this path (which need not be the damaged one). */
  | { readonly side: 'here'; readonly path: SyncPath }
  /** On the remote, under this path. */
  | { readonly side: 'there'; readonly path: SyncPath }
  /** A record of the remote that the state folder keeps. */
  | { readonly side: 'kept' };

export type DriftKind =
  /** The record of the commit itself, or a part of its index. */
  | 'record-damaged'
  /** A committed entry that names what may not be named. */
  | 'entry-refused'
  | 'remote-missing'
  | 'remote-damaged'
  /** Bytes that could not be had, so nothing is known: an encoding of a newer version, a refusal of the store. */
  | 'remote-unreadable'
  /** The file here has other bytes than were in step, and nobody wrote it: its stamp is unchanged. */
  | 'rotten-here'
  | 'unreadable-here';

/** Something that is not as index and base say, and that no sync brings in order. */
export interface Drift {
  readonly kind: DriftKind;
  /** Of a file; of a record its key. */
  readonly path: string;
  readonly reason: string;
  /** Null: nobody here has the right bytes. */
  readonly good: Good | null;
}

/** What an ordinary sync would do: no damage. Counts of paths. */
export interface PendingCounts {
  readonly upload: number;
  readonly download: number;
  readonly deleteRemote: number;
  readonly deleteLocal: number;
  readonly conflicts: number;
  readonly held: number;
}

export interface VerifyReport {
  /** Null while nothing was ever committed. */
  readonly generation: number | null;
  /** Committed files, and their bytes, whose contents were read and hashed. */
  readonly remoteFiles: number;
  readonly remoteBytes: number;
  /** Files of the root that were read and hashed. */
  readonly localFiles: number;
  readonly localBytes: number;
  /** What is (still) wrong. */
  readonly drift: readonly Drift[];
  /** What was wrong, and was put in order. */
  readonly repaired: readonly Drift[];
  readonly pending: PendingCounts;
  /** What the repair came upon: versions that were kept beside what it put in order. */
  readonly notices: readonly Problem[];
  /** What would stop a sync. */
  readonly vetoes: readonly Veto[];
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly requests: number;
  /** Wall milliseconds. */
  readonly ms: number;
}
