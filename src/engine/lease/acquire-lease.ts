import { SyncError } from '../../core/errors.ts';
import { firstHead, judgeLease, type Moment, withNewLease } from '../../core/format/lease-record.ts';
import type { LeaseRecord } from '../../core/format/records.ts';
import type { ETag } from '../ports.ts';
import type { RegisterState, SwapOutcome } from '../remote/register.ts';
import { momentOf } from './keep-tenure.ts';
import { giveBack, type Lease, type LeaseParts, startTenure } from './lease.ts';

export interface AcquireLease {
  readonly purpose: string;
  readonly waitMs: number;
  readonly onWait?: ((holder: LeaseRecord) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Sees each register before the lease is taken on it: a throw ends it, and nothing is written. */
  readonly check?: (state: RegisterState) => void;
  /** Called before the first head of an empty prefix is made. */
  readonly beforeFirstHead: () => Promise<void>;
}

const LONGEST_POLL_MS = 2_000;
const LONGEST_PAUSE_MS = 2_000;
const MAX_CONTESTS = 20;
/** Code points. */
const MAX_PURPOSE = 200;

/** Takes the lease: creates the first head, swaps a free one, waits for a held one, steals a stale one. SyncError('locked') when waiting is over. */
export async function acquireLease(parts: LeaseParts, options: AcquireLease): Promise<Lease> {
  const claim: Claim = { nonce: parts.ids.nonce(), named: undefined, sent: momentOf(parts.clock) };
  try {
    return await contend(parts, options, claim);
  } catch (error) {
    // It may be ours by now; nobody would renew it, and everybody would wait.
    if (parts.register.known() !== null) await giveBack(parts, claim.nonce);
    throw error;
  }
}

/** The tenure that is asked for, and its latest attempt: the version that it named (undefined: none was made), and when it was sent. */
interface Claim {
  nonce: string;
  named: ETag | null | undefined;
  sent: Moment;
}

async function contend(parts: LeaseParts, options: AcquireLease, claim: Claim): Promise<Lease> {
  const { register, clock, ids, log } = parts;
  const deadline = clock.monotonic() + options.waitMs;
  for (let contests = 0; ; ) {
    const state = await register.read(options.signal);
    options.check?.(state);
    const verdict = judgeLease({
      head: state.head,
      ourNonce: claim.nonce,
      unchangedMs: clock.monotonic() - state.firstSeen,
      storeAgeMs: state.storeAgeMs,
    });
    if (verdict.kind === 'ours') return startTenure(parts, state.head?.epoch ?? 0, verdict.lease, claim.sent);
    // The latest attempt has landed and was ended, or never will: a nonce that others were shown names no second tenure.
    if (claim.named !== undefined && claim.named !== state.etag) {
      claim.nonce = ids.nonce();
      claim.named = undefined;
    }
    if (verdict.kind === 'held') {
      if (clock.monotonic() >= deadline) throw locked(verdict.lease);
      options.onWait?.(verdict.lease);
      await clock.sleep(pollMs(verdict.lease) * (0.75 + 0.5 * ids.random()), options.signal);
      continue;
    }
    if (verdict.kind === 'stale') log.warn(`the lease of ${verdict.lease.holder} is stale; taking it over`);
    if (state.head === null) await options.beforeFirstHead();
    const record = recordOf(parts, options.purpose, claim.nonce);
    const outcome = await attempt(parts, claim, state, record);
    if (outcome.kind === 'won') {
      // Its time runs already: at once, whatever the other requests wait for.
      const back = await register.readAtOnce(options.signal).catch(() => register.read(options.signal));
      if (back.head?.lease?.nonce === claim.nonce) return startTenure(parts, back.head.epoch, record, claim.sent);
    }
    contests += 1;
    await pause(parts, outcome, contests, options.signal);
  }
}

function attempt({ register, clock, ids }: LeaseParts, claim: Claim, seen: RegisterState, record: LeaseRecord) {
  claim.sent = momentOf(clock);
  claim.named = seen.etag;
  return register.swap((head) => {
    // The decision was about one version of the register; another one is another decision.
    if (register.known()?.etag !== seen.etag) return null;
    return head === null ? firstHead(ids.uuid(), ids.nonce(), record) : withNewLease(head, ids.nonce(), record);
  });
}

/** Before the next contest. Rejects where there is no use in one. */
async function pause(
  { register, clock, ids }: LeaseParts,
  outcome: SwapOutcome,
  contests: number,
  signal?: AbortSignal,
) {
  const cause = outcome.kind === 'unknown' ? outcome.cause : undefined;
  if (outcome.kind === 'unknown' && register.isFormInDoubt()) throw inDoubt(cause);
  const ms = outcome.kind === 'unknown' ? 1_000 : Math.min(50 * 2 ** contests, LONGEST_PAUSE_MS) * ids.random();
  await clock.sleep(ms, signal);
  if (contests <= MAX_CONTESTS) return;
  const remedy = 'Sync again; the store answers unclearly.';
  throw new SyncError('offline', 'the register could not be swapped', remedy, { cause });
}

function recordOf({ clock, identity, ttlMs }: LeaseParts, purpose: string, nonce: string): LeaseRecord {
  const { holder, hostname, pid, workspace, tool } = identity;
  const now = new Date(clock.now()).toISOString();
  const who = { nonce, holder, hostname, pid, workspace, tool };
  return { ...who, purpose: shortened(purpose), acquiredAt: now, renewedAt: now, ttlMs };
}

/** The register is small, and everybody reads this in one line. By whole code points. */
function shortened(purpose: string): string {
  const letters = Array.from(purpose.slice(0, 4 * MAX_PURPOSE));
  return letters.length <= MAX_PURPOSE ? purpose : `${letters.slice(0, MAX_PURPOSE - 1).join('')}…`;
}

const pollMs = ({ ttlMs }: LeaseRecord): number => Math.min(LONGEST_POLL_MS, ttlMs / 3);

const inDoubt = (cause: unknown) =>
  new SyncError(
    'unknown-outcome',
    'the store refused the very version of the register that stands',
    'Try again: it is probed anew.',
    { cause },
  );

/** Another holds the lease. */
export const locked = (lease: LeaseRecord): SyncError =>
  new SyncError(
    'locked',
    `${lease.holder} holds the lease (${lease.tool}, ${lease.workspace}: ${lease.purpose}) since ${lease.acquiredAt}`,
    'Wait, or take it with `datastore lock release --force` when you know that its holder is gone.',
    { details: lease },
  );
