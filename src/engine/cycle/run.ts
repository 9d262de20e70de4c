import type { Commit } from '../../core/format/records.ts';
import type { BatchLimits } from '../../core/plan/batches.ts';
import type { CompressionLimits } from '../../core/plan/compression.ts';
import type { ChunkLimits } from '../../core/plan/cut-chunks.ts';
import type { PackLimits } from '../../core/plan/packs.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import type { SyncOptions } from '../datastore.ts';
import type { Lease, LeaseParts } from '../lease/lease.ts';
import type { Codec, LocalFiles, ObjectStore } from '../ports.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import type { Skip } from '../root/scan.ts';
import type { BaseNames } from '../state/base-names.ts';
import type { BaseStore } from '../state/base-store.ts';
import type { Compare } from '../state/compared.ts';
import { type Ledger, openLedger } from '../state/ledger.ts';
import { createTally, type Tally } from './tally.ts';

/** Everything a cycle stands on: one for each root and remote. */
export interface CycleParts extends LeaseParts {
  readonly store: ObjectStore;
  readonly remoteLog: RemoteLog;
  readonly base: BaseStore;
  /** The root, under a fresh run in staging. */
  readonly openFiles: (run: string) => LocalFiles;
  readonly skip: Skip;
  readonly withheld: (path: string) => string | null;
  readonly names: BaseNames;
  readonly compare: Compare;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly batches: BatchLimits;
  readonly packs: PackLimits;
  readonly chunks: ChunkLimits;
  readonly compression: CompressionLimits;
  readonly waitMs: number;
}

/** One cycle under way. */
export interface Run {
  readonly parts: CycleParts;
  readonly options: SyncOptions;
  /** Name of its staging folder. */
  readonly id: string;
  readonly files: LocalFiles;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly conflictSuffix: string;
  /** Ours from before (then it stays), or taken on the way (then it is given back). */
  lease: Lease | null;
  losses: number;
  committed: Commit | null;
}

export async function openRun(parts: CycleParts, options: SyncOptions, lease: Lease | null): Promise<Run> {
  const id = parts.ids.uuid();
  const ledger = await openPrimed(parts);
  const stamp = new Date(parts.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const user = parts.identity.user.replace(/[^A-Za-z0-9]+/g, '-') || 'user';
  return {
    parts,
    options,
    id,
    files: parts.openFiles(id),
    ledger,
    tally: createTally(options.onProgress),
    conflictSuffix: `conflict-${user}-${stamp}`,
    lease,
    losses: 0,
    committed: null,
  };
}

/**
 * Opens a run for `work`. However that ends, the base is saved, a doubt about the store is noted in it, and a lease that was taken on the way
 * is given back; `held` is one that was ours before, and stays.
 */
export async function withRun<T>(
  parts: CycleParts,
  options: SyncOptions,
  held: Lease | null,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const run = await openRun(parts, options, held);
  try {
    return await work(run);
  } finally {
    if (parts.register.isFormInDoubt()) run.ledger.note({ capabilities: null });
    try {
      await run.ledger.save();
    } finally {
      if (run.lease !== held) await run.lease?.release();
    }
  }
}

/** The base of this remote. With it the register as it was last seen, so that the first reading can answer 304. */
export async function openPrimed({
  base,
  store,
  register,
}: Pick<CycleParts, 'base' | 'store' | 'register'>): Promise<Ledger> {
  const ledger = await openLedger(base, store.name);
  const { head } = ledger.meta;
  if (head && register.known() === null) register.prime(head.text, head.etag);
  return ledger;
}
