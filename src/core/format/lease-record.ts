import type { Collected, CommitPointer, Head, LeaseRecord } from './records.ts';

/** What an observer knows of the register: the head, and how long its ETag has stood still. */
export interface LeaseObservation {
  readonly head: Head | null;
  /** Nonce of our own tenure, if we have one. */
  readonly ourNonce: string | null;
  /** Monotonic milliseconds since this very ETag was first seen by this observer. */
  readonly unchangedMs: number;
  /** The store's `Date` minus `Last-Modified`, both of one response, milliseconds; null when unknown. */
  readonly storeAgeMs: number | null;
}

export type LeaseVerdict =
  | { readonly kind: 'free' }
  | { readonly kind: 'ours'; readonly lease: LeaseRecord }
  | { readonly kind: 'held'; readonly lease: LeaseRecord }
  | { readonly kind: 'stale'; readonly lease: LeaseRecord };

/**
 * Judges a lease. No stored time is compared with a local clock: stale means that the register has not moved for a whole
 * ttl of the observer's own monotonic clock. The one shortcut, for leases dead for days, uses two times of one response.
 */
export function judgeLease(seen: LeaseObservation): LeaseVerdict {
  const lease = seen.head?.lease ?? null;
  if (lease === null) return { kind: 'free' };
  if (lease.nonce === seen.ourNonce) return { kind: 'ours', lease };
  const standsStill = seen.unchangedMs >= lease.ttlMs;
  const deadForLong = seen.storeAgeMs !== null && seen.storeAgeMs > 2 * lease.ttlMs;
  return { kind: standsStill || deadForLong ? 'stale' : 'held', lease };
}

/** Two clocks at one moment, milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** The holder stops by itself past this share of the ttl, long before an observer may call it stale. */
const VALID_SHARE = 0.75;

/**
 * Milliseconds for which the holder may still believe in its lease; 0 or less: stop. Counts from when the last successful
 * renewal was sent. The larger of both clocks, because a laptop's monotonic clock can stand still in suspend.
 */
export function remainingValidity(sent: Moment, now: Moment, ttlMs: number): number {
  const elapsed = Math.max(now.monotonic - sent.monotonic, now.wall - sent.wall);
  return VALID_SHARE * ttlMs - elapsed;
}

/* The transitions of the register. Each takes the nonce of the new write, which must be fresh. */

export function firstHead(datastoreId: string, nonce: string, lease: LeaseRecord): Head {
  return { format: 1, datastoreId, epoch: 1, nonce, lease, commit: null, recentCommits: [] };
}

/** Acquire on a free register, or steal from a stale lease. */
export function withNewLease(head: Head, nonce: string, lease: LeaseRecord): Head {
  return { ...head, epoch: head.epoch + 1, nonce, lease };
}

/** Null when the tenure is no longer ours. */
export function withRenewal(head: Head, nonce: string, ourNonce: string, renewedAt: string): Head | null {
  if (head.lease?.nonce !== ourNonce) return null;
  return { ...head, nonce, lease: { ...head.lease, renewedAt } };
}

export function withRelease(head: Head, nonce: string, ourNonce: string): Head | null {
  if (head.lease?.nonce !== ourNonce) return null;
  return { ...head, nonce, lease: null };
}

/** Ends exactly the tenure that was shown; null when another one has begun, or none is there. */
export function withForcedRelease(head: Head, nonce: string, shownNonce: string): Head | null {
  if (head.lease?.nonce !== shownNonce) return null;
  return { ...head, epoch: head.epoch + 1, nonce, lease: null };
}

/** Sets the commit and keeps the lease; null when the tenure is no longer ours. */
export function withCommit(head: Head, nonce: string, ourNonce: string, commit: CommitPointer): Head | null {
  const renewed = withRenewal(head, nonce, ourNonce, commit.committedAt);
  return renewed && { ...renewed, commit, recentCommits: recent(head, commit) };
}

/** Notes a collection, and keeps the lease; null when the tenure is no longer ours. */
export function withCollected(head: Head, nonce: string, ourNonce: string, collected: Collected): Head | null {
  return head.lease?.nonce === ourNonce ? { ...head, nonce, collected } : null;
}

/** Small push: acquire, commit and release in one write; null unless the register is free. */
export function withSmallPush(head: Head, nonce: string, commit: CommitPointer): Head | null {
  if (head.lease !== null) return null;
  return { ...head, epoch: head.epoch + 1, nonce, commit, recentCommits: recent(head, commit) };
}

const RECENT = 32;

function recent(head: Head, commit: CommitPointer): readonly string[] {
  return [commit.id, ...head.recentCommits].slice(0, RECENT);
}
