import type { Conflict } from '../../core/plan/plan.ts';
import { agoText, bytesText } from '../../core/quantities.ts';
import { CONFLICT_LOOK, conflictWords } from './change-look.ts';
import { nameOf } from './contents-index.ts';
import type { Row } from './row.ts';

/** One conflict; both sides are in the tooltip. `now` in milliseconds since 1970. */
export function conflictRow(conflict: Conflict, now: number): Row {
  const { path, reason, local, remote } = conflict;
  const folder = path.slice(0, Math.max(0, path.length - nameOf(path).length - 1));
  const mine =
    local === null ? 'deleted' : `${bytesText(local.stamp.size)}, changed ${agoText(local.stamp.mtime, now)}`;
  const theirs =
    remote === null ? 'deleted' : `${bytesText(remote.size)}, changed ${agoText(remote.mtime, now)} by ${remote.by}`;
  const words = conflictWords(reason);
  return {
    id: path,
    label: nameOf(path),
    description: [folder, words].filter(Boolean).join(' · '),
    tooltip: [path, words, `Mine: ${mine}`, `Theirs: ${theirs}`].join('\n'),
    icon: CONFLICT_LOOK.icon,
    colour: CONFLICT_LOOK.colour,
    context: `conflict-${reason}`,
    spoken: `${path}, ${words}. Mine: ${mine}. Theirs: ${theirs}`,
  };
}
