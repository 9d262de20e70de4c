import { SyncError } from '../../core/errors.ts';
import { withSmallPush } from '../../core/format/lease-record.ts';
import type { Step } from '../../core/plan/plan.ts';
import type { RepackLimits } from '../../core/plan/sparse-packs.ts';
import type { Lease } from '../lease/lease.ts';
import type { Ids } from '../ports.ts';
import type { Register, RegisterState } from '../remote/register.ts';
import type { Ticket } from './push.ts';

/** A pack more than a push that takes the lease sends anyhow, and sizes asked for side by side. */
const REPACKS: RepackLimits = { bytes: 8 << 20, packs: 32, asks: 16, others: true };
/** A small push stays one: few objects more, and only where the index alone tells. It costs what it changes, not what the tree holds. */
const REPACKS_LITTLE: RepackLimits = { bytes: 1 << 20, packs: 4, asks: 0, others: false };

const NEVER = new AbortController().signal;

/** The right to write while a lease is ours. */
export function leaseTicket(lease: Lease, state: RegisterState, signal: AbortSignal = NEVER): Ticket {
  const either = AbortSignal.any([lease.signal, signal]);
  return {
    datastoreId: datastoreId(state),
    epoch: lease.epoch,
    signal: either,
    repacks: REPACKS,
    assertMayWrite() {
      signal.throwIfAborted();
      lease.assertValid();
    },
    commit: (pointer, before) =>
      lease.commit(pointer, state.head?.commit?.id ?? null, { signal: either, ...(before ? { before } : {}) }),
  };
}

/** What comes second has sent these bytes in vain. Files cost little more than their bytes, because they travel in packs. */
const SMALL_BYTES = 4 << 20;
const SMALL_FILES = 256;

/** Few and light changes on a free register may acquire, commit and release in one swap. */
export function isSmall(steps: readonly Step[], state: RegisterState): boolean {
  if (state.head === null || state.head.lease !== null || steps.length > SMALL_FILES) return false;
  const bytes = steps.reduce(
    (sum, step) => sum + (step.kind === 'upload' && !step.reuse ? (step.local?.stamp.size ?? 0) : 0),
    0,
  );
  return bytes <= SMALL_BYTES;
}

/** The right to try one swap from exactly the version that was planned on, under the next epoch. */
export function smallPushTicket(
  parts: { register: Register; ids: Ids },
  state: RegisterState,
  signal: AbortSignal = NEVER,
): Ticket {
  return {
    datastoreId: datastoreId(state),
    epoch: (state.head?.epoch ?? 0) + 1,
    signal,
    repacks: REPACKS_LITTLE,
    assertMayWrite: () => signal.throwIfAborted(),
    commit: (pointer, before) =>
      parts.register.swap(
        (head) =>
          head === null || parts.register.known()?.etag !== state.etag
            ? null
            : withSmallPush(head, parts.ids.nonce(), pointer),
        { commits: true, signal, ...(before ? { before } : {}) },
      ),
  };
}

function datastoreId(state: RegisterState): string {
  if (state.head === null)
    throw new SyncError('failed', 'there is no register to write under', 'This is a defect; the log has more.');
  return state.head.datastoreId;
}
