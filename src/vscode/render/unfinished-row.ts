import { canGiveUp, type UnfinishedSetup, unfinishedText } from '../../core/setup/unfinished.ts';
import { said, t } from '../l10n.ts';
import { COLOURS, type Row, row } from './row.ts';

/** A set-up that was cut off, or is at work. */
export function unfinishedRow(found: UnfinishedSetup): Row {
  const text = said(unfinishedText(found));
  const remedy = canGiveUp(found)
    ? t('Unless it is at work now, set up the same place again to go on, or what is configured to give it up.')
    : t('Unless it is at work now, set up the same place again to go on.');
  return row('set-up', t('Set-up'), t('not finished'), 'warning', `${text}\n${remedy}`, {
    colour: COLOURS.warning,
    spoken: `${text}. ${remedy}`,
  });
}
