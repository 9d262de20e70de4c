import { type Problem, SyncError } from '../../core/errors.ts';
import type { ApprovedPlan } from '../../core/plan/approved-plan.ts';
import type { PlanBasis, PlannedStep } from '../../core/plan/plan-record.ts';
import type { SyncOptions } from '../datastore.ts';
import type { RegisterState } from '../remote/register.ts';
import type { Ledger } from '../state/ledger.ts';
import { policyOf, type Sight } from './sight.ts';

/** Names at most so many paths in a message; all are in its details. */
const NAMED = 10;

/** Throws before anything is changed, unless every approved step stands and none needs one that was left out. */
export function refuseUnapproved({ moved, refused }: Sight, { basis, steps }: ApprovedPlan, remote: string): void {
  if (basis.remote !== remote) {
    throw new SyncError(
      'usage',
      `the plan was made for ${basis.remote}, and this workspace is in step with ${remote}`,
      'Apply it in its own workspace, or make a plan here.',
    );
  }
  if (refused.length > 0) {
    throw new SyncError(
      'usage',
      `not without what was left out:\n${named(refused)}`,
      'Take those in too, or leave these out as well. Nothing was changed.',
      { details: { refused } },
    );
  }
  if (moved.length === 0) return;
  throw new SyncError(
    'moved',
    `${moved.length} of ${steps.length} steps of the plan do not stand any more:\n${named(moved)}`,
    'Nothing was changed. Make a new plan, or apply only what still stands.',
    { details: { moved } },
  );
}

/** Approved steps that moved while others were carried out: left alone. */
export function leftUndone({ steps }: ApprovedPlan, ledger: Ledger): readonly Problem[] {
  return steps
    .filter((step) => (ledger.entries.get(step.path)?.sha256 ?? null) !== becomes(step))
    .map(({ path }) => ({ path, reason: 'it changed while the plan was applied; left alone' }));
}

/** What both sides have once it is done. */
function becomes({ kind, local, remote }: PlannedStep): string | null {
  switch (kind) {
    case 'upload':
      return local?.sha256 ?? null;
    case 'download':
    case 'keep-both':
      return remote?.sha256 ?? null;
    case 'delete-remote':
    case 'delete-local':
      return null;
  }
}

/** What a plan of these options is made against. */
export function basisOf(
  options: SyncOptions,
  at: {
    readonly remote: string;
    readonly state: RegisterState;
    readonly ledger: Ledger;
    readonly conflictSuffix: string;
  },
): PlanBasis {
  const { direction, onConflict, conflictSuffix } = policyOf(options, at.conflictSuffix);
  const { head } = at.state;
  return {
    remote: at.remote,
    datastoreId: head?.datastoreId ?? null,
    commit: head?.commit ? { id: head.commit.id, generation: head.commit.generation } : null,
    base: at.ledger.meta.newest,
    direction,
    onConflict,
    allowMassDelete: options.allowMassDelete ?? false,
    conflictSuffix,
  };
}

const named = (problems: readonly Problem[]): string =>
  [
    ...problems.slice(0, NAMED).map(({ path, reason }) => `  ${path}: ${reason}`),
    ...(problems.length > NAMED ? [`  … and ${problems.length - NAMED} more`] : []),
  ].join('\n');
