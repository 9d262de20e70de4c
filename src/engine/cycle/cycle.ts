import type { Commit, CommitPointer } from '../../core/format/records.ts';
import type { PackLimits } from '../../core/plan/packs.ts';
import type { Skipped, SyncReport } from '../../core/status/sync-report.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import type { SyncOptions } from '../datastore.ts';
import type { Lease, LeaseParts } from '../lease/lease.ts';
import type { Codec, LocalFiles, ObjectStore } from '../ports.ts';
import type { RegisterState } from '../remote/register.ts';
import { EMPTY_VIEW, type RemoteLog, type RemoteView } from '../remote/remote-log.ts';
import { refresh } from '../root/excluded-base.ts';
import { requireRoot } from '../root/root.ts';
import type { Scan, Skip } from '../root/scan.ts';
import type { BaseMeta, BaseStore } from '../state/base-store.ts';
import { type Ledger, openLedger } from '../state/ledger.ts';
import { leftUndone, refuseUnapproved } from './approval.ts';
import { pullChanges } from './pull-changes.ts';
import { pushChanges } from './push-changes.ts';
import { settleCommits, sweepStaging } from './settle.ts';
import { blockedPaths, look, refuseDamaged, refuseVetoed, unknownPaths } from './sight.ts';
import { createTally, type Tally } from './tally.ts';
import { requireEmpty } from './writing.ts';

