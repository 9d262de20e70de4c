import { afterRound, afterThrottle, BOUNDS, type Concurrency, startOf } from '../../core/concurrency.ts';
import type { Clock } from '../../engine/ports.ts';
import { createGate } from './gate.ts';

/** How a request left its place. Bytes are those of its body. */
export type Outcome =
  | { readonly kind: 'answered'; readonly bytes: number }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'lost' };

/** May be called more than once: the first call counts. */
export type Leave = (outcome: Outcome) => void;

/** Places for the requests to one remote, as many as pay. */
export interface InFlight {
  /** Waits for a place. Rejects with StoreError('aborted'). */
  enter(signal?: AbortSignal): Promise<Leave>;
  readonly taken: number;
  /** Places that there are now. */
  readonly limit: number;
}

export function createInFlight(clock: Pick<Clock, 'monotonic'>, bounds: Bounds = BOUNDS): InFlight {
  let now = startOf(bounds);
  const gate = createGate(now.limit);
  /** Tells the requests of a round from those that were sent before it. */
  let turn = 0;
  let round = { since: null as number | null, requests: 0, bytes: 0, isFull: true };

  function begin(next: Concurrency): void {
    now = next;
    turn += 1;
    round = { since: null, requests: 0, bytes: 0, isFull: true };
    gate.resize(now.limit);
  }

  function answered(bytes: number, own: number): void {
    // What was sent under another limit comes in first.
    if (round.since === null) {
      if (own === turn) round.since = clock.monotonic();
      return;
    }
    round.requests += 1;
    round.bytes += bytes;
    if (round.requests < now.limit) return;
    begin(round.isFull ? afterRound(now, { ...round, ms: clock.monotonic() - round.since }, bounds) : now);
  }

  function left(outcome: Outcome, own: number): void {
    if (gate.taken < now.limit) round.isFull = false;
    if (outcome.kind === 'answered') answered(outcome.bytes, own);
    // One word of the store's to many requests is one word.
    else if (outcome.kind === 'throttled' && own === turn) begin(afterThrottle(now, bounds));
  }

  return {
    get taken() {
      return gate.taken;
    },
    get limit() {
      return now.limit;
    },
    async enter(signal) {
      const release = await gate.enter(1, signal);
      const own = turn;
      let isIn = true;
      return (outcome) => {
        if (!isIn) return;
        isIn = false;
        left(outcome, own);
        release();
      };
    },
  };
}

type Bounds = { readonly [Name in keyof typeof BOUNDS]: number };
