import { SyncError } from '../../core/errors.ts';
import type { LeaseRecord } from '../../core/format/records.ts';
import { acquireLease } from '../lease/acquire-lease.ts';
import type { Lease } from '../lease/lease.ts';
import type { ObjectStore } from '../ports.ts';
import { HEAD_KEY } from '../remote/head-object.ts';
import { probeStore } from '../remote/probe.ts';
import type { RegisterState } from '../remote/register.ts';
import type { Ledger } from '../state/ledger.ts';
import { requireSameRemote } from '../state/same-remote.ts';
import type { CycleParts, Run } from './run.ts';

/**
 * Before the first write to a remote: nothing foreign lies there, and its compare-and-swap works, as a whole probe has found, or else a
 * small one. The finding is kept in the base. A whole one that found otherwise stands until another finds better.
 */
export async function prepareWriting(
  parts: CycleParts,
  ledger: Ledger,
  state: RegisterState,
  signal?: AbortSignal,
): Promise<void> {
  if (state.head === null) await requireEmpty(parts.store, signal);
  const { base, store, register } = parts;
  const whole = await base.wholeProbe();
  const latest = whole?.remote === store.name ? whole : null;
  const noted = register.isFormInDoubt() ? null : ledger.meta.capabilities;
  const known = latest === null ? noted : latest.capabilities;
  const capabilities = known ?? (await probeStore(parts, latest === null ? 'small' : 'whole', signal));
  register.setEtagForm(capabilities.etagForm);
  if (noted === null) {
    ledger.note({ capabilities });
    await ledger.save();
  }
  if (whole !== null) await base.setWholeProbe(null);
}

/**
 * The right to write, for a run: under the lease that it has already, or that is taken now. `state` is the register as it was last read; what
 * came while the lease was waited for, the caller reads.
 */
export async function writeUnderLease(run: Run, state: RegisterState, purpose: string): Promise<Lease> {
  const { parts, options, ledger, tally } = run;
  await prepareWriting(parts, ledger, state, options.signal);
  run.lease ??= await takeLease(parts, {
    purpose: options.purpose ?? purpose,
    waitMs: parts.waitMs,
    signal: options.signal,
    onWait: (holder) => tally.waiting(holder.holder),
    // Another may stand there than the one that was planned on.
    check: (now) => requireSameRemote(ledger.meta, now),
  });
  return run.lease;
}

/** Takes the lease and remembers its nonce in the state folder, so that another process of this workspace can give it back. */
export async function takeLease(
  parts: CycleParts,
  options: {
    readonly purpose: string;
    readonly waitMs: number;
    readonly onWait?: ((holder: LeaseRecord) => void) | undefined;
    /** Throws where the register that is about to be swapped is not the one that was meant. */
    readonly check: (state: RegisterState) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Lease> {
  const lease = await acquireLease(parts, {
    ...options,
    beforeFirstHead: () => requireEmpty(parts.store, options.signal),
  });
  try {
    await parts.base.setLeaseNonce(lease.record.nonce);
  } catch (error) {
    await lease.release();
    throw error;
  }
  return {
    ...lease,
    async release() {
      await lease.release();
      if ((await parts.base.leaseNonce()) === lease.record.nonce) await parts.base.setLeaseNonce(null);
    },
  };
}

/** Other tools' marks, so that the message can name them. */
const KNOWN: readonly [string, string][] = [
  ['.datastore-index.json', 'the index of another datastore tool'],
  ['_index/_meta.json', 'the index of another datastore tool'],
];

/** SyncError('foreign') unless nothing but probes lies there, or a datastore by now. */
export async function requireEmpty(store: ObjectStore, signal?: AbortSignal): Promise<void> {
  let token: string | undefined;
  do {
    const page = await store.list('', { ...(token === undefined ? {} : { token }), signal });
    const keys = page.objects.map((object) => object.key).filter((key) => !key.startsWith('probe/'));
    // Somebody has made it a datastore since we looked: the swap decides.
    if (keys.includes(HEAD_KEY)) return;
    if (keys.length > 0) throw foreign(store, keys);
    token = page.next;
  } while (token !== undefined);
}

function foreign(store: ObjectStore, keys: readonly string[]): SyncError {
  const known = KNOWN.find(([key]) => keys.includes(key));
  const found = known ? `${known[0]} (${known[1]})` : `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`;
  return new SyncError(
    'foreign',
    `${store.name} is not empty and is no datastore: found ${found}`,
    'Nothing was written. Choose another `prefix`.',
  );
}
