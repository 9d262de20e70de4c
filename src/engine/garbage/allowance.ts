import { SyncError } from '../../core/errors.ts';
import type { Clock, ObjectStore } from '../ports.ts';

/** What a collection may take. */
export interface Ceiling {
  readonly requests: number;
  readonly ms: number;
}

/** What it has taken so far, and whether there is room for more. */
export interface Allowance {
  /** Called before so many requests: throws `TooMuch` where they do not fit in. */
  readonly ask: (requests?: number) => void;
  readonly used: () => Ceiling;
}

/** Thrown where a collection would take more than it may. */
export class TooMuch extends SyncError {
  constructor() {
    super(
      'failed',
      'the garbage of the remote takes too long to collect in passing',
      'Collect it with `datastore gc`, once.',
    );
  }
}

export function openAllowance({ store, clock }: { store: ObjectStore; clock: Clock }, ceiling?: Ceiling): Allowance {
  const before = store.traffic.requests;
  const startedAt = clock.monotonic();
  const used = () => ({ requests: store.traffic.requests - before, ms: Math.round(clock.monotonic() - startedAt) });
  return {
    used,
    ask(requests = 1) {
      if (ceiling === undefined) return;
      const taken = used();
      if (taken.requests + requests > ceiling.requests || taken.ms > ceiling.ms) throw new TooMuch();
    },
  };
}
