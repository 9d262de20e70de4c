import type { Step, StepKind } from '../../core/plan/plan.ts';
import { vetoMessage } from '../../core/plan/safety.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { conflictDocument, conflictRows } from './conflict-text.ts';
import { type Paint, safeText } from './paint.ts';

const VERBS: Readonly<Record<Exclude<StepKind, 'adopt' | 'forget'>, string>> = {
  upload: 'upload',
  download: 'download',
  'delete-remote': 'delete there',
  'delete-local': 'delete here',
  'keep-both': 'keep both',
};

/** What a sync would do now, one line a path. */
export function planLines(preview: Preview, paint: Paint): string[] {
  const { plan, vetoes, held, generation } = preview;
  const steps = plan.steps.flatMap((step) => rowOf(step) ?? []);
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

function rowOf(step: Step): string[] | null {
  if (step.kind === 'adopt' || step.kind === 'forget') return null;
  return [`  ${VERBS[step.kind].padEnd(12)}  ${safeText(step.path)}${detailOf(step)}`];
}

function detailOf(step: Step): string {
  switch (step.kind) {
    case 'upload':
      if (step.local === null) return '';
      return step.reuse === undefined
        ? `  ${bytesText(step.local.stamp.size)}`
        : `  (same content as ${safeText(step.reuse.path)}: nothing is sent)`;
    case 'download':
      return step.remote === null ? '' : `  ${bytesText(step.remote.size)}`;
    case 'keep-both':
      return step.copyTo === undefined ? '' : `  (mine as ${safeText(step.copyTo)})`;
    case 'delete-remote':
    case 'delete-local':
    case 'adopt':
    case 'forget':
      return '';
  }
}

/** `--json` of `--dry-run`. Sizes in bytes. */
export const planDocument = ({ plan, vetoes, held, generation }: Preview): Record<string, unknown> => ({
  dryRun: true,
  generation,
  steps: plan.steps.map(({ kind, path, local, remote, reuse, copyTo }) => ({
    kind,
    path,
    size: kind === 'upload' ? (local?.stamp.size ?? null) : (remote?.size ?? null),
    ...(reuse === undefined ? {} : { reuse: reuse.path }),
    ...(copyTo === undefined ? {} : { copyTo }),
  })),
  conflicts: plan.conflicts.map(conflictDocument),
  held: held.map(({ path, reason }) => ({ path, reason })),
  vetoes: vetoes.map((veto) => ({ ...veto, ...vetoMessage(veto) })),
});
