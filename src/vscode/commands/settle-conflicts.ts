import * as vscode from 'vscode';
import { type Problem, SyncError } from '../../core/errors.ts';
import { UNSAVED } from '../../core/plan/hold-colliding.ts';
import type { Choice } from '../../core/plan/plan.ts';
import { decideConflicts } from '../../engine/coordinator/decide-conflicts.ts';
import { counted, said, t } from '../l10n.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { type Chosen, stillRuns } from './choose-folder.ts';

/** Carries out these choices and nothing else, whatever else is pending, and names those that could not be. */
export async function settle(ui: Ui, chosen: Chosen, choices: readonly Choice[]): Promise<void> {
  if (!stillRuns(ui, chosen)) return;
  const { folder, running } = chosen;
  const title = t('Resolving conflicts of {0}', folder.workspace.name);
  try {
    const { held, moved, over } = await withSlowProgress({ clock: ui.host.clock, folder }, title, (task) =>
      decideConflicts(running.coordinator, choices, task),
    );
    tellHeld(ui, held);
    tellMoved(ui, moved);
    tellOver(ui, over);
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'veto') throw error;
    // Told here: what stands on the status bar may be about the rest of the plan.
    ui.notices.warn(t('Nothing was decided: {0}.', said(error.message)), {
      label: t('Preview…'),
      run: () => vscode.commands.executeCommand('datastore.preview', asTarget({ folder })),
    });
  }
}

function tellHeld(ui: Ui, held: readonly Problem[]): void {
  const [first] = held;
  if (first === undefined) return;
  const reason = said(first.reason);
  const what =
    held.length === 1
      ? t('{0} could not be decided: {1}.', first.path, reason)
      : t('{0} could not be decided. {1}: {2}.', counted(held.length, '{0} file', '{0} files'), first.path, reason);
  const way = held.some((one) => one.reason === UNSAVED) ? ` ${t('Save or close it first, then decide again.')}` : '';
  ui.notices.warn(`${what}${way}`, show());
}

/** Nothing was decided about these: another remote version has come, or the file is another. */
export function tellMoved(ui: Ui, moved: readonly string[]): void {
  if (moved.length === 0) return;
  ui.notices.warn(
    t('{0} changed meanwhile, so nothing was decided about it. Look again, and decide again.', named(moved)),
    show(),
  );
}

function tellOver(ui: Ui, over: readonly string[]): void {
  if (over.length > 0) ui.notices.info(t('No conflict any more, so nothing was decided: {0}.', named(over)));
}

const named = (paths: readonly string[]): string =>
  paths.length === 1 ? (paths[0] ?? '') : counted(paths.length, '{0} file', '{0} files');

const show = () => ({ label: t('Show'), run: 'datastore.resolveConflicts' });
