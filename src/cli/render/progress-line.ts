import { bytesText, countText, durationText } from '../../core/quantities.ts';
import { timeLeft } from '../../core/status/rate.ts';
import type { Phase, Progress } from '../../core/status/sync-report.ts';
import { safeText } from './paint.ts';

const NAMES: Readonly<Record<Phase, string>> = {
  connecting: 'Connecting',
  waiting: 'Waiting',
  scanning: 'Scanning',
  planning: 'Planning',
  verifying: 'Verifying',
  copying: 'Copying',
  downloading: 'Downloading',
  uploading: 'Uploading',
  committing: 'Committing',
  collecting: 'Collecting',
  done: 'Done',
};

const BAR = 16;

/**
 * One line of at most `columns` characters: phase, bar, files, bytes, rate and time left, as far as they are known.
 * `rate` in bytes a second; null: not known yet.
 */
export function progressLine(progress: Progress, rate: number | null, columns: number): string {
  const parts = [NAMES[progress.phase]];
  if (progress.phase === 'waiting' && progress.holder !== undefined) parts.push(`for ${safeText(progress.holder)}`);
  const { files, totalFiles, bytes, totalBytes, patienceMs } = progress;
  if (patienceMs !== undefined) parts.push(`the store asks for patience, ${durationText(patienceMs)}`);
  const bar = barOf(progress);
  if (bar !== null) parts.push(bar);
  if (totalFiles > 0) parts.push(`${files}/${totalFiles} files`);
  else if (files > 0) parts.push(countText(files, 'file'));
  if (totalBytes > 0) parts.push(`${bytesText(bytes)}/${bytesText(totalBytes)}`);
  if (rate !== null && rate > 0 && totalBytes > 0) {
    parts.push(`${bytesText(rate)}/s`);
    const left = timeLeft(progress, rate);
    if (left !== null) parts.push(`${durationText(left)} left`);
  }
  return fit(parts, bar, columns);
}

function barOf({ files, totalFiles, bytes, totalBytes }: Progress): string | null {
  const share = totalBytes > 0 ? bytes / totalBytes : totalFiles > 0 ? files / totalFiles : null;
  if (share === null) return null;
  const full = Math.min(BAR, Math.max(0, Math.floor(share * BAR)));
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
}

/** Drops the bar first, then the last parts, until the line fits. */
function fit(parts: readonly string[], bar: string | null, columns: number): string {
  const line = parts.join('  ');
  if (line.length <= columns) return line;
  if (bar !== null && parts.includes(bar))
    return fit(
      parts.filter((part) => part !== bar),
      null,
      columns,
    );
  if (parts.length > 1) return fit(parts.slice(0, -1), null, columns);
  return line.slice(0, columns);
}
