import * as vscode from 'vscode';
import { faceOf } from '../folder-state.ts';
import { syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import type { Ui } from '../ui.ts';
import { describe } from './choose-folder.ts';
import { connect } from './connect.ts';
import { preview } from './preview.ts';
import { showStatus } from './show-commands.ts';
import { runCycle, sync } from './sync-commands.ts';

/** The click on the status bar: sync, or what the state asks for. Several folders: a Quick Pick. */
export async function clickStatusBar(ui: Ui): Promise<void> {
  const shown = ui.folders.all().filter((folder) => folder.state().kind !== 'not-set-up');
  const [first, second] = shown;
  if (first !== undefined && second !== undefined && syncingFolders(ui.folders).length > 0) {
    const items = shown.map((folder) => ({ label: folder.workspace.name, description: describe(ui, folder), folder }));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Sync which folder?') });
    const running = picked?.folder.running();
    if (picked === undefined) return;
    if (running === null || running === undefined || running.datastore.inPlace !== null) return showStatus(ui);
    await runCycle(ui, { folder: picked.folder, running }, t('Syncing'), {});
    return;
  }
  const face = first === undefined ? null : faceOf(first.state());
  switch (face?.kind) {
    case 'asking':
    case 'declined':
      return connect(ui, undefined);
    case 'vetoed':
      return preview(ui, undefined);
    case 'conflicts':
      await vscode.commands.executeCommand('datastore.resolveConflicts');
      return;
    case 'signed-out':
      await vscode.commands.executeCommand('datastore.signIn');
      return;
    case 'in-place':
      return showStatus(ui);
    default:
      return sync(ui, undefined);
  }
}
