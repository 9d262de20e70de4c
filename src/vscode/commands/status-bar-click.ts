import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import { faceOf } from '../folder-state.ts';
import { syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import { renderBar } from '../render/bar.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { describe } from './choose-folder.ts';
import { showStatus } from './show-commands.ts';
import { sync } from './sync-commands.ts';

/** The click on the status bar: sync, or what the state asks for. Several folders: a Quick Pick of them and their states. */
export async function clickStatusBar(ui: Ui): Promise<void> {
  const shown = ui.folders.all().filter((folder) => folder.state().kind !== 'not-set-up');
  const [first, second] = shown;
  if (first === undefined) return sync(ui, undefined);
  if (second === undefined) return act(ui, first);
  const items = shown.map((folder) => ({
    label: folder.workspace.name,
    description: describe(ui, folder),
    iconPath: iconOf(ui, folder),
    of: [folder],
  }));
  const syncing = syncingFolders(ui.folders).map(({ folder }) => folder);
  const all = { label: t('All of them'), description: t('sync'), iconPath: new vscode.ThemeIcon('sync'), of: syncing };
  const picked = await vscode.window.showQuickPick(syncing.length > 1 ? [...items, all] : items, {
    placeHolder: t('Sync which folder, or what its state asks for?'),
  });
  if (picked === all) await Promise.all(syncing.map((folder) => syncOne(ui, folder)));
  else if (picked?.of[0] !== undefined) await act(ui, picked.of[0]);
}

/** One that fails says so, and stops no other. */
async function syncOne(ui: Ui, folder: Folder): Promise<void> {
  const target = asTarget({ folder });
  await sync(ui, target).catch((error: unknown) => ui.notices.failed(error, target));
}

async function act(ui: Ui, folder: Folder): Promise<void> {
  const target = asTarget({ folder });
  switch (faceOf(folder.state()).kind) {
    case 'asking':
    case 'declined':
      return (await import('./connect.ts')).connect(ui, target);
    case 'vetoed':
      return (await import('./preview.ts')).preview(ui, target);
    case 'conflicts':
      await vscode.commands.executeCommand('datastore.resolveConflicts');
      return;
    case 'signed-out':
      return (await import('./sign-in.ts')).signIn(ui, target);
    case 'in-place':
      return showStatus(ui);
    default:
      return sync(ui, target);
  }
}

/** As the status bar would show it. */
function iconOf(ui: Ui, folder: Folder): vscode.ThemeIcon {
  const bar = renderBar([{ name: folder.workspace.name, state: folder.state() }], ui.host.clock.now());
  return new vscode.ThemeIcon(/\$\(([\w-]+)/.exec(bar?.text ?? '')?.[1] ?? 'database');
}
