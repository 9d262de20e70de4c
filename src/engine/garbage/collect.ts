import { SyncError } from '../../core/errors.ts';
import { withCollected } from '../../core/format/lease-record.ts';
import type { Head } from '../../core/format/records.ts';
import type { GarbageReport } from '../../core/garbage/garbage-report.ts';
import type { KeepLimits } from '../../core/garbage/keep.ts';
import { ancestryOf } from '../cycle/ancestry.ts';
import { type CycleParts, openRun, type Run } from '../cycle/run.ts';
import { prepareWriting, requireEmpty, takeLease } from '../cycle/writing.ts';
import type { GarbageOptions } from '../datastore.ts';
import type { Lease } from '../lease/lease.ts';
import type { RegisterState } from '../remote/register.ts';
import { createRemoteLog } from '../remote/remote-log.ts';
import { requireSameRemote } from '../state/same-remote.ts';
import { namedKeys } from './named-keys.ts';
import { type Swept, sweepGarbage } from './sweep.ts';

export interface CollectOptions extends GarbageOptions {
  /** Ends it there, nothing half done: `tooMuch`. */
  readonly mostRequests?: number;
}

/** Thrown where a collection would take more requests than it may. */
export class TooMuch extends Error {}

/**
 * Deletes what no kept commit names, under the lease. Rejects with the reason of a lost lease, SyncError('veto') where it is not sure
 * which remote this is, and as `namedKeys`; then nothing more is deleted.
 */
export async function collectGarbage(
  parts: CycleParts,
  limits: KeepLimits,
  options: CollectOptions,
  held: Lease | null,
): Promise<GarbageReport> {
  const { clock, store, register } = parts;
  const startedAt = clock.monotonic();
  const before = store.traffic.requests;
  const { dryRun, mostRequests, ...rest } = options;
  const run = await openRun(parts, rest, held);
  const swept: Swept = { commits: 0, shards: 0, objects: 0, bytes: 0 };
  try {
    run.tally.phase('connecting');
    const first = await register.read(options.signal);
    if (first.head === null) await requireEmpty(store, options.signal);
    requireSameRemote(run.ledger.meta, first);
    const state = dryRun === true || first.head?.commit == null ? first : await underLease(run, first);
    const kept = await collect(run, state, limits, { dryRun: dryRun === true, onRequest, swept });
    run.tally.phase('done');
    return {
      generation: state.head?.commit?.generation ?? null,
      ...kept,
      ...swept,
      requests: store.traffic.requests - before,
      ms: Math.round(clock.monotonic() - startedAt),
    };
  } catch (error) {
    // A lost lease breaks off what is under way; the loss is what happened, not the breaking off.
    throw run.lease?.signal.aborted === true ? run.lease.signal.reason : error;
  } finally {
    if (register.isFormInDoubt()) run.ledger.note({ capabilities: null });
    try {
      await run.ledger.save();
    } finally {
      if (run.lease !== held) await run.lease?.release();
    }
  }

  function onRequest(): void {
    if (mostRequests !== undefined && store.traffic.requests - before > mostRequests) throw new TooMuch();
  }
}

/** From then on no write of an earlier epoch can land, and what was read before it may be out of date. */
async function underLease(run: Run, first: RegisterState): Promise<RegisterState> {
  const { parts, options, ledger, tally } = run;
  await prepareWriting(parts, ledger, first, options.signal);
  run.lease ??= await takeLease(parts, {
    purpose: options.purpose ?? 'gc',
    waitMs: parts.waitMs,
    signal: options.signal,
    onWait: (holder) => tally.waiting(holder.holder),
  });
  const state = await parts.register.read(options.signal);
  requireSameRemote(ledger.meta, state);
  const { newest } = ledger.meta;
  if (newest !== null && (await ancestryOf(newest, state.head, parts.remoteLog, options.signal)) !== 'related')
    throw new SyncError(
      'veto',
      'the last commit that was seen here is not in the history of the remote: a restored bucket?',
      'Nothing was deleted. Look at it with `datastore sync --dry-run`; accept it with `--accept-remote GENERATION`.',
    );
  return state;
}

interface Collection {
  readonly dryRun: boolean;
  readonly onRequest: () => void;
  readonly swept: Swept;
}

async function collect(
  run: Run,
  { head }: RegisterState,
  limits: KeepLimits,
  { dryRun, onRequest, swept }: Collection,
): Promise<Pick<GarbageReport, 'kept' | 'oldest'>> {
  const { parts, options, tally, lease } = run;
  if (head === null || head.commit === null) return { kept: 0, oldest: null };
  const { store, codec, base } = parts;
  const signal = lease ? AbortSignal.any([lease.signal, ...(options.signal ? [options.signal] : [])]) : options.signal;
  // What was read of the past would never be dropped again.
  const log = createRemoteLog(store, codec, { kept: (sha256) => base.kept(sha256), keep: async () => {} });
  tally.phase('collecting');
  const named = await namedKeys({ store, log, limits, signal, onRecord: onRequest }, head).catch(
    async (error: unknown) => {
      // It will be as much for the next one: so that not every push tries.
      if (error instanceof TooMuch && !dryRun) await note(run, head, 0);
      throw error;
    },
  );
  if (!dryRun) await note(run, head, named.oldest);
  const epoch = lease === null ? head.epoch + 1 : lease.epoch;
  await sweepGarbage(
    {
      store,
      signal,
      assertMayDelete: dryRun || lease === null ? null : () => lease.assertValid(),
      onPage: onRequest,
      onSwept: tally.file,
    },
    { commits: named.commits, named, epoch, generation: head.commit.generation },
    swept,
  );
  return { kept: named.commits.size, oldest: named.oldest };
}

/** Where the history ends from now on, before any of it goes: else what is missing would look like damage to who keeps more. */
async function note({ parts, lease, options }: Run, head: Head, oldest: number): Promise<void> {
  if (lease === null || head.commit === null) return;
  lease.assertValid();
  const { commit, collected: last } = head;
  const collected = { before: Math.max(oldest, last?.before ?? 0), at: commit.key };
  if (last?.before === collected.before && last.at === collected.at) return;
  const { kind } = await parts.register.swap(
    (now) => now && withCollected(now, parts.ids.nonce(), lease.record.nonce, collected),
    { signal: options.signal },
  );
  if (kind === 'won') return;
  lease.assertValid();
  if (kind === 'declined')
    throw new SyncError('lease-lost', 'The lease was lost.', 'Nothing was deleted. Collect again.');
  throw new SyncError('unknown-outcome', 'the register did not take the note of the collection', 'Collect again.');
}
