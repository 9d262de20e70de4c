import type { Conflict, ConflictReason } from '../../core/plan/plan.ts';
import { agoText, bytesText } from '../../core/quantities.ts';
import { safeText } from './paint.ts';

export const REASONS: Readonly<Record<ConflictReason, string>> = {
  'both-changed': 'changed here and there',
  'changed-here-deleted-there': 'changed here, deleted there',
  'deleted-here-changed-there': 'deleted here, changed there',
  'deleted-here-while-excluded': 'deleted here while it was excluded',
  'deleted-there-while-excluded': 'deleted there while it was excluded here',
};

export const RESOLVE_HINT = 'Decide each: datastore resolve PATH --mine | --theirs | --both | --merged';

/** Path and reason of each, aligned; at most `most`, then how many more. */
export function conflictRows(conflicts: readonly Conflict[], most: number): string[] {
  const shown = conflicts.slice(0, most).map(({ path, reason }) => [safeText(path), REASONS[reason]] as const);
  const width = Math.min(48, Math.max(0, ...shown.map(([path]) => path.length)));
  const rows = shown.map(([path, reason]) => `  ${path.padEnd(width)}  ${reason}`);
  const hidden = conflicts.length - shown.length;
  return hidden > 0 ? [...rows, `  … and ${hidden} more: datastore conflicts`] : rows;
}

/** Each conflict with both sides. `now` in milliseconds since 1970. */
export function conflictLines(conflicts: readonly Conflict[], now: number): string[] {
  if (conflicts.length === 0) return ['No conflicts.'];
  const blocks = conflicts.flatMap(({ path, reason, local, remote }) => [
    safeText(path),
    `  ${REASONS[reason]}`,
    `  mine    ${local === null ? 'deleted' : `${bytesText(local.stamp.size)}, changed ${agoText(local.stamp.mtime, now)}`}`,
    `  theirs  ${remote === null ? 'deleted' : `${bytesText(remote.size)}, changed ${agoText(remote.mtime, now)} by ${safeText(remote.by)}`}`,
  ]);
  return [...blocks, RESOLVE_HINT];
}

/** One conflict in `--json`. Sizes in bytes, times in milliseconds since 1970; a side that is null has no such file. */
export const conflictDocument = ({ path, reason, base, local, remote }: Conflict): Record<string, unknown> => ({
  path,
  reason,
  base: base === null ? null : { sha256: base.sha256 },
  local: local === null ? null : { sha256: local.sha256, size: local.stamp.size, mtime: local.stamp.mtime },
  remote:
    remote === null
      ? null
      : { sha256: remote.sha256, size: remote.size, mtime: remote.mtime, by: remote.by, generation: remote.generation },
});
