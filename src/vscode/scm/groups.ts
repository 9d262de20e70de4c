import type { Conflict, Step } from '../../core/plan/plan.ts';
import { directionOf, type SyncStatus } from '../../core/status/sync-status.ts';
import { counted, t } from '../l10n.ts';
import { conflictWords, stepLook } from '../render/change-look.ts';

export type GroupId = 'incoming' | 'outgoing' | 'conflicts';

export interface ChangeGroup {
  readonly id: GroupId;
  /** Says how many there are where not all are listed. */
  readonly label: string;
  readonly changes: readonly Change[];
}

export interface Change {
  /** Relative to the root. */
  readonly path: string;
  readonly words: string;
  readonly isDeletion: boolean;
  readonly conflict: Conflict | null;
}

/** Listed in one group: the Source Control view draws all of them. */
export const MOST = 500;

/** What is not in step, as the Source Control view groups it. */
export function changeGroups({
  changes,
  conflicts,
}: Pick<SyncStatus, 'changes' | 'conflicts'>): readonly ChangeGroup[] {
  const going = (way: 'up' | 'down') => changes.filter(({ kind }) => directionOf(kind) === way);
  return [
    group('conflicts', t('Conflicts'), conflicts, ofConflict),
    group('incoming', t('Incoming'), going('down'), ofStep),
    group('outgoing', t('Outgoing'), going('up'), ofStep),
  ];
}

function group<T>(id: GroupId, name: string, all: readonly T[], of: (one: T) => Change): ChangeGroup {
  const label =
    all.length > MOST ? t('{0}: the first {1} of {2}', name, MOST, counted(all.length, '{0} file', '{0} files')) : name;
  return { id, label, changes: all.slice(0, MOST).map(of) };
}

const ofConflict = (conflict: Conflict): Change => ({
  path: conflict.path,
  words: conflictWords(conflict.reason),
  isDeletion: false,
  conflict,
});

const ofStep = ({ path, kind }: Step): Change => ({
  path,
  words: stepLook(kind)?.words ?? '',
  isDeletion: kind === 'delete-local' || kind === 'delete-remote',
  conflict: null,
});
