import { durationText } from '../../core/quantities.ts';
import { t } from '../l10n.ts';

/** `7 s ago`, in whole seconds; `just now` below one, and for the future of a clock that runs behind. Milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 1) return t('just now');
  return t('{0} ago', seconds < 60 ? `${seconds} s` : durationText(seconds * 1000));
}
