import { SyncError } from '../../core/errors.ts';
import {
  firstHead,
  judgeLease,
  type Moment,
  remainingValidity,
  withCommit,
  withNewLease,
  withRelease,
  withRenewal,
} from '../../core/format/lease-record.ts';
import type { CommitPointer, Head, LeaseRecord } from '../../core/format/records.ts';
import type { Clock, ETag, Identity, Ids, Log } from '../ports.ts';
import type { Register, SwapOptions, SwapOutcome } from '../remote/register.ts';

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

export interface AcquireLease {
  readonly purpose: string;
  readonly waitMs: number;
  readonly onWait?: ((holder: LeaseRecord) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before the first head of an empty prefix is made. */
  readonly beforeFirstHead: () => Promise<void>;
}

const RELEASE_BUDGET_MS = 3_000;
const LONGEST_POLL_MS = 2_000;
/** Code points. */
const MAX_PURPOSE = 200;

/** Takes the lease: creates the first head, swaps a free one, waits for a held one, steals a stale one. SyncError('locked') when waiting is over. */
export async function acquireLease(parts: LeaseParts, options: AcquireLease): Promise<Lease> {
  const claim: Claim = { nonce: parts.ids.nonce(), named: undefined };
  try {
    return await contend(parts, options, claim);
  } catch (error) {
    // It may be ours by now; nobody would renew it, and everybody would wait.
    if (parts.register.known() !== null) await giveBack(parts, claim.nonce);
    throw error;
  }
}

/** The tenure that is asked for, and the version that the latest attempt named; undefined: none was made. */
interface Claim {
  nonce: string;
  named: ETag | null | undefined;
}

async function contend(parts: LeaseParts, options: AcquireLease, claim: Claim): Promise<Lease> {
  const { register, clock, ids, identity, ttlMs, log } = parts;
  const deadline = clock.monotonic() + options.waitMs;
  let sent = momentOf(clock);
  for (let contests = 0; ; ) {
    const state = await register.read(options.signal);
    const verdict = judgeLease({
      head: state.head,
      ourNonce: claim.nonce,
      unchangedMs: clock.monotonic() - state.firstSeen,
      storeAgeMs: state.storeAgeMs,
    });
    // The latest attempt has landed and was ended, or never will: a nonce that others were shown names no second tenure.
    if (verdict.kind !== 'ours' && claim.named !== undefined && claim.named !== state.etag) {
      claim.nonce = ids.nonce();
      claim.named = undefined;
    }
    if (verdict.kind === 'held') {
      if (clock.monotonic() >= deadline) throw locked(verdict.lease);
      options.onWait?.(verdict.lease);
      await clock.sleep(
        Math.min(LONGEST_POLL_MS, verdict.lease.ttlMs / 3) * (0.75 + 0.5 * ids.random()),
        options.signal,
      );
      continue;
    }
    if (verdict.kind === 'ours') return startTenure(parts, state.head as Head, verdict.lease, sent);
    if (verdict.kind === 'stale') log.warn(`the lease of ${verdict.lease.holder} is stale; taking it over`);
    if (state.head === null) await options.beforeFirstHead();
    const now = new Date(clock.now()).toISOString();
    const record: LeaseRecord = {
      nonce: claim.nonce,
      holder: identity.holder,
      hostname: identity.hostname,
      pid: identity.pid,
      workspace: identity.workspace,
      tool: identity.tool,
      purpose: shortened(options.purpose),
      acquiredAt: now,
      renewedAt: now,
      ttlMs,
    };
    sent = momentOf(clock);
    const seen = state.etag;
    claim.named = seen;
    const outcome = await register.swap((head) => {
      // The decision above was about one version of the register; another one is another decision.
      if (register.known()?.etag !== seen) return null;
      return head === null ? firstHead(ids.uuid(), ids.nonce(), record) : withNewLease(head, ids.nonce(), record);
    });
    if (outcome.kind === 'won') {
      // Its time runs already: at once, whatever the other requests wait for.
      const back = await register.readAtOnce(options.signal).catch(() => register.read(options.signal));
      if (back.head?.lease?.nonce === claim.nonce) return startTenure(parts, back.head, record, sent);
    }
    contests += 1;
    if (outcome.kind === 'unknown' && register.isFormInDoubt()) throw inDoubt(outcome.cause);
    if (outcome.kind === 'unknown') await clock.sleep(1_000, options.signal);
    else await clock.sleep(Math.min(50 * 2 ** contests, 2_000) * ids.random(), options.signal);
    if (contests > 20) {
      throw new SyncError('offline', 'the register could not be swapped', 'Sync again; the store answers unclearly.', {
        cause: outcome.kind === 'unknown' ? outcome.cause : undefined,
      });
    }
  }
}

/** The register is small, and everybody reads this in one line. By whole code points. */
function shortened(purpose: string): string {
  const letters = Array.from(purpose.slice(0, 4 * MAX_PURPOSE));
  return letters.length <= MAX_PURPOSE ? purpose : `${letters.slice(0, MAX_PURPOSE - 1).join('')}…`;
}

const inDoubt = (cause: unknown) =>
  new SyncError(
    'unknown-outcome',
    'the store refused the very version of the register that stands',
    'Try again: it is probed anew.',
    {
      cause,
    },
  );

/** Within 3 s; after that the ttl takes over. Sends nothing where the register is known to be another's. */
async function giveBack({ register, clock, ids, log }: LeaseParts, nonce: string): Promise<void> {
  const swap = register
    .swap((now) => (now === null ? null : withRelease(now, ids.nonce(), nonce)), { timeoutMs: RELEASE_BUDGET_MS })
    .then(
      () => {},
      (error: unknown) => log.warn(`releasing the lease failed: ${String(error)}`),
    );
  const budget = new AbortController();
  await Promise.race([swap, clock.sleep(RELEASE_BUDGET_MS, budget.signal).catch(() => {})]);
  budget.abort();
}

function startTenure(parts: LeaseParts, head: Head, record: LeaseRecord, acquired: Moment): Lease {
  const { register, clock, ids, log, ttlMs } = parts;
  const lost = new AbortController();
  let sent = acquired;
  let over = false;
  let cancelRenewal = () => {};
  let cancelExpiry = () => {};

  const lose = (why: string) => {
    if (over) return;
    over = true;
    stopTimers();
    log.warn(`the lease is lost: ${why}`);
    lost.abort(
      new SyncError('lease-lost', `The lease was lost: ${why}.`, 'Nothing was written after that. Sync again.'),
    );
  };
  const stopTimers = () => {
    cancelRenewal();
    cancelExpiry();
  };
  const left = () => remainingValidity(sent, momentOf(clock), ttlMs);

  // Renewing and watching the expiry are separate: a renewal that hangs must not keep the holder believing.
  function watchExpiry() {
    cancelExpiry = clock.after(Math.max(0, left()), () => {
      if (left() > 0) watchExpiry();
      else lose('it could not be renewed in time');
    });
  }
  function scheduleRenewal() {
    cancelRenewal = clock.after(ttlMs / 3, () => void renew());
  }

  async function renew() {
    const at = momentOf(clock);
    try {
      const outcome = await register.swap(
        (now) =>
          now === null ? null : withRenewal(now, ids.nonce(), record.nonce, new Date(clock.now()).toISOString()),
        { timeoutMs: ttlMs / 6, signal: lost.signal },
      );
      const now = outcome.state.head?.lease ?? null;
      if (now?.nonce !== record.nonce) return lose(now === null ? 'it was ended elsewhere' : 'another has taken it');
      if (outcome.kind === 'won') sent = at;
    } catch (error) {
      log.warn(`renewing the lease failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!over) scheduleRenewal();
  }

  scheduleRenewal();
  watchExpiry();

  function assertValid() {
    if (!over && left() <= 0) lose('it ran out');
    if (lost.signal.aborted) throw lost.signal.reason;
    if (over) throw new SyncError('lease-lost', 'The lease was given back.', 'Sync again.');
  }

  return {
    record,
    epoch: head.epoch,
    signal: lost.signal,
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
      if (outcome.kind === 'won') sent = at;
      if (outcome.state.head?.lease?.nonce !== record.nonce) lose('another has taken it');
      return outcome;
    },
    async release() {
      if (over) return;
      over = true;
      stopTimers();
      await giveBack(parts, record.nonce);
    },
  };
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

export function locked(lease: LeaseRecord): SyncError {
  return new SyncError(
    'locked',
    `${lease.holder} holds the lease (${lease.tool}, ${lease.workspace}: ${lease.purpose}) since ${lease.acquiredAt}`,
    'Wait, or take it with `datastore lock release --force` when you know that its holder is gone.',
    { details: lease },
  );
}
