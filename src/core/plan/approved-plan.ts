import type { Problem } from '../errors.ts';
import { holdColliding } from './hold-colliding.ts';
import type { Plan, PlanInput, Step } from './plan.ts';
import type { PlanBasis, PlannedStep } from './plan-record.ts';

/** What a person has approved of a plan: these steps and no others. */
export interface ApprovedPlan {
  readonly basis: PlanBasis;
  readonly steps: readonly PlannedStep[];
}

export interface Restricted {
  /** The approved steps, as far as they still stand, and what only the base learns. */
  readonly plan: Plan;
  /** Approved steps that no longer are what a sync would do, and why. */
  readonly moved: readonly Problem[];
  /** Approved steps that cannot be done without one that was left out, and why. */
  readonly refused: readonly Problem[];
}

/**
 * Leaves of a plan what was approved. A step stands as long as the same would be done to the same contents; what else has
 * happened on either side does not matter.
 */
export function restrictPlan(input: PlanInput, plan: Plan, approved: ApprovedPlan): Restricted {
  const standing = new Set(plan.steps.map(nameOf));
  const wanted = new Set([...approved.steps, ...copiesOf(approved)].map(nameOf));
  const isWanted = (step: Step): boolean => wanted.has(nameOf(step));
  const leftOut = plan.steps.filter((step) => !isBookkeeping(step) && !isWanted(step));
  const steps = plan.steps.filter((step) => isBookkeeping(step) || isWanted(step));
  return {
    plan: { ...plan, steps },
    moved: approved.steps
      .filter((step) => !standing.has(nameOf(step)))
      .map((step) => ({ path: step.path, reason: whyMoved(input, plan, step) })),
    refused: [...halves(approved), ...withoutRoom(input, plan, leftOut)],
  };
}

/** The uploads of what `keep-both` keeps: they come to light when that is done, and were shown with it. */
const copiesOf = ({ steps }: ApprovedPlan): readonly Named[] =>
  steps.flatMap(({ copyTo, local }) =>
    copyTo === undefined ? [] : [{ kind: 'upload', path: copyTo, local, remote: null }],
  );

/** Adopting and forgetting change neither side: they go along with whatever is approved. */
const isBookkeeping = ({ kind }: Step): boolean => kind === 'adopt' || kind === 'forget';

type Named = Pick<Step | PlannedStep, 'kind' | 'path' | 'copyTo'> & {
  readonly [side in 'local' | 'remote']: { readonly sha256: string } | null;
};

/** A step by what it does, to which contents. */
const nameOf = ({ kind, path, local, remote, copyTo }: Named): string =>
  JSON.stringify([kind, path, local?.sha256 ?? null, remote?.sha256 ?? null, copyTo ?? null]);

function whyMoved({ local, remote }: PlanInput, plan: Plan, { path, local: here, remote: there }: PlannedStep): string {
  if ((local.files.get(path)?.sha256 ?? null) !== (here?.sha256 ?? null)) return 'it changed here since';
  if ((remote.get(path)?.sha256 ?? null) !== (there?.sha256 ?? null)) return 'it changed there since';
  const held = plan.held.find((one) => one.path === path);
  if (held !== undefined) return held.reason;
  return plan.conflicts.some((conflict) => conflict.path === path)
    ? 'it is a conflict now'
    : 'a sync would not do this any more';
}

/** Half a rename would take a file away from that side, and bring it nowhere. */
function halves({ steps }: ApprovedPlan): readonly Problem[] {
  const paths = new Set<string>(steps.map(({ path }) => path));
  return steps.flatMap(({ path, movesTo }) =>
    movesTo === undefined || paths.has(movesTo)
      ? []
      : [{ path, reason: `it is renamed to "${movesTo}", which is left out` }],
  );
}

/** What stands in the way because its own step is left out. */
function withoutRoom(input: PlanInput, plan: Plan, leftOut: readonly Step[]): readonly Problem[] {
  if (leftOut.length === 0) return [];
  const out = new Set<string>(leftOut.map(({ path }) => path));
  const { held } = holdColliding(input, plan.steps, new Map(leftOut.map((step) => [step, 'it is left out'])));
  return held
    .filter(({ path }) => !out.has(path))
    .map(({ path, reason }) => ({ path, reason: reason.replace(/, which is held$/, ', which is left out') }));
}
