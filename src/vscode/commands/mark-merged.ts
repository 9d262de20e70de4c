import * as vscode from 'vscode';
import type { Conflict } from '../../core/plan/plan.ts';
import { busyPathsBelow } from '../busy-paths.ts';
import { counted, t } from '../l10n.ts';
import { mergedChoices } from '../merged-choices.ts';
import { nameOf } from '../render/contents-index.ts';
import { saveFiles } from '../save-files.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { type Chosen, stillRuns } from './choose-folder.ts';
import { settle, tellMoved } from './settle-conflicts.ts';

/**
 * What was merged by hand replaces the remote versions that were shown. The files have changed since: that is what merging means.
 * The remote side must not have, and what is merged must be saved: the file counts, not what an editor has of it.
 */
export async function settleMerged(ui: Ui, chosen: Chosen, shown: readonly Conflict[]): Promise<void> {
  if (!stillRuns(ui, chosen)) return;
  const busy = busyPathsBelow(chosen.running.root);
  const unsaved = shown.filter(({ path }) => busy.has(path));
  if (unsaved.length > 0) return offerToSave(ui, chosen, shown, unsaved);
  const { folder, running } = chosen;
  const title = t('Looking at {0}', folder.workspace.name);
  const { plan } = await withSlowProgress({ clock: ui.host.clock, folder }, title, (task) =>
    running.coordinator.preview(task),
  );
  const now = new Map(plan.conflicts.map((conflict) => [conflict.path, conflict]));
  const [first] = shown;
  if (first !== undefined && shown.length === 1) {
    const only = now.get(first.path);
    if (only === undefined) return ui.notices.info(t('{0} is no conflict any more.', first.path));
    if (only.local === null) return ui.notices.warn(t('{0} is deleted here, so nothing is merged in it.', first.path));
  }
  const { choices, moved, skipped } = mergedChoices(
    shown,
    now,
    (path) => ui.merges.shownLast(vscode.Uri.joinPath(running.root, path).toString())?.remote,
  );
  tellMoved(ui, moved);
  if (skipped.length > 0)
    ui.notices.info(
      t(
        'Not marked as merged: {0} deleted here, or no conflict any more.',
        counted(skipped.length, '{0} file', '{0} files'),
      ),
    );
  if (choices.length > 0) await settle(ui, chosen, choices);
}

function offerToSave(ui: Ui, chosen: Chosen, shown: readonly Conflict[], unsaved: readonly Conflict[]): void {
  const [first] = unsaved;
  const what =
    unsaved.length === 1 && first !== undefined
      ? t('“{0}” is open and unsaved in an editor.', nameOf(first.path))
      : t('{0} are open and unsaved in editors.', counted(unsaved.length, '{0} file', '{0} files'));
  const files = unsaved.map(({ path }) => vscode.Uri.joinPath(chosen.running.root, path));
  ui.notices.warn(`${what} ${t('What is merged is what is saved, so nothing was decided.')}`, {
    label: t('Save and Mark'),
    async run() {
      // It asks what is answered here.
      for (const file of files) ui.merges.hush(file.toString());
      await saveFiles(files);
      await settleMerged(ui, chosen, shown);
    },
  });
}
