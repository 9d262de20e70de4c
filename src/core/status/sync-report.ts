import type { Problem } from '../errors.ts';
import type { Conflict, Held, Plan } from '../plan/plan.ts';
import type { PlanBasis } from '../plan/plan-record.ts';
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

/** Of a cycle that found nothing to do, and asked nobody. */
export const EMPTY_REPORT: SyncReport = {
  generation: null,
  uploaded: 0,
  downloaded: 0,
  deletedLocal: 0,
  deletedRemote: 0,
  adopted: 0,
  conflicts: [],
  problems: [],
  skipped: [],
  bytesUp: 0,
  bytesDown: 0,
  requests: 0,
  ms: 0,
};

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
  /** Null where nothing is transferred. */
  readonly basis: PlanBasis | null;
}

/** Of sides that are equal, and of a place with one side. */
export const EMPTY_PREVIEW: Preview = {
  plan: { steps: [], conflicts: [], held: [] },
  vetoes: [],
  generation: null,
  held: [],
  basis: null,
};

export type Phase =
  | 'connecting'
  | 'waiting'
  | 'scanning'
  | 'planning'
  | 'verifying'
  /** From folder to folder on this machine, by a set-up. */
  | 'copying'
  | 'downloading'
  | 'uploading'
  | 'committing'
  | 'collecting'
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
