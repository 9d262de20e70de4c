import { type Problem, SyncError } from '../../core/errors.ts';
import { compareByUtf8, type SyncPath } from '../../core/paths/sync-path.ts';
import { restrictPlan } from '../../core/plan/approved-plan.ts';
import { type Held, makePlan, type Plan, type PlanInput, type PlanPolicy } from '../../core/plan/plan.ts';
import { isIdentityVeto, type Veto, vet } from '../../core/plan/safety.ts';
import { VetoError } from '../../core/plan/veto-error.ts';
import { all } from '../all.ts';
import { breathing } from '../breath.ts';
import type { SyncOptions } from '../datastore.ts';
import type { ApplyIntent, LocalFiles } from '../ports.ts';
import type { RegisterState } from '../remote/register.ts';
import { EMPTY_VIEW, type RemoteView } from '../remote/remote-log.ts';
import { hasExcluded, setAside, takeBack } from '../root/excluded-base.ts';
import { emptyScan, type Scan, scanRoot } from '../root/scan.ts';
import type { Ledger } from '../state/ledger.ts';
import { candidatePaths, candidatesHere } from './candidates.ts';
import type { CycleParts } from './run.ts';
import { factsOf, isOther } from './safety-facts.ts';
import { settleIntents } from './settle.ts';

/** Both sides at one moment, what is to be done about them, and what forbids it. */
export interface Sight {
  readonly view: RemoteView;
  readonly scan: Scan;
  readonly plan: Plan;
  readonly vetoes: readonly Veto[];
  /** Of the steps that were approved: those that do not stand any more, and those that need one that was left out. */
  readonly moved: readonly Problem[];
  readonly refused: readonly Problem[];
}

export interface Looking {
  readonly files: LocalFiles;
  readonly ledger: Ledger;
  readonly state: RegisterState;
  /** An earlier view: used again when the commit is the same. */
  readonly view: RemoteView;
  readonly conflictSuffix: string;
  /** Of a run that died: what of it stands on disk is base. */
  readonly intents: readonly ApplyIntent[];
  /** False: there is no root yet, and it reads as empty. */
  readonly rootThere: boolean;
  /** As for `scanRoot`. */
  readonly keep: number;
  readonly mayRecall?: boolean;
  readonly seen?: Scan;
}

const EMPTY_PLAN: Plan = { steps: [], conflicts: [], held: [] };

/** Scans the root, reads the commit, plans and vets. Changes nothing on either side. */
export async function look(parts: CycleParts, options: SyncOptions, from: Looking): Promise<Sight> {
  const { files, ledger, state } = from;
  const breathe = breathing(parts.clock, options.signal);
  const { approved } = options;
  const scanning = from.rootThere
    ? scanRoot(files, ledger.entries, parts.skip, parts.codec, {
        signal: options.signal,
        breathe,
        keep: from.keep,
        mayRecall: from.mayRecall ?? false,
        seen: from.seen,
      })
    : Promise.resolve(emptyScan(parts.skip, ledger.entries));
  const reading = () => viewOf(parts, state, from.view, options.signal);
  // What is needed whatever the root holds comes while that is looked at.
  const isNeeded = approved !== undefined || !isKnown(ledger, state);
  const [scan, early] = await both(scanning, isNeeded ? reading() : null);
  settleIntents(ledger, from.intents, scan);
  const isLeftOut = (path: SyncPath): boolean => scan.isExcluded(path) || parts.withheld(path) !== null;
  const withheld = await parts.names.withheld(ledger.entries, breathe);
  await setAside(ledger, [...withheld, ...scan.candidates], isLeftOut, breathe);
  if (early === null && nothingMoved(ledger, scan))
    return { view: EMPTY_VIEW, scan, plan: EMPTY_PLAN, vetoes: [], moved: [], refused: [] };
  const view = early ?? (await reading());
  takeBack(ledger, scan, view.tree, isLeftOut);
  const input: PlanInput = {
    base: ledger.entries,
    local: scan,
    remote: view.tree,
    refused: [...view.refused, ...damagedPaths(view, ledger, scan)],
    busy: options.busyPaths,
    withheld: parts.withheld,
    ...candidatePaths(parts, ledger.entries, scan, view),
    policy: policyOf(options, from.conflictSuffix),
  };
  const whole = makePlan(input);
  const { plan, moved, refused } = approved
    ? restrictPlan(input, whole, approved)
    : { plan: whole, moved: [], refused: [] };
  const facts = await factsOf(parts, options, {
    files,
    ledger,
    state,
    scan,
    view,
    plan,
    candidates: candidatesHere(ledger.entries, scan),
  });
  const vetoes = vet(facts);
  return { view, scan, plan, vetoes, moved, refused };
}

