import { SyncError } from '../../core/errors.ts';
import { type Moment, withCommit, withRelease, withRenewal } from '../../core/format/lease-record.ts';
import type { CommitPointer, Head, LeaseRecord } from '../../core/format/records.ts';
import type { Clock, Identity, Ids, Log } from '../ports.ts';
import type { Register, SwapOptions, SwapOutcome } from '../remote/register.ts';
import { keepTenure, momentOf, type Renewal } from './keep-tenure.ts';

/** A tenure of the register. Losing it aborts `signal`, which every remote write listens to. */
export interface Lease {
  readonly record: LeaseRecord;
  readonly epoch: number;
  readonly signal: AbortSignal;
  /** Throws SyncError('lease-lost') when this tenure may not write any more. */
  assertValid(): void;
  /** Sets the commit and keeps the lease, if the commit that stands is still `parent`. */
  commit(
    pointer: CommitPointer,
    parent: string | null,
    options: Pick<SwapOptions, 'before' | 'signal'>,
  ): Promise<SwapOutcome>;
  /** Gives it back. Can never touch a successor's. Resolves within 3 s; after that the ttl takes over. */
  release(): Promise<void>;
}

export interface LeaseParts {
  readonly register: Register;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly identity: Identity;
  readonly ttlMs: number;
}

const RELEASE_BUDGET_MS = 3_000;

/** Keeps the tenure that `record` has won under `epoch`, by a swap that was sent at `begun`. */
export function startTenure(parts: LeaseParts, epoch: number, record: LeaseRecord, begun: Moment): Lease {
  const { register, clock, ids, log, ttlMs } = parts;

  async function renew(signal: AbortSignal): Promise<Renewal> {
    const outcome = await register.swap(
      (now) => now && withRenewal(now, ids.nonce(), record.nonce, new Date(clock.now()).toISOString()),
      { timeoutMs: ttlMs / 6, signal },
    );
    const now = outcome.state.head?.lease ?? null;
    if (now === null) return { kind: 'lost', why: 'it was ended elsewhere' };
    if (now.nonce !== record.nonce) return { kind: 'lost', why: 'another has taken it' };
    return { kind: outcome.kind === 'won' ? 'renewed' : 'open' };
  }

  const remedy = 'Nothing was written after that. Sync again.';
  const tenure = keepTenure({ clock, log, ttlMs, what: 'lease', remedy, begun, renew });

  function assertValid(): void {
    if (tenure.isValid()) return;
    throw tenure.signal.reason ?? new SyncError('lease-lost', 'The lease was given back.', 'Sync again.');
  }

  return {
    record,
    epoch,
    signal: tenure.signal,
    assertValid,
    async commit(pointer, parent, options) {
      assertValid();
      const at = momentOf(clock);
      // Our own commit whose answer was lost may land late, and a renewal may carry it on: then this one was planned on another.
      const build = (now: Head | null) =>
        (now?.commit?.id ?? null) === parent && now !== null
          ? withCommit(now, ids.nonce(), record.nonce, pointer)
          : null;
      const outcome = await register.swap(build, { ...options, commits: true });
      if (outcome.kind === 'won') tenure.extend(at);
      if (outcome.state.head?.lease?.nonce !== record.nonce) tenure.lose('another has taken it');
      return outcome;
    },
    async release() {
      if (tenure.stop()) await giveBack(parts, record.nonce);
    },
  };
}

/** Within 3 s; after that the ttl takes over. Sends nothing where the register is known to be another's. */
export async function giveBack({ register, clock, ids, log }: LeaseParts, nonce: string): Promise<void> {
  const swap = register
    .swap((now) => now && withRelease(now, ids.nonce(), nonce), { timeoutMs: RELEASE_BUDGET_MS })
    .then(
      () => {},
      (error: unknown) => log.warn(`releasing the lease failed: ${String(error)}`),
    );
  const budget = new AbortController();
  await Promise.race([swap, clock.sleep(RELEASE_BUDGET_MS, budget.signal).catch(() => {})]);
  budget.abort();
}
