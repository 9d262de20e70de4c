import * as vscode from 'vscode';
import type { Answer, Choice, Conflict } from '../../core/plan/plan.ts';
import { runningFolders } from '../folders.ts';
import { counted, t } from '../l10n.ts';
import { conflictRow } from '../render/conflict-rows.ts';
import type { Ui } from '../ui.ts';
import { conflictsOf } from '../views/conflicts-view.ts';
import { type Target, targetsOf } from '../views/target.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';
import { decisionItems, isSureOfAll } from './conflict-answers.ts';
import { explainState } from './explain-state.ts';
import { settleMerged } from './mark-merged.ts';
import { settle } from './settle-conflicts.ts';

export interface Picked {
  readonly chosen: Chosen;
  readonly conflicts: readonly Conflict[];
}

export const keepMine: Decide = (ui, argument, chosen) => decide(ui, argument, chosen, 'mine');
export const keepTheirs: Decide = (ui, argument, chosen) => decide(ui, argument, chosen, 'theirs');
export const keepBoth: Decide = (ui, argument, chosen) => decide(ui, argument, chosen, 'both');

type Decide = (ui: Ui, argument: unknown, chosen?: unknown) => Promise<void>;

/** What was merged by hand replaces the remote version that was shown. */
export async function markMerged(ui: Ui, argument: unknown, chosen?: unknown): Promise<void> {
  const picked = await pick(ui, argument, chosen, t('Which conflict is merged?'));
  if (picked === null || !(await isSureOfAll('merged', picked.conflicts))) return;
  await settleMerged(ui, picked.chosen, picked.conflicts);
}

/** For all of a folder at once; asks which side first. */
export async function resolveAll(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Conflicts of which folder?'));
  if (chosen === null) return;
  const conflicts = conflictsOf(chosen.folder);
  if (conflicts.length === 0) return tellNone(ui, [chosen]);
  const picked = await vscode.window.showQuickPick(decisionItems(), {
    placeHolder: t('{0}: what for all of them?', counted(conflicts.length, '{0} conflict', '{0} conflicts')),
  });
  if (picked === undefined) return;
  const { decision } = picked;
  if (decision === 'merged') return settleMerged(ui, chosen, conflicts);
  await settle(
    ui,
    chosen,
    conflicts.map((conflict) => choiceOf(conflict, decision)),
  );
}

/** Shows the Conflicts view, or says that there is nothing in it. */
export async function resolveConflicts(ui: Ui): Promise<void> {
  const all = runningFolders(ui.folders);
  if (all.length === 0) return explainState(ui, ui.folders.all());
  if (!all.some(({ folder }) => conflictsOf(folder).length > 0)) return tellNone(ui, all);
  await vscode.commands.executeCommand('datastore.conflicts.focus');
}

function tellNone({ notices }: Ui, of: readonly Chosen[]): void {
  const isKnown = of.every(({ running }) => running.datastore.inPlace !== null || running.coordinator.status().looked);
  notices.info(
    isKnown
      ? t('There are no conflicts.')
      : t('Both sides were not compared yet: whether there are conflicts is not known.'),
  );
}

async function decide(ui: Ui, argument: unknown, rows: unknown, answer: Answer): Promise<void> {
  const picked = await pick(ui, argument, rows, t('Which conflict?'));
  if (picked === null || !(await isSureOfAll(answer, picked.conflicts))) return;
  await settle(
    ui,
    picked.chosen,
    picked.conflicts.map((conflict) => choiceOf(conflict, answer)),
  );
}

/** A choice names what was on show: if either side has moved since, it does not count. */
const choiceOf = ({ path, local, remote }: Conflict, answer: Answer): Choice => ({
  path,
  answer,
  localSha256: local?.sha256 ?? null,
  remoteSha256: remote?.sha256 ?? null,
});

/** The conflicts of the row and of those chosen with it, else one that the person picks. */
export async function pick(ui: Ui, argument: unknown, rows: unknown, placeHolder: string): Promise<Picked | null> {
  const chosen = await chooseSyncing(ui, argument, placeHolder);
  if (chosen === null) return null;
  const conflicts = conflictsOf(chosen.folder);
  const named = targetsOf(argument, rows)
    .filter(({ folder }) => folder === chosen.folder)
    .flatMap((target) => namedBy(target, conflicts));
  if (named.length > 0) return { chosen, conflicts: [...new Set(named)] };
  if (conflicts.length === 0) {
    tellNone(ui, [chosen]);
    return null;
  }
  const items = conflicts.map((conflict) => {
    const { description, tooltip } = conflictRow(conflict, ui.host.clock.now());
    return { label: conflict.path, description, detail: tooltip.split('\n').slice(2).join('  '), conflict };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  return picked === undefined ? null : { chosen, conflicts: [picked.conflict] };
}

/** As they were shown on a row; of other rows those of its path. */
const namedBy = ({ conflict, conflicts, path }: Target, known: readonly Conflict[]): readonly Conflict[] =>
  conflicts ?? (conflict === undefined ? known.filter((one) => one.path === path) : [conflict]);