/** Everything a cycle stands on: one for each root and remote. */
export interface CycleParts extends LeaseParts {
  readonly store: ObjectStore;
  readonly remoteLog: RemoteLog;
  readonly base: BaseStore;
  /** The root, under a fresh run in staging. */
  readonly openFiles: (run: string) => LocalFiles;
  readonly skip: Skip;
  readonly withheld: (path: string) => string | null;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly packs: PackLimits;
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

/** Passes of plan and transfer before what keeps moving is reported instead. */
const MAX_PASSES = 8;

/** Whether the root is there; false: it may be made, because the remote has what to fill it with. Comes before the guard, which lies in the root. */
export async function findRoot(
  parts: CycleParts,
  options: SyncOptions,
): Promise<{ readonly isThere: boolean; create(): Promise<void> }> {
  const run = await openRun(parts, options, null);
  const create = () => run.files.create();
  if ((await run.files.state()).kind === 'folder') return { isThere: true, create };
  const { head } = await parts.register.read(options.signal);
  return { isThere: await requireRoot(run.files, run.ledger, head, options.direction ?? 'both'), create };
}

/** A whole cycle. The caller holds the root's guard; `held` is a lease that is ours already. */
export async function runCycle(parts: CycleParts, options: SyncOptions, held: Lease | null): Promise<SyncReport> {
  const { clock, store } = parts;
  const startedAt = clock.monotonic();
  const before = { ...store.traffic };
  const run = await openRun(parts, options, held);
  const stopTelling = store.onPatience?.(run.tally.patience);
  try {
    const view = await runPasses(run);
    await markRoot(run);
    const report = run.tally.report({
      generation: parts.register.known()?.head?.commit?.generation ?? null,
      requests: store.traffic.requests - before.requests,
      bytesUp: store.traffic.bytesUp - before.bytesUp,
      bytesDown: store.traffic.bytesDown - before.bytesDown,
      ms: Math.round(clock.monotonic() - startedAt),
    });
    await noteResult(run, report, view);
    run.tally.phase('done');
    return report;
  } finally {
    stopTelling?.();
    if (parts.register.isFormInDoubt()) run.ledger.note({ capabilities: null });
    try {
      await run.ledger.save();
    } finally {
      if (run.lease !== held) await run.lease?.release();
    }
  }
}

async function runPasses(run: Run): Promise<RemoteView> {
  const { parts, options, ledger, tally } = run;
  tally.phase('connecting');
  let state = await parts.register.read(options.signal);
  const swept = await sweepStaging({ ...run, base: parts.base, log: parts.log }, parts.clock.now());
  tally.notices(swept.problems);
  // What pushes looks before it writes; what only pulls shall not call a foreign prefix in step.
  if (state.head === null && options.direction === 'pull') await requireEmpty(parts.store, options.signal);
  let view = EMPTY_VIEW;
  let intents = swept.intents;
  for (let pass = 1; ; pass += 1) {
    tally.beginPass();
    run.committed = null;
    tally.phase('scanning');
    await settleCommits(parts.base, ledger, state, parts.remoteLog, options.signal);
    const sight = await look(parts, options, { ...run, state, view, intents, rootThere: true });
    view = sight.view;
    intents = [];
    if (sight.vetoes.length > 0) {
      refuseVetoed(sight.vetoes, options, state.head?.commit?.generation ?? 0);
      // Approved: nothing is known equal any more. The next pass plans a union, which deletes nothing.
      forgetRemote(ledger);
      await markRoot(run);
      await ledger.save();
      continue;
    }
    if (options.approved && pass === 1) refuseUnapproved(sight, options.approved, parts.store.name);
    noteHead(run, state);
    refresh(ledger, sight.scan);
    await ledger.save();
    await parts.base.setOpenRun(null);
    const pulled = await pullChanges(run, sight, state);
    if (sight.view.damaged.length > 0) {
      // Collected under our hands, then a newer commit is there; else it is damage.
      const now = await parts.register.read(options.signal);
      if (now.head?.commit?.id === state.head?.commit?.id || pass === MAX_PASSES)
        refuseDamaged(sight, parts.store.name);
      state = now;
      continue;
    }
    const pushed = await pushChanges(run, sight, state);
    if ((pulled.again || pushed.again) && pass < MAX_PASSES) {
      state = await parts.register.read(options.signal);
      continue;
    }
    if (options.approved) tally.problems(leftUndone(options.approved, ledger));
    tally.problems(sight.plan.held);
    tally.problems(unknownPaths(sight.scan));
    tally.problems(blockedPaths(sight.scan, sight.view.tree));
    tally.skipped(skippedPaths(sight.scan, ledger.meta.skipped));
    tally.conflicts(sight.plan.conflicts);
    return view;
  }
}

export async function openRun(parts: CycleParts, options: SyncOptions, lease: Lease | null): Promise<Run> {
  const id = parts.ids.uuid();
  const ledger = await openLedger(parts.base, parts.store.name);
  const { head } = ledger.meta;
  if (head && parts.register.known() === null) parts.register.prime(head.text, head.etag);
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

/** An accepted remote: nothing is known equal any more, so what is planned next deletes nothing. */
export function forgetRemote(ledger: Ledger): void {
  ledger.discard();
  ledger.note({ datastoreId: null, epoch: 0, newest: null });
}

/** The highest ever seen is kept at once: a remote that falls below it was rolled back. */
export function noteHead({ ledger, parts }: Run, { head }: RegisterState): void {
  if (head === null) return;
  const { epoch, newest, datastoreId } = ledger.meta;
  const seen = {
    datastoreId: head.datastoreId,
    epoch: Math.max(epoch, head.epoch),
    newest: newerOf(newest, head.commit),
  };
  if (seen.datastoreId === datastoreId && seen.epoch === epoch && seen.newest === newest) return;
  // With the head itself: where it is gone later, the next process must miss it.
  ledger.note({ ...seen, head: parts.register.cached() });
}

const newerOf = (seen: BaseMeta['newest'], found: CommitPointer | null): BaseMeta['newest'] =>
  found !== null && found.generation > (seen?.generation ?? 0) ? { id: found.id, generation: found.generation } : seen;

/** A marked root whose base does not know the mark has lost its base: the next sync asks instead of bringing deleted files back. */
async function markRoot({ files, ledger, parts, options }: Run): Promise<void> {
  if (ledger.meta.rootMark !== null && (await files.marked())) return;
  // Whoever let a pull into another folder has not said that the rest shall be deleted: the next sync asks again. Without a base
  // there is no rest.
  if (ledger.meta.rootMark !== null && ledger.entries.size > 0 && options.direction === 'pull') return;
  const mark = ledger.meta.rootMark ?? parts.ids.uuid();
  ledger.note({ rootMark: mark });
  // Before the mark itself: a marked root whose base does not know it reads as one that has lost its base.
  await ledger.save();
  await files.mark(`${JSON.stringify({ mark, tool: 'datastore-sync', remote: parts.store.name })}\n`);
}

function skippedPaths({ irregular }: Scan, met: readonly string[]): readonly Skipped[] {
  const known = new Set(met);
  return [...irregular].map(([path, reason]) => ({ path, reason, isNew: !known.has(path) }));
}

const RECENT = 10;

async function noteResult(run: Run, report: SyncReport, view: RemoteView): Promise<void> {
  const { parts, ledger, options } = run;
  const { meta } = ledger;
  const state = parts.register.known();
  if (state) noteHead(run, state);
  const commit = run.committed ?? view.commit;
  const kept = commit === null ? meta.kept : keptBy(commit, state);
  const open = [
    ...report.conflicts.map(({ path, reason }) => ({ path, reason, conflict: true })),
    ...report.problems.map(({ path, reason }) => ({ path, reason, conflict: false })),
  ];
  const { conflicts, problems, skipped, ...counts } = report;
  const recent = { ...counts, at: parts.clock.now(), conflicts: conflicts.length, problems: problems.length };
  const did = report.uploaded + report.downloaded + report.deletedLocal + report.deletedRemote + open.length > 0;
  ledger.note({
    open,
    skipped: skipped.map(({ path }) => path),
    kept,
    head: parts.register.cached(),
    lastSyncAt: recent.at,
    recent: did ? [recent, ...meta.recent].slice(0, RECENT) : meta.recent,
    // A push leaves what is new there for later, and an approved part of a plan the rest: only a whole cycle that also pulls has
    // brought all of the commit here.
    ...(options.direction === 'push' || options.approved || commit === null
      ? {}
      : { commit: { id: commit.id, files: commit.stats.files } }),
  });
  await ledger.save();
  const stays = new Set(kept);
  for (const sha256 of meta.kept) if (!stays.has(sha256)) await parts.base.drop(sha256);
}

const keptBy = (commit: Commit, state: RegisterState | null): readonly string[] => [
  ...(state?.head?.commit ? [state.head.commit.sha256] : []),
  ...commit.shards.map(({ sha256 }) => sha256),
];
