import { SyncError } from '../../core/errors.ts';
import type { Ceiling } from '../../core/garbage/keep.ts';
import type { Clock, ObjectStore } from '../ports.ts';

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
      'Collect it with `datastore gc` now and then, at night for example.',
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

/**
 * Does `work` within so many milliseconds: then its signal aborts, whatever it waits for, and this rejects with `TooMuch`. What it rejects
 * with otherwise is passed on.
 */
export async function withinTime<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const cancel = clock.after(ms, () => over.abort(new TooMuch()));
  try {
    return await work(AbortSignal.any([over.signal, ...(signal ? [signal] : [])]));
  } catch (error) {
    throw over.signal.aborted && signal?.aborted !== true ? over.signal.reason : error;
  } finally {
    cancel();
  }
}
