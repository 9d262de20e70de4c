import type { Step } from '../../core/plan/plan.ts';
import { bytesText } from '../../core/quantities.ts';
import { directionOf, type SyncStatus } from '../../core/status/sync-status.ts';
import { counted, t } from '../l10n.ts';
import { stepLook } from './change-look.ts';
import { progressText } from './progress-text.ts';
import { COLOURS, type Row, row } from './row.ts';

/** Rows below one row in the Status view: more are counted, not listed. */
export const MOST = 200;

/** What is to be transferred, each direction by itself; or what is under way. */
export function pendingRows({ pending, changes, conflicts, progress, failure }: SyncStatus): readonly Row[] {
  if (progress !== null && progress.totalFiles > 0)
    return [row('syncing', t('Syncing'), progressText(progress, null), 'sync', '')];
  if (pending === null) return [row('pending', t('Pending'), t('not known yet'), 'question', '')];
  const { up, down } = pending;
  // Of what the last attempt could not look at.
  if (up + down === 0 && failure !== null)
    return [row('pending', t('Pending'), t('nothing, as far as is known'), 'question', '')];
  if (up + down === 0)
    return conflicts.length === 0
      ? [row('pending', t('In step'), t('nothing to transfer'), 'check', '')]
      : [row('pending', t('Pending'), t('nothing but the conflicts'), 'check', '')];
  const below = (way: 'up' | 'down') =>
    changeRows(
      changes.filter(({ kind }) => directionOf(kind) === way),
      way,
    );
  const push = row('pending-up', t('To push'), counted(up, '{0} file', '{0} files'), 'arrow-up', '', {
    colour: COLOURS.up,
  });
  const pull = row('pending-down', t('To pull'), counted(down, '{0} file', '{0} files'), 'arrow-down', '', {
    colour: COLOURS.down,
  });
  return [...(up > 0 ? [{ ...push, ...below('up') }] : []), ...(down > 0 ? [{ ...pull, ...below('down') }] : [])];
}

/** None of what the watcher has only counted. */
function changeRows(changes: readonly Step[], way: string): Pick<Row, 'children'> {
  if (changes.length === 0) return {};
  const rows = changes.slice(0, MOST).flatMap(({ kind, path, local, remote }) => {
    const look = stepLook(kind);
    if (look === null) return [];
    const size = kind === 'upload' ? local?.stamp.size : remote?.size;
    const words = size === undefined || look.icon === 'trash' ? look.words : `${look.words}, ${bytesText(size)}`;
    return [row(`change-${path}`, path, words, look.icon, path, { colour: look.colour, context: 'change' })];
  });
  return { children: changes.length > MOST ? [...rows, moreRow(way, changes.length - MOST)] : rows };
}

export const moreRow = (id: string, count: number): Row =>
  row(`more-${id}`, t('and {0} more', count), '', 'ellipsis', '');
