import { whoseTenure } from '../core/format/lease-holder.ts';
import { withForcedRelease, withRelease } from '../core/format/lease-record.ts';
import { type CycleParts, openPrimed } from './cycle/run.ts';
import { prepareWriting, takeLease } from './cycle/writing.ts';
import type { AcquireOptions, Datastore, LeaseView } from './datastore.ts';
import { countTenure } from './lease/counted-tenure.ts';
import { endLease } from './lease/end-lease.ts';
import type { Lease } from './lease/lease.ts';
import { JUST_NOW_MS, type RegisterState } from './remote/register.ts';
import type { GuardedRoot } from './root/guarded-root.ts';
import type { Ledger } from './state/ledger.ts';
import { requireSameRemote } from './state/same-remote.ts';

/** The lease of a register as one workspace has it: any process of it may give back what another has taken. */
export interface WorkspaceLease extends Pick<Datastore, 'lease' | 'acquire' | 'release' | 'forceRelease'> {
  /** Of this process; null: none is held. */
  current(): Lease | null;
  /** Gives back what this process holds. */
  close(): Promise<void>;
}

export function openWorkspaceLease(parts: CycleParts, root: GuardedRoot): WorkspaceLease {
  const { base, register, clock, ids } = parts;
  const own = countTenure(take);
  /** Of the last reading here. */
  let latencyMs: number | null = null;

  async function primed(): Promise<Ledger> {
    const ledger = await openPrimed(parts);
    const { capabilities } = ledger.meta;
    if (capabilities && !register.isFormInDoubt()) register.setEtagForm(capabilities.etagForm);
    return ledger;
  }

  async function take(options: AcquireOptions): Promise<Lease> {
    const isFirst = register.isFormInDoubt() || (await primed()).meta.capabilities === null;
    const isThere = (await parts.openFiles(ids.uuid()).state()).kind === 'folder';
    // What the probe finds is kept in the base, which only one process at a time may write.
    const { meta } = await (isFirst && isThere
      ? root.alone(options.purpose, options.signal, () => prepare(options.signal))
      : prepare(options.signal));
    const check = (now: RegisterState) => requireSameRemote(meta, now);
    try {
      return await takeLease(parts, { ...options, waitMs: options.waitMs ?? parts.waitMs, check });
    } catch (error) {
      if (register.isFormInDoubt() && isThere) await root.alone(options.purpose, undefined, forgetCapabilities);
      throw error;
    }
  }

  async function prepare(signal: AbortSignal | undefined): Promise<Ledger> {
    const ledger = await primed();
    const state = await register.read(signal);
    requireSameRemote(ledger.meta, state);
    await prepareWriting(parts, ledger, state, signal);
    return ledger;
  }

  async function forgetCapabilities(): Promise<void> {
    const ledger = await primed();
    ledger.note({ capabilities: null });
    await ledger.save();
  }

  async function viewOf(state: RegisterState, latencyMs: number): Promise<LeaseView> {
    const lease = state.head?.lease ?? null;
    const commit = state.head?.commit ?? null;
    const workspace = lease === null ? null : await base.leaseNonce();
    return {
      lease,
      ours: whoseTenure(lease, { process: own.current()?.record.nonce ?? null, workspace }),
      generation: commit?.generation ?? null,
      committedAt: commit?.committedAt ?? null,
      committedBy: commit?.by ?? null,
      seenAt: clock.now(),
      latencyMs,
    };
  }

  return {
    current: () => own.current(),

    async lease(signal, { fromLastSeen = false } = {}) {
      await primed();
      const seen = fromLastSeen ? register.lately(JUST_NOW_MS) : null;
      if (seen !== null && latencyMs !== null) return viewOf(seen, latencyMs);
      const sent = clock.monotonic();
      const state = await register.read(signal);
      latencyMs = Math.round(clock.monotonic() - sent);
      return viewOf(state, latencyMs);
    },

    async acquire(options) {
      const { tenure, leave } = await own.enter(options);
      const { record, signal } = tenure;
      const isGivenBack = async () => (await base.leaseNonce()) !== record.nonce;
      return { record, signal, release: leave, isGivenBack };
    },

    async release(named) {
      if (await own.end(named)) return true;
      const nonce = await base.leaseNonce();
      if (nonce === null || (named !== undefined && named !== nonce)) return false;
      const { meta } = await primed();
      requireSameRemote(meta, await register.read());
      const { kind } = await endLease(register, nonce, (head) => withRelease(head, ids.nonce(), nonce));
      await base.setLeaseNonce(null);
      return kind === 'ended';
    },

    async forceRelease({ nonce }) {
      const { meta } = await primed();
      requireSameRemote(meta, await register.read());
      const outcome = await endLease(register, nonce, (head) => withForcedRelease(head, ids.nonce(), nonce));
      return outcome.kind === 'ended' ? { kind: 'released' } : outcome;
    },

    async close() {
      await own.end();
    },
  };
}
