import { SyncError } from '../../core/errors.ts';
import { agoText } from '../../core/quantities.ts';
import type { FolderState } from '../folder-state.ts';
import { sinceText } from './since-text.ts';

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
  const since = failure === null ? '' : ` ${sinceText(failure.since, now)}`;
  return seenAt === null ? `Offline${since}.` : `Offline${since}: as of ${agoText(seenAt, now)}.`;
}

/** Empty where the welcome of the view says it better. */
export function problemText(error: unknown): string {
  if (!(error instanceof SyncError)) return 'The contents cannot be read; see the log.';
  return error.kind === 'credentials' || error.kind === 'offline'
    ? ''
    : `The contents cannot be read: ${error.message}`;
}
