import type { Problem } from '../../core/errors.ts';
import { said, t } from '../l10n.ts';

/** Files that a sentence names; of the rest it has the number. */
const NAMED = 12;

/** What an undo does not touch, and why, in one sentence. */
export function leftText(left: readonly Problem[]): string {
  const named = left.slice(0, NAMED).map(({ path, reason }) => `${path} (${said(reason)})`);
  const more = left.length > NAMED ? [t('and {0} more', left.length - NAMED)] : [];
  return t('Left as found: {0}', [...named, ...more].join(', '));
}
