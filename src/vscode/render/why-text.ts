import type { Step } from '../../core/plan/plan.ts';
import { stepReason } from '../../core/plan/step-reason.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { directionOf } from '../../core/status/sync-status.ts';
import { conflictWords } from './change-look.ts';
import type { Mark } from './contents-index.ts';
import { failureTitle } from './failure-title.ts';

/** Why a file is not in step, and what will bring it there: in a sentence or two. */
export function whyText(
  path: string,
  mark: Mark,
  status: Pick<SyncStatus, 'changes' | 'conflicts' | 'problems' | 'paused' | 'failure' | 'lease'>,
): string {
  const conflict = status.conflicts.find((one) => one.path === path);
  if (conflict !== undefined)
    return `${sentence(conflictWords(conflict.reason))}: neither version is touched until you decide in the Conflicts view.`;
  const problem = status.problems.find((one) => one.path === path);
  if (problem !== undefined) return `Held back: ${problem.reason}.`;
  const step = status.changes.find((one) => one.path === path);
  if (step !== undefined) return `${sentence(stepReason(step))}: ${outlook(step, status)}`;
  switch (mark) {
    case 'in-step':
      return 'Equal on both sides.';
    case 'in-place':
      return 'This folder is the datastore itself: there is no other side.';
    case 'excluded':
      return 'Left out by `exclude` or `directories` of the configuration: it stays where it is, on both sides.';
    default:
      return 'It has changed since the last look. Refresh to see how.';
  }
}

/** What waits, and for what. */
function outlook(step: Step, { paused, failure, lease }: Pick<SyncStatus, 'paused' | 'failure' | 'lease'>): string {
  const will = directionOf(step.kind) === 'up' ? 'it goes up' : 'it comes down';
  if (failure !== null)
    return `${will} when this is over: ${failureTitle(failure.kind).toLowerCase()}, ${failure.message}`;
  if (paused) return `${will} after Resume, or with Sync Now.`;
  if (lease !== null && lease.ours === 'no' && directionOf(step.kind) === 'up')
    return `${will} when ${lease.record.holder} gives the lock back.`;
  return `${will} with the next sync.`;
}

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
