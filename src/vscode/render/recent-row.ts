import { bytesText, durationText } from '../../core/quantities.ts';
import type { LocalStatus } from '../../engine/datastore.ts';
import { counted, dateTimeText, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { reportText } from './report-text.ts';
import { type Row, row } from './row.ts';

/** The last syncs that did anything, the latest first. `now` in milliseconds since 1970. */
export function recentRow(recent: LocalStatus['recent'], now: number): Row {
  const [last] = recent;
  if (last === undefined) return row('recent', t('Last sync'), t('never here'), 'history', '');
  const children = recent.map((one, index) =>
    row(`recent-${index}`, ago(one.at, now), syncText(one), 'blank', dateTimeText(one.at), {
      spoken: `${ago(one.at, now)}, ${spokenText(one)}`,
    }),
  );
  const spoken = `${t('Last sync')}, ${ago(last.at, now)}, ${spokenText(last)}`;
  const top = row('recent', t('Last sync'), `${ago(last.at, now)}, ${syncText(last)}`, 'history', '', { spoken });
  return { ...top, children };
}

/** In words: arrows are read as what they look like. */
const spokenText = (one: LocalStatus['recent'][number]): string =>
  [reportText(one), ...(one.conflicts > 0 ? [counted(one.conflicts, '{0} conflict', '{0} conflicts')] : [])].join(', ');

function syncText({
  uploaded,
  downloaded,
  deletedLocal,
  deletedRemote,
  conflicts,
  bytesUp,
  bytesDown,
  ms,
}: LocalStatus['recent'][number]): string {
  const deleted = deletedLocal + deletedRemote;
  const parts = [
    uploaded > 0 ? `↑ ${uploaded}` : '',
    downloaded > 0 ? `↓ ${downloaded}` : '',
    deleted > 0 ? t('{0} deleted', deleted) : '',
    conflicts > 0 ? counted(conflicts, '{0} conflict', '{0} conflicts') : '',
  ].filter(Boolean);
  return parts.length === 0
    ? t('nothing to do')
    : t('{0}, {1} in {2}', parts.join(', '), bytesText(bytesUp + bytesDown), durationText(ms));
}
