import type { ApprovedPlan } from './approved-plan.ts';
import type { Choice } from './plan.ts';
import type { PlannedStep, PlanRecord } from './plan-record.ts';
import { CHANGES_REMOTE, CHANGES_ROOT, kindOfAnswer } from './step-kinds.ts';

type Steps = Pick<PlanRecord, 'basis' | 'steps'>;

/** What of a plan goes one way for these files, and for all below these folders. */
export function planPart(record: Steps, paths: readonly string[], way: 'up' | 'down'): ApprovedPlan {
  const named = new Set(paths);
  const folders = paths.map((path) => `${path}/`);
  const isMeant = (at: string): boolean => named.has(at) || folders.some((folder) => at.startsWith(folder));
  const changes = way === 'up' ? CHANGES_REMOTE : CHANGES_ROOT;
  return partOf(record, ({ path: at, kind }) => isMeant(at) && changes.has(kind));
}

/**
 * What of a plan that was made with these choices carries them out: those that count, for the versions that they name. A conflict
 * that is over may have left a step of its own, which does what nobody has chosen.
 */
export function planChoices(record: Steps, choices: readonly Choice[]): ApprovedPlan {
  const chosen = new Map<string, Choice>(choices.map((choice) => [choice.path, choice]));
  return partOf(record, ({ path, kind, local, remote }) => {
    const choice = chosen.get(path);
    return (
      choice !== undefined &&
      kind === kindOfAnswer(choice.answer, local !== null, remote !== null) &&
      choice.localSha256 === (local?.sha256 ?? null) &&
      choice.remoteSha256 === (remote?.sha256 ?? null)
    );
  });
}

/** Renames come whole: half of one would take a file away from a side and bring it nowhere. */
function partOf({ basis, steps }: Steps, isMeant: (step: PlannedStep) => boolean): ApprovedPlan {
  const meant = new Set(steps.filter(isMeant));
  const halves = new Set([...meant].flatMap(({ movesTo, movedFrom }) => [movesTo, movedFrom]));
  return { basis, steps: steps.filter((step) => meant.has(step) || halves.has(step.path)) };
}
