import type { ApprovedPlan } from './approved-plan.ts';
import type { PlanRecord } from './plan-record.ts';
import { CHANGES_REMOTE, CHANGES_ROOT } from './step-kinds.ts';

/**
 * What of a plan goes one way for a file, or for all below a folder. Renames come whole: half of one would take a file away from
 * a side and bring it nowhere.
 */
export function planPart({ basis, steps }: PlanRecord, path: string, way: 'up' | 'down'): ApprovedPlan {
  const isMeant = (at: string): boolean => at === path || at.startsWith(`${path}/`);
  const changes = way === 'up' ? CHANGES_REMOTE : CHANGES_ROOT;
  const meant = steps.filter(({ path: at, kind }) => isMeant(at) && changes.has(kind));
  const halves = new Set(meant.flatMap(({ movesTo, movedFrom }) => [movesTo, movedFrom]));
  return { basis, steps: steps.filter((step) => meant.includes(step) || halves.has(step.path)) };
}
