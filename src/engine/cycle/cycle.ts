import type { Skipped, SyncReport } from '../../core/status/sync-report.ts';
import type { SyncOptions } from '../datastore.ts';
import type { Lease } from '../lease/lease.ts';
import type { RegisterState } from '../remote/register.ts';
import { EMPTY_VIEW, type RemoteView } from '../remote/remote-log.ts';
import { refresh } from '../root/excluded-base.ts';
import { requireRoot } from '../root/root.ts';
import type { Scan } from '../root/scan.ts';
import { leftUndone, refuseUnapproved } from './approval.ts';
import { forgetRemote, markRoot, noteDone, noteHead, noteResult } from './cycle-notes.ts';
import { type Beginning, beginFrom } from './last-seen.ts';
import { blockedPaths, unknownPaths } from './left-alone.ts';
import { pullChanges } from './pull-changes.ts';
import { hasToPush, pushChanges } from './push-changes.ts';
import { type CycleParts, openPrimed, type Run, withRun } from './run.ts';
import { forgetCommits, settleCommits, sweepStaging } from './settle.ts';
import { type Looking, look, refuseDamaged, refuseVetoed, type Sight, wantsWholeLook } from './sight.ts';
import { requireEmpty } from './writing.ts';

/** Passes of plan and transfer before what keeps moving is reported instead. */
const MAX_PASSES = 8;

/** Whether the root is there; false: it may be made, because the remote has what to fill it with. Comes before the guard, which lies in the root. */
export async function findRoot(
  parts: CycleParts,
  options: SyncOptions,
): Promise<{ readonly isThere: boolean; create(): Promise<void> }> {
  const files = parts.openFiles(parts.ids.uuid());
  const create = () => files.create();
  if ((await files.state()).kind === 'folder') return { isThere: true, create };
  const ledger = await openPrimed(parts);
  const { head } = await parts.register.read(options.signal);
  return { isThere: await requireRoot(files, ledger, head, options.direction ?? 'both'), create };
}

/** A whole cycle. The caller holds the root's guard; `held` is a lease that is ours already. */
export async function runCycle(parts: CycleParts, options: SyncOptions, held: Lease | null): Promise<SyncReport> {
  const { clock, store } = parts;
  const startedAt = clock.monotonic();
  const before = { ...store.traffic };
  return withRun(parts, options, held, async (run) => {
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
    }
  });
}

async function runPasses(run: Run): Promise<RemoteView> {
  const { parts, options, tally } = run;
  tally.phase('connecting');
  let { state, stood } = await beginFrom(run);
  const swept = await sweepStaging(run);
  tally.notices(swept.problems);
  // What pushes looks before it writes; what only pulls shall not call a foreign prefix in step.
  if (state.head === null && options.direction === 'pull') await requireEmpty(parts.store, options.signal);
  let view = EMPTY_VIEW;
  let intents = swept.intents;
  for (let pass = 1; ; pass += 1) {
    const ended = await runPass(run, { state, stood, view, intents, pass });
    if (ended.again === null) return ended.view;
    state = ended.again;
    stood = 'now';
    view = ended.view;
    intents = [];
  }
}

interface PassStart extends Beginning, Pick<Looking, 'view' | 'intents'> {
  /** From 1. */
  readonly pass: number;
}

/** Looks, pulls and pushes once. `again`: something moved meanwhile, and this is the register to plan on anew. */
async function runPass(
  run: Run,
  { state, stood, view, intents, pass }: PassStart,
): Promise<{ readonly view: RemoteView; readonly again: RegisterState | null }> {
  const { parts, options, ledger, tally } = run;
  tally.beginPass();
  run.committed = null;
  tally.phase('scanning');
  await settleCommits(parts.base, ledger, state, parts.remoteLog, options.signal);
  const keep = options.direction === 'pull' ? 0 : parts.packs.keptBytes;
  const looking = { ...run, state, view, intents, rootThere: true, keep };
  // What moved meanwhile was not told, and what a run left that died was told to nobody.
  const isTold = options.fromLastSeen === true && pass === 1 && intents.length === 0 && ledger.meta.open.length === 0;
  // And a root without its mark gets a new one at the end: whether it is otherwise has to be seen before that.
  const mayRecall = isTold && (await run.files.mark()) === ledger.meta.rootMark;
  const first = await look(parts, options, { ...looking, mayRecall });
  const sight = wantsWholeLook(first)
    ? await look(parts, options, { ...looking, view: first.view, seen: first.scan })
    : first;
  const planAgain = (on: RegisterState) => ({ view: sight.view, again: on });
  if (sight.vetoes.length > 0) {
    // What stops a person has to be true now.
    if (stood !== 'now') return planAgain(await parts.register.read(options.signal));
    refuseVetoed(sight.vetoes, options, state.head?.commit?.generation ?? 0);
    // Approved: nothing is known equal any more. The next pass plans a union, which deletes nothing.
    forgetRemote(ledger);
    await markRoot(run);
    await ledger.save();
    await forgetCommits(parts.base, state);
    return planAgain(state);
  }
  if (options.approved && pass === 1) refuseUnapproved(sight, options.approved, parts.store.name);
  noteHead(run, state);
  refresh(ledger, sight.scan);
  await ledger.save();
  await parts.base.setOpenRun(null);
  const pulled = await pullChanges(run, sight, state);
  // What follows may fail, and say nothing of what has come; where nothing follows, it is noted with the result.
  if (sight.view.damaged.length > 0 || hasToPush(sight)) await noteDone(run);
  if (sight.view.damaged.length > 0) {
    // Collected under our hands, then a newer commit is there; else it is damage.
    const now = await parts.register.read(options.signal);
    if (now.head?.commit?.id === state.head?.commit?.id || pass === MAX_PASSES) refuseDamaged(sight, parts.store.name);
    return planAgain(now);
  }
  const pushed = await pushChanges(run, sight, state);
  if ((pulled.again || pushed.again) && pass < MAX_PASSES) {
    await noteDone(run);
    return planAgain(await parts.register.read(options.signal));
  }
  if (stood === 'lately' && run.committed === null) {
    await noteDone(run);
    const now = await parts.register.read(options.signal);
    if (now.etag !== state.etag) return planAgain(now);
  }
  tellWhatIsLeft(run, sight);
  return { view: sight.view, again: null };
}

function tellWhatIsLeft({ options, ledger, tally }: Run, { plan, scan, view }: Sight): void {
  if (options.approved) tally.problems(leftUndone(options.approved, ledger));
  tally.problems(plan.held);
  tally.problems(unknownPaths(scan));
  tally.problems(blockedPaths(scan, view.tree));
  tally.skipped(skippedPaths(scan, ledger.meta.skipped));
  tally.conflicts(plan.conflicts);
}

function skippedPaths({ irregular }: Scan, met: readonly string[]): readonly Skipped[] {
  const known = new Set(met);
  return [...irregular].map(([path, reason]) => ({ path, reason, isNew: !known.has(path) }));
}
