import type { HashedFile } from '../../../engine/ports.ts';

/** What a reader reads below. */
export interface Place {
  readonly workspace: string;
  readonly root: string;
}

export interface Question {
  readonly paths: readonly string[];
  /** Whether the bytes are wanted, too. */
  readonly keeps: boolean;
}

/** For each path, in their order; null: it has to be opened. */
export type Answer = readonly (HashedFile | null)[];