/**
 * Whether what is remembered of the root is not enough: what would be taken away elsewhere, is reported, or stops a person has to be there
 * now. All else is compared with the disk before it is sent or replaced.
 */
export const wantsWholeLook = ({ scan, plan, vetoes }: Sight): boolean =>
  !scan.isWhole &&
  (vetoes.length + plan.held.length + plan.conflicts.length > 0 ||
    scan.unknown.size > scan.irregular.size ||
    plan.steps.some(({ kind }) => kind === 'delete-remote' || kind === 'forget'));

/** Neither is under way any more when one has failed. */
async function both<A, B>(one: Promise<A>, other: Promise<B> | null): Promise<readonly [A, B | null]> {
  await all<unknown>([one, other]);
  return [await one, await other];
}

/** The vetoes that stand: those about the remote's identity fall when exactly this generation was accepted. */
export function standing(vetoes: readonly Veto[], options: SyncOptions, generation: number): readonly Veto[] {
  return vetoes.filter((veto) => !isIdentityVeto(veto) || options.acceptRemote !== generation);
}

/** Throws SyncError('veto') unless all vetoes are about the remote's identity and exactly this generation was accepted. */
export function refuseVetoed(vetoes: readonly Veto[], options: SyncOptions, generation: number): void {
  const refused = standing(vetoes, options, generation);
  if (refused.length > 0) throw new VetoError(refused);
}

/**
 * Throws SyncError('corrupt') when a part of the index cannot be read: what it names is unknown, so nothing is in step, and the
 * next commit could not carry its entries on.
 */
export function refuseDamaged({ view }: Sight, name: string): void {
  const damage = view.damaged[0];
  if (!damage) return;
  throw new SyncError(
    'corrupt',
    `${name}: ${damage.reason}`,
    'Readable files were brought here; nothing was written. Restore the object (bucket versioning keeps it).',
  );
}

/** Whether the commit is the one that the base is in step with, so that only the root can have moved. */
function isKnown({ meta }: Ledger, { head }: RegisterState): boolean {
  const { commit, open, datastoreId, epoch } = meta;
  if (!head?.commit || head.commit.id !== commit?.id || open.length > 0) return false;
  return head.datastoreId === datastoreId && head.epoch >= epoch;
}

/** Of a commit that is known. */
function nothingMoved(ledger: Ledger, scan: Scan): boolean {
  // Fewer than the commit names: some were left out, and may not be any more.
  if (ledger.meta.commit?.files !== ledger.entries.size || hasExcluded(ledger)) return false;
  if (scan.unknown.size > scan.irregular.size || scan.files.size !== ledger.entries.size) return false;
  // As many as the base has, and each with the hash it has there: what was noted of the base since can only agree with it.
  for (const path of scan.candidates) if (isOther(ledger, scan, path)) return false;
  return true;
}

async function viewOf(
  parts: CycleParts,
  state: RegisterState,
  earlier: RemoteView,
  signal?: AbortSignal,
): Promise<RemoteView> {
  const pointer = state.head?.commit ?? null;
  if (pointer === null) return EMPTY_VIEW;
  return pointer.id === earlier.pointer?.id ? earlier : parts.remoteLog.view(pointer, signal);
}

/** Nothing may be concluded of a path whose shard cannot be read. */
export function damagedPaths(view: RemoteView, ledger: Ledger, scan: Scan): readonly Held[] {
  if (view.damaged.length === 0) return [];
  const paths = new Set<SyncPath>([...ledger.entries.keys(), ...scan.files.keys()]);
  return view.damaged.flatMap(({ first, last, reason }) =>
    [...paths]
      .filter((path) => compareByUtf8(first, path) <= 0 && compareByUtf8(path, last) <= 0)
      .map((path) => ({ path, reason })),
  );
}

export function policyOf(options: SyncOptions, conflictSuffix: string): PlanPolicy {
  const { direction = 'both', onConflict = 'hold', choices = [], approved } = options;
  return approved ? { ...approved.basis, choices } : { direction, onConflict, choices, conflictSuffix };
}
