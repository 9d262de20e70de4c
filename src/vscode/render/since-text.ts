import { durationText } from '../../core/quantities.ts';
import { dateText, t, timeText } from '../l10n.ts';

/** `since 14:05 (35 min)`, or without what is less than a minute, by the clock on the wall; with the date where that was another day. Times in milliseconds since 1970. */
export function sinceText(since: number, now: number): string {
  const [then, today] = [new Date(since), new Date(now)];
  const day = then.toDateString() === today.toDateString() ? '' : `${dateText(since)} `;
  const when = `${day}${timeText(since)}`;
  return now - since < 60_000 ? t('since {0}', when) : t('since {0} ({1})', when, durationText(now - since));
}
