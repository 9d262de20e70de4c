import pLimit from 'p-limit';
import type { Head } from '../../core/format/records.ts';
import type { Clock, Ids, Log, ObjectStore } from '../ports.ts';
import { type KnownHead, trackHead } from './known-head.ts';
import { createHeadSwapper, type HeadSwapper, type SwapOptions, type SwapOutcome } from './swap-head.ts';

export type { RegisterState } from './known-head.ts';
export type { EtagForm, SwapOptions, SwapOutcome } from './swap-head.ts';

/** So long ago that a reading is as good as one now: a look at the folder takes longer. */
export const JUST_NOW_MS = 2_000;

/** The one mutable object of a remote, as one process reads and writes it. */
export interface Register extends Omit<KnownHead, 'doubt' | 'replace'>, Omit<HeadSwapper, 'swap'> {
  /** Compare-and-swap from the latest known state. All writes of a process pass one queue. */
  swap(build: (head: Head | null) => Head | null, options?: SwapOptions): Promise<SwapOutcome>;
}

/** Errors of its methods: StoreError of the store; SyncError corrupt, newer-format, unsafe-store. */
export function createRegister(store: ObjectStore, clock: Clock, ids: Ids, log: Log): Register {
  const head = trackHead(store, clock);
  const swapper = createHeadSwapper({ store, clock, ids, log }, head);
  const queue = pLimit(1);
  return { ...head, ...swapper, swap: (build, options = {}) => queue(() => swapper.swap(build, options)) };
}
