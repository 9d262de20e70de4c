import * as vscode from 'vscode';
import type { Answer, Choice, Conflict } from '../../core/plan/plan.ts';
import { countText } from '../../core/quantities.ts';
import { runningFolders } from '../folders.ts';
import { absentUri, remoteUri } from '../remote-documents.ts';
import { conflictRow } from '../render/conflict-rows.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { conflictsOf } from '../views/conflicts-view.ts';
import { targetOf } from '../views/target.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';
import { explainState } from './explain-state.ts';

interface Picked {
  readonly chosen: Chosen;
  readonly conflicts: readonly Conflict[];
}

export const keepMine = (ui: Ui, argument: unknown): Promise<void> => decide(ui, argument, 'mine');
export const keepTheirs = (ui: Ui, argument: unknown): Promise<void> => decide(ui, argument, 'theirs');
export const keepBoth = (ui: Ui, argument: unknown): Promise<void> => decide(ui, argument, 'both');

/** What was merged by hand replaces the remote version that was shown. */
export async function markMerged(ui: Ui, argument: unknown): Promise<void> {
  const picked = await pick(ui, argument, 'Which conflict is merged?');
  const [shown] = picked?.conflicts ?? [];
  if (picked === null || shown === undefined) return;
  // The file has changed since it was shown: that is what merging means. The remote side must not have.
  const { plan } = await picked.chosen.running.coordinator.preview();
  const now = plan.conflicts.find(({ path }) => path === shown.path);
  if (now === undefined) return ui.notices.info(`${shown.path} is no conflict any more.`);
  if (now.local === null) return ui.notices.warn(`${shown.path} is deleted here, so nothing is merged in it.`);
  const local = now.local.sha256;
  await settle(ui, picked.chosen, [
    { path: shown.path, answer: 'mine', localSha256: local, remoteSha256: shown.remote?.sha256 ?? null },
  ]);
}

/** For all of a folder at once; asks which side first. */
export async function resolveAll(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, 'Conflicts of which folder?');
  if (chosen === null) return;
  const conflicts = conflictsOf(chosen.folder);
  if (conflicts.length === 0) return ui.notices.info('There are no conflicts.');
  const items: { label: string; detail: string; answer: Answer }[] = [
    {
      label: 'Keep Both',
      detail: 'Mine is kept beside theirs under a name of its own. Nothing is replaced.',
      answer: 'both',
    },
    { label: 'Keep Mine', detail: 'Replaces the remote versions.', answer: 'mine' },
    { label: 'Keep Theirs', detail: 'Replaces the versions of this folder.', answer: 'theirs' },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: `${countText(conflicts.length, 'conflict')}: what for all of them?`,
  });
  if (picked !== undefined)
    await settle(
      ui,
      chosen,
      conflicts.map((conflict) => choiceOf(conflict, picked.answer)),
    );
}

/** Shows the Conflicts view, or says that there is nothing in it. */
export async function resolveConflicts(ui: Ui): Promise<void> {
  const all = runningFolders(ui.folders);
  if (all.length === 0) return explainState(ui, ui.folders.all());
  if (!all.some(({ folder }) => conflictsOf(folder).length > 0)) return ui.notices.info('There are no conflicts.');
  await vscode.commands.executeCommand('datastore.conflicts.focus');
}

export async function compareConflict(ui: Ui, argument: unknown): Promise<void> {
  const picked = await pick(ui, argument, 'Compare which conflict?');
  const [conflict] = picked?.conflicts ?? [];
  if (picked === null || conflict === undefined) return;
  const { folder, running } = picked.chosen;
  const { path, local, remote } = conflict;
  const theirs = remote === null ? absentUri(path) : remoteUri(folder, path, remote.sha256);
  const mine = local === null ? absentUri(path) : vscode.Uri.joinPath(running.root, path);
  const title = `${path} (${remote === null ? 'deleted there' : `theirs, ${remote.by}`} ↔ ${local === null ? 'deleted here' : 'mine'})`;
  await vscode.commands.executeCommand('vscode.diff', theirs, mine, title);
}

async function decide(ui: Ui, argument: unknown, answer: Answer): Promise<void> {
  const picked = await pick(ui, argument, 'Which conflict?');
  if (picked !== null)
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

async function settle(ui: Ui, { folder, running }: Chosen, choices: readonly Choice[]): Promise<void> {
  const report = await withSlowProgress(ui.host.clock, `Resolving conflicts of ${folder.workspace.name}`, (task) =>
    running.coordinator.sync({ choices, purpose: 'resolve', ...task }),
  );
  const open = new Set<string>(report.conflicts.map(({ path }) => path));
  const moved = choices.filter(({ path }) => open.has(path));
  const [first] = moved;
  if (first === undefined) return;
  const what = moved.length === 1 ? first.path : countText(moved.length, 'file');
  ui.notices.warn(`${what} changed meanwhile, so nothing was decided. Look again, and decide again.`, {
    label: 'Show',
    run: 'datastore.resolveConflicts',
  });
}

/** The conflict of the row, else one the person picks. */
async function pick(ui: Ui, argument: unknown, placeHolder: string): Promise<Picked | null> {
  const target = targetOf(argument);
  const chosen = await chooseSyncing(ui, argument, placeHolder);
  if (chosen === null) return null;
  const conflicts = conflictsOf(chosen.folder);
  const named = target?.conflict ?? conflicts.find(({ path }) => path === target?.path);
  if (named !== undefined) return { chosen, conflicts: [named] };
  if (conflicts.length === 0) {
    ui.notices.info('There are no conflicts.');
    return null;
  }
  const items = conflicts.map((conflict) => {
    const { description, tooltip } = conflictRow(conflict, ui.host.clock.now());
    return { label: conflict.path, description, detail: tooltip.split('\n').slice(2).join('  '), conflict };
  });
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  return picked === undefined ? null : { chosen, conflicts: [picked.conflict] };
}
