import type { Problem } from '../errors.ts';
import type { Conflict, Held, Plan } from '../plan/plan.ts';
import type { Veto } from '../plan/safety.ts';

/** What a cycle did. Counts are files, bytes are of bodies. The CLI prints exactly this with `--json`. */
export interface SyncReport {
  readonly generation: number | null;
  readonly uploaded: number;
  readonly downloaded: number;
  readonly deletedLocal: number;
  readonly deletedRemote: number;
  readonly adopted: number;
  readonly conflicts: readonly Conflict[];
  /** Paths that could not be synced, or were left alone, with the reason. */
  readonly problems: readonly Problem[];
  /** Links, sockets and devices of the root: never followed, never sent, no failure. */
  readonly skipped: readonly Skipped[];
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly requests: number;
  /** Wall milliseconds. */
  readonly ms: number;
}

/** `isNew`: no earlier cycle met it here. */
export interface Skipped extends Problem {
  readonly isNew: boolean;
}

/** What a cycle would do. */
export interface Preview {
  readonly plan: Plan;
  /** What would stop it; empty when nothing would. */
  readonly vetoes: readonly Veto[];
  readonly generation: number | null;
  readonly held: readonly Held[];
}

export type Phase =
  | 'connecting'
  | 'waiting'
  | 'scanning'
  | 'planning'
  | 'verifying'
  | 'downloading'
  | 'uploading'
  | 'committing'
  | 'done';

export interface Progress {
  readonly phase: Phase;
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
  /** `waiting` only: who holds the lease. */
  readonly holder?: string;
  /** The store has asked for less: so long everything waits, milliseconds. */
  readonly patienceMs?: number;
}
