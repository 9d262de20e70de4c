import type { BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { makePlan } from '../../core/plan/plan.ts';
import type { Veto } from '../../core/plan/safety.ts';
import { vet } from '../../core/plan/safety.ts';
import { asTrusted, judgeDrift, pendingCounts, rottenPaths, type VerifyFacts } from '../../core/verify/verify-judge.ts';
import type { Drift, VerifyReport } from '../../core/verify/verify-report.ts';
import { blockedPaths, unknownPaths } from '../cycle/left-alone.ts';
import { type CycleParts, type Run, withRun } from '../cycle/run.ts';
import { factsOf } from '../cycle/safety-facts.ts';
import { settleCommits, settleIntents, sweepStaging } from '../cycle/settle.ts';
import { damagedPaths } from '../cycle/sight.ts';
import { requireEmpty } from '../cycle/writing.ts';
import type { VerifyOptions } from '../datastore.ts';
import type { Lease } from '../lease/lease.ts';
import type { RegisterState } from '../remote/register.ts';
import { emptyScan, isUnchanged, type Scan, scanRoot } from '../root/scan.ts';
import { checkContents } from './verify-contents.ts';
import { type FoundRecords, readRecords } from './verify-records.ts';
import { repairDrift } from './verify-repair.ts';

/** Both sides read to the last byte, at one commit. */
export interface Examined extends FoundRecords {
  readonly state: RegisterState;
  readonly scan: Scan;
  readonly bad: VerifyFacts['bad'];
  readonly drift: readonly Drift[];
  /** What a sync would do. */
  readonly plan: Plan;
  readonly vetoes: readonly Veto[];
}

const NO_BASE: BaseTree = new Map();
/** Looks at a remote that moves while it is read, before what is missing counts as damage. */
const LOOKS = 3;

/**
 * Reads every committed content and every file of the root, whatever their stamps say, and compares both with index and base.
 * Changes neither side, unless `repair` is set. The caller holds the root's guard, if there is a root.
 */
export async function verifyDatastore(
  parts: CycleParts,
  options: VerifyOptions,
  rootThere: boolean,
  held: Lease | null,
): Promise<VerifyReport> {
  const { clock, store } = parts;
  const startedAt = clock.monotonic();
  const before = { ...store.traffic };
  return withRun(parts, options, held, async (run) => {
    run.tally.phase('connecting');
    const state = await parts.register.read(options.signal);
    if (state.head === null) await requireEmpty(store, options.signal);
    const how = { rootThere, settles: options.repair === true };
    const found = await examine(run, state, how);
    const outcome = options.repair
      ? await repairDrift(run, found, (now) => examine(run, now, how))
      : { found, left: found.drift, repaired: [] };
    run.tally.phase('done');
    const left = new Set(outcome.left.map(({ path }) => path));
    return {
      ...countsOf(outcome.found),
      generation: parts.register.known()?.head?.commit?.generation ?? null,
      drift: outcome.left,
      repaired: outcome.repaired,
      notices: run.tally.problemsSoFar().filter(({ path }) => !left.has(path)),
      requests: store.traffic.requests - before.requests,
      bytesUp: store.traffic.bytesUp - before.bytesUp,
      bytesDown: store.traffic.bytesDown - before.bytesDown,
      ms: Math.round(clock.monotonic() - startedAt),
    };
  });
}

/** `settles`: what a run that died has left is put in order first, as before every cycle, for a repair begins a run of its own. */
async function examine(
  run: Run,
  state: RegisterState,
  { rootThere, settles }: { readonly rootThere: boolean; readonly settles: boolean },
): Promise<Examined> {
  const { parts, options, ledger } = run;
  const intents = rootThere && settles ? await sweep(run) : [];
  await settleCommits(parts.base, ledger, state, parts.remoteLog, options.signal);
  run.tally.phase('scanning');
  const scan = rootThere
    ? await scanRoot(run.files, NO_BASE, parts.skip, parts.codec, { signal: options.signal, onFile: run.tally.file })
    : emptyScan(parts.skip, NO_BASE);
  settleIntents(ledger, intents, scan);
  await ledger.save();
  if (settles) await parts.base.setOpenRun(null);
  const { at, read, bad } = await readRemote(run, state);
  const unchanged = unchangedPaths(run, scan);
  const facts = { remote: read.view.tree, bad, refused: read.view.refused, records: read.records };
  const drift = judgeDrift({ ...facts, base: ledger.entries, local: scan, unchanged });
  const trusted = asTrusted(scan, ledger.entries, rottenPaths({ unchanged, local: scan, base: ledger.entries }));
  const plan = makePlan({
    base: ledger.entries,
    local: trusted,
    remote: read.view.tree,
    refused: [...read.view.refused, ...damagedPaths(read.view, ledger, scan)],
    withheld: parts.withheld,
    policy: { direction: 'both', onConflict: 'hold', choices: [], conflictSuffix: run.conflictSuffix },
  });
  const isReadable = read.view.commit !== null || at.head?.commit == null;
  // Of a commit that nobody here can read, nothing follows for any path.
  const safe = isReadable ? plan : { steps: [], conflicts: [], held: [] };
  const sight = { files: run.files, ledger, state: at, scan, view: read.view, plan: safe };
  const vetoes = isReadable ? vet(await factsOf(parts, options, sight)) : [];
  // A base that misses what a sync would do would call the two sides in step.
  if (plan.steps.length > 0 && ledger.meta.commit !== null) ledger.note({ commit: null });
  const named = new Set(drift.map(({ path }) => path));
  const held = [...safe.held, ...unknownPaths(scan), ...blockedPaths(scan, read.view.tree)];
  return {
    ...read,
    state: at,
    scan,
    bad,
    drift,
    plan: { ...safe, held: held.filter(({ path }) => !named.has(path)) },
    vetoes,
  };
}

async function sweep(run: Run) {
  const swept = await sweepStaging(run);
  run.tally.notices(swept.problems);
  return swept.intents;
}

/** Records and contents of one commit. What is missing is damage only while that commit stands: else it was collected under our hands. */
async function readRemote(run: Run, first: RegisterState) {
  const { parts, options, tally } = run;
  for (let at = first, look = 1; ; look += 1) {
    const pointer = at.head?.commit ?? null;
    const read = await readRecords(parts, pointer, options.signal);
    tally.phase('verifying', read.view.tree.size, bytesOf(read));
    const bad = await checkContents(parts, read.view.tree, {
      signal: options.signal,
      onBytes: tally.bytes,
      onFile: tally.file,
    });
    if (bad.size === 0 && read.records.length === 0) return { at, read, bad };
    const now = await parts.register.read(options.signal);
    if (now.head?.commit?.id === pointer?.id || look === LOOKS) return { at, read, bad };
    at = now;
  }
}

/** Files whose stamp is the base's: a sync would not read them. */
function unchangedPaths({ ledger }: Run, scan: Scan): ReadonlySet<SyncPath> {
  const paths = new Set<SyncPath>();
  for (const [path, { stamp }] of scan.files) {
    const known = ledger.entries.get(path);
    if (known && isUnchanged(known, stamp)) paths.add(path);
  }
  return paths;
}

function countsOf({ view, scan, bad, plan, vetoes }: Examined) {
  const checked = [...view.tree.values()].filter(({ path }) => bad.get(path)?.kind !== 'unreadable');
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    remoteFiles: checked.length,
    remoteBytes: sum(checked.map(({ size }) => size)),
    localFiles: scan.files.size,
    localBytes: sum([...scan.files.values()].map(({ stamp }) => stamp.size)),
    pending: pendingCounts(plan),
    vetoes,
  };
}

const bytesOf = ({ view }: FoundRecords): number => [...view.tree.values()].reduce((sum, { size }) => sum + size, 0);
