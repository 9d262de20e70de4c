import type { Step } from '../../core/plan/plan.ts';
import { stepReason } from '../../core/plan/step-reason.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { directionOf } from '../../core/status/sync-status.ts';
import { inSentence, said, t } from '../l10n.ts';
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
    return t(
      '{0}: neither version is touched until you decide in the Conflicts view.',
      sentence(conflictWords(conflict.reason)),
    );
  const problem = status.problems.find((one) => one.path === path);
  if (problem !== undefined) return t('Held back: {0}.', said(problem.reason));
  const step = status.changes.find((one) => one.path === path);
  if (step !== undefined) return `${sentence(said(stepReason(step)))}: ${outlook(step, status)}`;
  switch (mark) {
    case 'in-step':
      return t('Equal on both sides.');
    case 'in-place':
      return t('This folder is the datastore itself: there is no other side.');
    case 'excluded':
      return t('Left out by `exclude` or `directories` of the configuration: it stays where it is, on both sides.');
    default:
      return t('It has changed since the last look. Refresh to see how.');
  }
}

/** What waits, and for what. */
function outlook(step: Step, { paused, failure, lease }: Pick<SyncStatus, 'paused' | 'failure' | 'lease'>): string {
  const will = directionOf(step.kind) === 'up' ? t('it goes up') : t('it comes down');
  if (failure !== null)
    return t('{0} when this is over: {1}, {2}', will, inSentence(failureTitle(failure.kind)), said(failure.message));
  if (paused) return t('{0} after Resume, or with Sync Now.', will);
  if (lease !== null && lease.ours === 'no' && directionOf(step.kind) === 'up')
    return t('{0} when {1} gives the lock back.', will, lease.record.holder);
  return t('{0} with the next sync.', will);
}

const sentence = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
