import type { Plan } from '../../core/plan/plan.ts';
import { type PlannedKind, type PlannedStep, plannedSteps } from '../../core/plan/plan-record.ts';
import { vetoMessage } from '../../core/plan/safety.ts';
import { stepReason } from '../../core/plan/step-reason.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { conflictDocument, conflictRows } from './conflict-text.ts';
import { type Paint, safeText } from './paint.ts';

const VERBS: Readonly<Record<PlannedKind, string>> = {
  upload: 'upload',
  download: 'download',
  'delete-remote': 'delete there',
  'delete-local': 'delete here',
  'keep-both': 'keep both',
};

/** What a sync would do now, one line a path. */
export function planLines(preview: Preview, paint: Paint): string[] {
  const { plan, vetoes, held, generation } = preview;
  const steps = plannedSteps(plan).map(rowOf);
  const at = generation === null ? 'The remote is empty' : `At generation ${generation}`;
  const lines =
    steps.length === 0
      ? [`${at}: nothing would move.`]
      : [`${at}, ${countText(steps.length, 'path')} would move:`, ...steps];
  if (plan.conflicts.length > 0) {
    lines.push('', paint.attention(`${countText(plan.conflicts.length, 'conflict')} would be held back:`));
    lines.push(...conflictRows(plan.conflicts, Number.POSITIVE_INFINITY));
  }
  if (held.length > 0) {
    lines.push('', `${countText(held.length, 'path')} would be left alone:`);
    lines.push(...held.map(({ path, reason }) => `  ${safeText(path)}: ${safeText(reason)}`));
  }
  for (const veto of vetoes) {
    const { message, remedy } = vetoMessage(veto);
    lines.push('', paint.bad(`Stopped for safety: ${safeText(message)}`), safeText(remedy));
  }
  return [...lines, '', 'Nothing was changed (dry run).'];
}

function rowOf(step: PlannedStep): string {
  const { kind, path, reason } = step;
  return `  ${VERBS[kind].padEnd(12)}  ${[safeText(path), sizeOf(step), safeText(reason), noteOf(step)].filter(Boolean).join('  ')}`;
}

const sizeOf = ({ kind, bytes, reuse }: PlannedStep): string =>
  (kind === 'upload' && reuse === undefined) || kind === 'download' ? bytesText(bytes) : '';

function noteOf({ reuse, copyTo }: PlannedStep): string {
  if (reuse !== undefined) return `(same content as ${safeText(reuse)}: nothing is sent)`;
  return copyTo === undefined ? '' : `(mine as ${safeText(copyTo)})`;
}

/** `--json` of `--dry-run`. Sizes in bytes. */
export const planDocument = ({ plan, vetoes, held, generation }: Preview): Record<string, unknown> => ({
  dryRun: true,
  generation,
  steps: stepDocuments(plan),
  conflicts: plan.conflicts.map(conflictDocument),
  held: held.map(({ path, reason }) => ({ path, reason })),
  vetoes: vetoes.map((veto) => ({ ...veto, ...vetoMessage(veto) })),
});

function stepDocuments(plan: Plan): readonly Record<string, unknown>[] {
  const reasons = new Map(plannedSteps(plan).map(({ path, reason }) => [path, reason]));
  return plan.steps.map((step) => ({
    kind: step.kind,
    path: step.path,
    size: step.kind === 'upload' ? (step.local?.stamp.size ?? null) : (step.remote?.size ?? null),
    reason: reasons.get(step.path) ?? stepReason(step),
    ...(step.reuse === undefined ? {} : { reuse: step.reuse.path }),
    ...(step.copyTo === undefined ? {} : { copyTo: step.copyTo }),
  }));
}
