import type { Conflict } from '../../core/plan/plan.ts';
import { bytesText } from '../../core/quantities.ts';
import { counted, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { CONFLICT_LOOK, conflictWords } from './change-look.ts';
import { byText, nameOf, parentOf } from './contents-index.ts';
import { COLOURS, type Row } from './row.ts';

/** Conflicts of one folder. */
export interface ConflictGroup {
  /** Empty: the top. */
  readonly folder: string;
  readonly conflicts: readonly Conflict[];
}

/** By the folder that each lies in, the top first. */
export function groupConflicts(conflicts: readonly Conflict[]): readonly ConflictGroup[] {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const folder = parentOf(conflict.path);
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, [conflict]);
    else group.push(conflict);
  }
  return [...groups]
    .map(([folder, inIt]) => ({ folder, conflicts: inIt }))
    .toSorted((left, right) => byText(left.folder, right.folder));
}

export function conflictGroupRow({ folder, conflicts }: ConflictGroup): Row {
  return {
    id: `${folder}/`,
    label: folder,
    description: String(conflicts.length),
    tooltip: `${folder}/\n${counted(conflicts.length, '{0} conflict', '{0} conflicts')}`,
    icon: 'folder',
    context: 'conflicts-folder',
    spoken: `${folder}, ${counted(conflicts.length, '{0} conflict', '{0} conflicts')}`,
  };
}

/** One conflict; both sides are in the tooltip. `now` in milliseconds since 1970. */
export function conflictRow(conflict: Conflict, now: number): Row {
  const { path, reason, remote } = conflict;
  const words = conflictWords(reason);
  const { mine, theirs } = sidesOf(conflict, now);
  return {
    id: path,
    label: nameOf(path),
    description: [reason === 'both-changed' ? '' : words, remote?.by ?? ''].filter(Boolean).join(' · '),
    tooltip: [path, words, t('Mine: {0}', mine), t('Theirs: {0}', theirs)].join('\n'),
    icon: reason === 'both-changed' ? CONFLICT_LOOK.icon : 'trash',
    colour: COLOURS.conflict,
    context: `conflict-${reason}`,
    spoken: [`${path}, ${words}`, t('Mine: {0}', mine), t('Theirs: {0}', theirs)].join('. '),
  };
}

/** Each version in words. */
export function sidesOf({ local, remote }: Conflict, now: number): { readonly mine: string; readonly theirs: string } {
  return {
    mine:
      local === null ? t('deleted') : t('{0}, changed {1}', bytesText(local.stamp.size), ago(local.stamp.mtime, now)),
    theirs:
      remote === null
        ? t('deleted')
        : t('{0}, changed {1} by {2}', bytesText(remote.size), ago(remote.mtime, now), remote.by),
  };
}
