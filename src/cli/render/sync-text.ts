import type { Problem } from '../../core/errors.ts';
import { bytesText, countText, durationText } from '../../core/quantities.ts';
import type { Skipped, SyncReport } from '../../core/status/sync-report.ts';
import { conflictDocument, conflictRows, RESOLVE_HINT } from './conflict-text.ts';
import { type Paint, safeText } from './paint.ts';

/** What a cycle did, in a few lines: the outcome, then what needs a person. */
export function syncLines(report: SyncReport, paint: Paint): string[] {
  const { conflicts, problems } = report;
  const lines = [headline(report, paint)];
  if (conflicts.length > 0) {
    const are = conflicts.length === 1 ? 'is held back, both versions are' : 'are held back, all versions are';
    lines.push('', paint.attention(`${countText(conflicts.length, 'conflict')} ${are} untouched:`));
    lines.push(...conflictRows(conflicts, 20), RESOLVE_HINT);
  }
  if (problems.length > 0) lines.push('', ...problemLines(problems, paint));
  // A link that was there the last time too is no news.
  const fresh = report.skipped.filter(({ isNew }) => isNew);
  if (fresh.length > 0) lines.push('', ...skippedLines(fresh));
  return lines;
}

/** What a cycle on a folder used in place comes to. */
export const inPlaceLine = (path: string): string =>
  `Nothing to transfer: the datastore is the folder ${safeText(path)}, used in place.`;

function skippedLines(skipped: readonly Skipped[]): string[] {
  const rows = skipped.slice(0, 20).map(({ path, reason }) => `  ${safeText(path)}: ${safeText(reason)}`);
  const more = skipped.length > 20 ? [`  … and ${skipped.length - 20} more (all with --json)`] : [];
  return [`${countText(skipped.length, 'path')} left out, for only regular files are shared:`, ...rows, ...more];
}

export function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  const rows = problems.slice(0, 20).map(({ path, reason }) => `  ${safeText(path)}: ${safeText(reason)}`);
  const more = problems.length > 20 ? [`  … and ${problems.length - 20} more (all with --json)`] : [];
  return [paint.bad(`${countText(problems.length, 'path')} could not be synced:`), ...rows, ...more];
}

function headline(report: SyncReport, paint: Paint): string {
  const { generation, ms } = report;
  const moved = movements(report);
  const at = generation === null ? 'the remote is empty' : `generation ${generation}`;
  if (moved.length > 0) return `${paint.good('Synced')} (${at}) in ${durationText(ms)}: ${moved.join(', ')}.`;
  const clean = report.conflicts.length === 0 && report.problems.length === 0;
  return clean ? `${paint.good('In step')} (${at}): nothing to do.` : `Nothing moved (${at}).`;
}

function movements(report: SyncReport): string[] {
  const { uploaded, downloaded, deletedRemote, deletedLocal, adopted, bytesUp, bytesDown } = report;
  const parts: string[] = [];
  if (uploaded > 0) parts.push(`${countText(uploaded, 'file')} up (${bytesText(bytesUp)} sent)`);
  if (downloaded > 0) parts.push(`${countText(downloaded, 'file')} down (${bytesText(bytesDown)} received)`);
  if (deletedRemote > 0) parts.push(`${deletedRemote} deleted there`);
  if (deletedLocal > 0) parts.push(`${deletedLocal} deleted here`);
  if (adopted > 0) parts.push(`${adopted} found equal`);
  return parts;
}

/** `--json` of a cycle: the report, with conflicts and problems spelled out. */
export function syncDocument(report: SyncReport): Record<string, unknown> {
  const { generation, uploaded, downloaded, deletedLocal, deletedRemote, adopted, bytesUp, bytesDown, requests, ms } =
    report;
  return {
    generation,
    uploaded,
    downloaded,
    deletedLocal,
    deletedRemote,
    adopted,
    conflicts: report.conflicts.map(conflictDocument),
    problems: report.problems.map(({ path, reason }) => ({ path, reason })),
    skipped: report.skipped.map(({ path, reason }) => ({ path, reason })),
    bytesUp,
    bytesDown,
    requests,
    ms,
  };
}
