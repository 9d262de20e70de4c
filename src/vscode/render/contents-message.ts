import { SyncError } from '../../core/errors.ts';
import type { FolderState } from '../folder-state.ts';
import { said, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { lastingTitle } from './failure-title.ts';

/** One folder of the view. `keptAt`: when what is shown of it was seen, if nobody was asked since; milliseconds since 1970. */
export interface ShownFolder {
  readonly state: FolderState;
  readonly keptAt: number | null;
}

/** What the Contents view says above its rows; empty: nothing. `filtered`: what a filter leaves, in words. `now` in milliseconds since 1970. */
export function contentsMessage(
  folders: readonly ShownFolder[],
  problem: string,
  filtered: string,
  now: number,
): string {
  if (problem !== '') return problem;
  return [filtered, offlineText(folders, now)].filter(Boolean).join(' ');
}

function offlineText(folders: readonly ShownFolder[], now: number): string {
  for (const { state, keptAt } of folders) {
    if (state.kind !== 'active' || state.status.failure?.kind !== 'offline') continue;
    const title = lastingTitle(state.status.failure, now);
    const seenAt = state.status.seenAt ?? keptAt;
    return seenAt === null ? `${title}.` : t('{0}: as of {1}.', title, ago(seenAt, now));
  }
  return '';
}

/** Empty where the welcome of the view says it better. */
export function problemText(error: unknown): string {
  if (!(error instanceof SyncError)) return t('The contents cannot be read; see the log.');
  return error.kind === 'credentials' || error.kind === 'offline'
    ? ''
    : t('The contents cannot be read: {0}', said(error.message));
}
