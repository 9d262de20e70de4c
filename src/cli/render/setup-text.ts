import { bytesText, countText } from '../../core/quantities.ts';
import type { SetupReport } from '../../engine/setup/setup.ts';
import { goesOnText, setupFailureOf } from '../../engine/setup/setup-failure.ts';
import { RESOLVE_HINT } from './conflict-text.ts';
import { type Paint, safeText } from './paint.ts';

/** The result of a set-up; what was done on the way was told. */
export function setupLines(report: SetupReport, paint: Paint): string[] {
  const { steps, conflicts, problems, notes, stopped } = report;
  const lines = report.dryRun
    ? ['This would be done:', ...steps.map(({ text }, index) => `${index + 1}. ${safeText(text)}`)]
    : [];
  for (const path of conflicts) lines.push(`${paint.bad('conflict')}  ${safeText(path)}`);
  for (const { path, reason } of problems)
    lines.push(`${paint.bad('problem')}  ${safeText(path)}: ${safeText(reason)}`);
  if (conflicts.length > 0 && stopped === null && !report.dryRun) lines.push(RESOLVE_HINT);
  lines.push(...notes.map(safeText));
  const stop = report.dryRun ? 'It would stop' : 'Nothing was configured';
  if (stopped !== null) lines.push(`${stop}: ${safeText(stopped.message)}. ${safeText(stopped.remedy)}`);
  else if (!report.dryRun)
    lines.push(
      report.files === 0 ? 'Set up.' : `Set up: ${countText(report.files, 'file')}, ${bytesText(report.bytes)}.`,
    );
  return lines;
}

/** What a set-up that failed has to say beside its error. */
export function setupFailureLines(error: unknown): string[] {
  const failure = setupFailureOf(error);
  if (failure === null) return [];
  const { reached, left, isConfigured, isStopped } = failure;
  if (reached === null && left.length === 0 && !isConfigured) return ['Nothing was changed.'];
  return [
    ...(reached === null ? [] : [`It came to ${reached}.`]),
    ...left.map((what) => `Left behind, for the next run: ${safeText(what)}.`),
    ...(isStopped ? [] : [goesOnText(isConfigured)]),
  ];
}
