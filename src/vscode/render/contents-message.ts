import { SyncError } from '../../core/errors.ts';
import type { FolderState } from '../folder-state.ts';
import { t } from '../l10n.ts';
import { ago } from './ago.ts';
import { lastingTitle } from './failure-title.ts';

/** What the Contents view says above its rows; empty: nothing. `filtered`: what a filter leaves, in words. `now` in milliseconds since 1970. */
export function contentsMessage(
  states: readonly FolderState[],
  problem: string,
  filtered: string,
  now: number,
): string {
  if (problem !== '') return problem;
  return [filtered, offlineText(states, now)].filter(Boolean).join(' ');
}

function offlineText(states: readonly FolderState[], now: number): string {
  const offline = states.find((state) => state.kind === 'active' && state.status.failure?.kind === 'offline');
  if (offline?.kind !== 'active') return '';
  const { seenAt, failure } = offline.status;
  const title = failure === null ? t('Offline') : lastingTitle(failure, now);
  return seenAt === null ? `${title}.` : t('{0}: as of {1}.', title, ago(seenAt, now));
}

/** Empty where the welcome of the view says it better. */
export function problemText(error: unknown): string {
  if (!(error instanceof SyncError)) return t('The contents cannot be read; see the log.');
  return error.kind === 'credentials' || error.kind === 'offline'
    ? ''
    : t('The contents cannot be read: {0}', error.message);
}
