import type { Problem } from '../errors.ts';

/** A run whose effect on the files here can be taken back. */
export interface UndoPoint {
  /** Of the run. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run that this one took back; null: a sync. */
  readonly undoes: string | null;
  /** Files that are kept of it, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Dropped after that. Milliseconds since 1970. */
  readonly until: number;
}

export interface UndoneFile {
  readonly path: string;
  /** `brought-back`: nothing was there; `taken-away`: an undo had brought it. */
  readonly what: 'brought-back' | 'replaced' | 'taken-away';
  /** Bytes of what comes back. */
  readonly size: number;
}

/** What an undo did, or would do. */
export interface UndoReport {
  readonly id: string;
  readonly at: number;
  readonly undoes: string | null;
  readonly files: readonly UndoneFile[];
  readonly bytes: number;
  /** Files that were back already. */
  readonly back: number;
  /** As they are: changed since, or in the way. */
  readonly left: readonly Problem[];
}
