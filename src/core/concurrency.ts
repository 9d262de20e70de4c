/** How many requests may be in flight at once, and what led there. */
export interface Concurrency {
  readonly limit: number;
  /** What the last limit gave that was worth its while; null: not measured, or all may be different by now. */
  readonly best: Measured | null;
  /** Nothing has stood in the way yet. */
  readonly isDoubling: boolean;
  /** Rounds to come before more is tried. */
  readonly rest: number;
}

interface Measured {
  readonly limit: number;
  /** Work a millisecond. */
  readonly rate: number;
  /** Work of one request on average. */
  readonly mean: number;
}

/** As many answers as the limit allows requests. */
export interface Round {
  readonly requests: number;
  /** Of their bodies, both ways. */
  readonly bytes: number;
  readonly ms: number;
}

/**
 * As many as the engine asks for at most; enough at the least that one slow answer holds up nobody; and in between to begin with,
 * so that a store which is new to us is not struck with all at once: two round trips later it is.
 */
export const BOUNDS = { least: 4, start: 16, most: 64 } as const;

type Bounds = { readonly [Name in keyof typeof BOUNDS]: number };

/** What a request costs besides its bytes, in bytes: so much is also read along to save one. */
const REQUEST_BYTES = 64 << 10;
/** Of the gain that a step would bring at best, what it has to bring. */
const ENOUGH = 0.25;
const REST = 8;

export const startOf = ({ start }: Bounds = BOUNDS): Concurrency => ({
  limit: start,
  best: null,
  isDoubling: true,
  rest: 0,
});

/**
 * After a round in which there was always one more request to send. More are let go while that brings more work done in the same
 * time; where it does not, answers only come later, and the step is taken back. So it is when the work halves with nothing changed
 * here: the store is slower for others' sake or its own.
 */
export function afterRound(now: Concurrency, round: Round, bounds: Bounds = BOUNDS): Concurrency {
  const measured = measuredIn(round, now.limit);
  const { best } = now;
  if (best === null) return tried({ ...now, best: measured }, bounds);
  // Rounds of other work say nothing about each other.
  if (!isAlike(best, measured)) return { ...now, best: measured };
  const step = now.limit / best.limit - 1;
  if (step > 0) {
    const isWorthIt = measured.rate / best.rate - 1 >= step * ENOUGH;
    return isWorthIt
      ? tried({ ...now, best: measured }, bounds)
      : { limit: best.limit, best, isDoubling: false, rest: REST };
  }
  if (measured.rate < best.rate / 2) return fallen(now, 3 / 4, bounds);
  return tried({ ...now, best: measured }, bounds);
}

/** The store has asked for less, once for all requests that it has asked so for at the time. */
export const afterThrottle = (now: Concurrency, bounds: Bounds = BOUNDS): Concurrency => fallen(now, 1 / 2, bounds);

function fallen({ limit }: Concurrency, share: number, { least }: Bounds): Concurrency {
  return { limit: Math.max(least, Math.floor(limit * share)), best: null, isDoubling: false, rest: REST };
}

function tried(now: Concurrency, { most }: Bounds): Concurrency {
  if (now.rest > 0) return { ...now, rest: now.rest - 1 };
  const more = now.isDoubling ? now.limit * 2 : now.limit + Math.max(1, Math.floor(now.limit / 8));
  return { ...now, limit: Math.min(most, more) };
}

function measuredIn({ requests, bytes, ms }: Round, limit: number): Measured {
  const work = bytes + requests * REQUEST_BYTES;
  // A clock may stand still for a whole round.
  return { limit, rate: work / Math.max(ms, 0.001), mean: work / Math.max(requests, 1) };
}

const isAlike = (a: Measured, b: Measured): boolean => a.mean < 2 * b.mean && b.mean < 2 * a.mean;
