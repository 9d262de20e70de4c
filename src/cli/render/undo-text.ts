import { agoText, bytesText, countText, durationText } from '../../core/quantities.ts';
import type { UndoneFile, UndoPoint, UndoReport } from '../../core/status/undo-report.ts';
import { type Paint, safeText } from './paint.ts';

const SHORT = 8;

/** What can be taken back, the latest first. `now` in milliseconds since 1970. */
export function undoListLines(points: readonly UndoPoint[], now: number): string[] {
  if (points.length === 0) return ['Nothing: no sync has replaced or deleted a file here lately.'];
  const rows = points.map(({ id, at, undoes, files, bytes, until }) => {
    const what = undoes === null ? 'sync' : `undo of ${undoes.slice(0, SHORT)}`;
    const kept = `${countText(files, 'file')}, ${bytesText(bytes)}`;
    return `  ${id.slice(0, SHORT)}  ${agoText(at, now).padEnd(10)}  ${kept}  (${what}; kept for another ${durationText(until - now)})`;
  });
  return ['Kept files that were replaced or deleted here:', ...rows, 'Take one back with: datastore undo ID'];
}

/** What an undo did, or would do, a line a file. */
export function undoLines(report: UndoReport, isDry: boolean, now: number, paint: Paint): string[] {
  const { files, bytes, left, back, at, undoes, id } = report;
  const what = `${undoes === null ? 'sync' : 'undo'} ${id.slice(0, SHORT)} of ${agoText(at, now)}`;
  const lines = files.map((file) => `  ${VERBS[file.what].padEnd(12)}  ${safeText(file.path)}${sizeOf(file)}`);
  if (files.length === 0) lines.push(back > 0 ? 'All of it is back already.' : 'Nothing can be brought back.');
  else {
    const done = isDry ? 'Would take back' : paint.good('Took back');
    lines.unshift(`${done} ${countText(files.length, 'file')} (${bytesText(bytes)}) of ${what}:`);
  }
  if (left.length > 0) {
    lines.push('', paint.attention(`${countText(left.length, 'file')} left as found:`));
    lines.push(...left.map(({ path, reason }) => `  ${safeText(path)}: ${safeText(reason)}`));
  }
  if (isDry) return [...lines, '', 'Nothing was changed (dry run).'];
  return files.length === 0
    ? lines
    : [...lines, '', 'The remote is as it was: the next sync sends this to everybody, like any change of yours.'];
}

const VERBS: Readonly<Record<UndoneFile['what'], string>> = {
  'brought-back': 'bring back',
  replaced: 'replace',
  'taken-away': 'take away',
};

const sizeOf = ({ what, size }: UndoneFile): string => (what === 'taken-away' ? '' : `  ${bytesText(size)}`);

/** One line of `undo --list --json`. Times in milliseconds since 1970, sizes in bytes. */
export const undoPointDocument = ({ id, at, undoes, files, bytes, until }: UndoPoint): Record<string, unknown> => ({
  id,
  at,
  undoes,
  files,
  bytes,
  until,
});

/** `--json` of `undo`. */
export const undoDocument = ({ id, at, undoes, files, bytes, back, left }: UndoReport, isDry: boolean) => ({
  ...(isDry ? { dryRun: true } : {}),
  id,
  at,
  undoes,
  files: files.map(({ path, what, size }) => ({ path, what, size })),
  bytes,
  back,
  left: left.map(({ path, reason }) => ({ path, reason })),
});
