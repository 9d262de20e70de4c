import type { LeaseHolder } from '../../core/format/lease-holder.ts';

/** What readings of one tenure have shown of its heartbeat, by our own clock: no time of the holder is compared with it. */
export interface Sight {
  readonly nonce: string;
  readonly renewedAt: string;
  readonly ttlMs: number;
  /** When this heartbeat was first and last read, monotonic milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether it has been seen to move. */
  readonly moved: boolean;
}

/** `watching`: not read for long enough to tell. */
export type Pulse = 'alive' | 'silent' | 'watching';

/** The sight after one more reading. `at` in monotonic milliseconds. */
export function look(before: Sight | null, lease: LeaseHolder | null, at: number): Sight | null {
  if (lease === null) return null;
  const { nonce, renewedAt, ttlMs } = lease;
  if (before?.nonce === nonce && before.renewedAt === renewedAt) return { ...before, lastAt: at };
  return { nonce, renewedAt, ttlMs, firstAt: at, lastAt: at, moved: before?.nonce === nonce };
}

/** Silent is what a waiting writer would take over: a heartbeat that has stood still for a whole time to live. */
export function pulseOf({ firstAt, lastAt, ttlMs, moved }: Sight): Pulse {
  if (lastAt - firstAt >= ttlMs) return 'silent';
  return moved ? 'alive' : 'watching';
}
