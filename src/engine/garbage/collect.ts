import { SyncError } from '../../core/errors.ts';
import { withCollected } from '../../core/format/lease-record.ts';
import type { Collected, Head } from '../../core/format/records.ts';
import { commitKey } from '../../core/format/sync-index.ts';
import { generationInKey, type Reach } from '../../core/garbage/garbage-key.ts';
import type { GarbageReport } from '../../core/garbage/garbage-report.ts';
import type { Ceiling, KeepLimits } from '../../core/garbage/keep.ts';
import { ancestryOf } from '../cycle/ancestry.ts';
import { type CycleParts, type Run, withRun } from '../cycle/run.ts';
import { requireEmpty, writeUnderLease } from '../cycle/writing.ts';
import type { GarbageOptions } from '../datastore.ts';
import { locked } from '../lease/acquire-lease.ts';
import type { Lease } from '../lease/lease.ts';
import type { RegisterState } from '../remote/register.ts';
import { requireSameRemote } from '../state/same-remote.ts';
import { type Allowance, openAllowance } from './allowance.ts';
import { readHistory } from './history.ts';
import { requireKnown } from './kept-commits.ts';
import type { Named } from './named-keys.ts';
import { setBack, unrelated } from './refusals.ts';
import { type Swept, sweepGarbage } from './sweep.ts';

export interface CollectOptions extends GarbageOptions {
  /** Ends it there: `TooMuch`. What is deleted by then is deleted. */
  readonly ceiling?: Ceiling;
}

/**
 * Deletes what no kept commit names, under the lease. Rejects with the reason of a lost lease, SyncError('veto') where it is not sure
 * which remote this is, and as `readHistory`; then nothing more is deleted.
 */
export async function collectGarbage(
  parts: CycleParts,
  limits: KeepLimits,
  { dryRun = false, acceptRemote, ceiling, ...options }: CollectOptions,
  held: Lease | null,
): Promise<GarbageReport> {
  const { store, register } = parts;
  const allowance = openAllowance(parts, ceiling);
  const collection = { limits, allowance, isPassing: ceiling !== undefined, dryRun, acceptRemote };
  return withRun(parts, options, held, async (run) => {
    run.tally.phase('connecting');
    const first = await register.read(options.signal);
    if (first.head === null) await requireEmpty(store, options.signal);
    requireSameRemote(run.ledger.meta, first);
    const { head } = first;
    try {
      const found = head?.commit ? await collect(run, { ...first, head }, collection) : NOTHING;
      run.tally.phase('done');
      return { ...found, ...allowance.used() };
    } catch (error) {
      // A lost lease breaks off what is under way; the loss is what happened, not the breaking off.
      throw run.lease?.signal.aborted === true ? run.lease.signal.reason : error;
    }
  });
}

type Found = Omit<GarbageReport, 'requests' | 'ms'>;

const NONE: Swept = { commits: 0, shards: 0, objects: 0, bytes: 0 };
const NOTHING: Found = { generation: null, kept: 0, oldest: null, holder: null, ...NONE };

interface Collection {
  readonly limits: KeepLimits;
  readonly allowance: Allowance;
  /** It waits for nobody. */
  readonly isPassing: boolean;
  readonly dryRun: boolean;
  readonly acceptRemote: number | undefined;
}

async function collect(
  run: Run,
  first: RegisterState & { readonly head: Head },
  { limits, allowance, isPassing, dryRun, acceptRemote }: Collection,
): Promise<Found> {
  const { parts, options, ledger, tally } = run;
  tally.phase('collecting');
  // Most of it without the lease, which holds back others.
  if (isPassing && run.lease === null && first.head.lease !== null) throw locked(first.head.lease);
  const history = await readHistory(parts, first, limits, allowance, options.signal);
  // From then on no write of an earlier epoch can land, and what was read before it may be out of date.
  if (!dryRun) await writeUnderLease(run, history.state, 'gc');
  tally.phase('collecting');
  const state = await parts.register.read(options.signal);
  requireSameRemote(ledger.meta, state);
  const { head } = state;
  if (head === null || head.commit === null) return NOTHING;
  requireKnown(parts.store.name, head);
  const { generation } = head.commit;
  const beyond = history.beyond(generation);
  const latest = beyond.at(-1);
  if (latest !== undefined && acceptRemote !== generation)
    throw setBack(parts.store.name, generation, generationInKey(latest));
  const { lease } = run;
  if (lease !== null && head.lease?.nonce !== lease.record.nonce) throw lost();
  const signal = lease ? AbortSignal.any([lease.signal, ...(options.signal ? [options.signal] : [])]) : options.signal;
  const { named } = history;
  if (head.commit.key !== history.state.head?.commit?.key) await named.add(head, signal);
  await requireDescent(run, state, named);
  const before = Math.max(named.oldest, head.collected?.before ?? 0);
  if (head.collected?.before !== before && !(await note(run, { ...head.collected, before }))) throw lost();
  const swept = { ...NONE };
  await sweepGarbage(
    {
      store: parts.store,
      signal,
      assertMayDelete: dryRun || lease === null ? null : () => mayDelete(lease, allowance),
      onPage: allowance.ask,
      onSwept: tally.file,
    },
    { named, ...reachOf(run, history.state.head, head), givenUp: new Set(beyond) },
    swept,
  );
  // Only now: who may not delete would else keep those from it who may.
  await note(run, { before, at: head.commit.key });
  const holder = lease === null ? (head.lease?.holder ?? null) : null;
  return { generation, kept: named.commits.size, oldest: named.oldest, holder, ...swept };
}

function mayDelete(lease: Lease, { ask }: Allowance): void {
  ask();
  lease.assertValid();
}

/**
 * No further than what was looked at: a commit that came after that, and before the lease, need not be of the chain by now. It stood, and
 * head was set back to before it.
 */
function reachOf({ lease }: Run, looked: Head | null, head: Head): Pick<Reach, 'epoch' | 'generation'> {
  return {
    epoch: Math.min(lease?.epoch ?? nextEpoch(head), nextEpoch(looked)),
    generation: Math.min(head.commit?.generation ?? 0, looked?.commit?.generation ?? 0),
  };
}

/** What is written by it, or later, may still be named: that of who holds the lease, or else of who comes next. */
const nextEpoch = (head: Head | null): number => (head?.epoch ?? 0) + (head?.lease ? 0 : 1);

async function requireDescent({ parts, options, ledger }: Run, { head }: RegisterState, named: Named): Promise<void> {
  const { newest } = ledger.meta;
  if (newest === null || named.commits.has(commitKey(newest.generation, newest.id))) return;
  if ((await ancestryOf(newest, head, parts.remoteLog, options.signal)) !== 'related') throw unrelated();
}

/**
 * Where the history ends from now on goes into head before any of it goes: else what is missing would look like damage to who keeps more.
 * Gives whether it stands there; without the lease nothing is noted. SyncError('unknown-outcome') where that cannot be told.
 */
async function note({ parts, lease, options }: Run, collected: Collected): Promise<boolean> {
  if (lease === null) return true;
  lease.assertValid();
  const { kind } = await parts.register.swap(
    (now) => now && withCollected(now, parts.ids.nonce(), lease.record.nonce, collected),
    { signal: options.signal },
  );
  lease.assertValid();
  if (kind !== 'won' && kind !== 'declined')
    throw new SyncError('unknown-outcome', 'the register did not take the note of the collection', 'Collect again.');
  return kind === 'won';
}

const lost = (): SyncError => new SyncError('lease-lost', 'The lease was lost.', 'Nothing was deleted. Collect again.');
