import * as vscode from 'vscode';
import type { Folder, Running } from '../folder.ts';
import { faceOf } from '../folder-state.ts';
import { runningFolders, syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import { renderBar } from '../render/bar.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

export interface Chosen {
  readonly folder: Folder;
  readonly running: Running;
}

/** The connected folder a command is for: of the row it was called on, the only one, or the one the person picks. Says why there is none. */
export function chooseRunning(ui: Ui, argument: unknown, placeHolder: string): Promise<Chosen | null> {
  return choose(ui, argument, placeHolder, runningFolders(ui.folders));
}

/** As `chooseRunning`, of those that have another side. */
export function chooseSyncing(ui: Ui, argument: unknown, placeHolder: string): Promise<Chosen | null> {
  return choose(ui, argument, placeHolder, syncingFolders(ui.folders));
}

async function choose(
  ui: Ui,
  argument: unknown,
  placeHolder: string,
  candidates: readonly Chosen[],
): Promise<Chosen | null> {
  const target = targetOf(argument);
  const all = candidates.filter(({ folder }) => target === null || folder === target.folder);
  const [only, second] = all;
  if (only === undefined) {
    explainState(ui, target === null ? ui.folders.all() : [target.folder]);
    return null;
  }
  if (second === undefined) return only;
  const items = all.map(({ folder }) => ({ label: folder.workspace.name, description: describe(ui, folder), folder }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (picked === undefined) return null;
  // A folder was asked for: what runs for it now may be another engine than when the list was drawn.
  const running = picked.folder.running();
  if (running !== null) return { folder: picked.folder, running };
  explainState(ui, [picked.folder]);
  return null;
}

/** Whether what the person was asked about still runs; says so where it does not: what was answered was not about what runs now. */
export function stillRuns(ui: Ui, { folder, running }: Chosen): boolean {
  if (folder.running() === running) return true;
  ui.notices.warn(
    t('The connection of “{0}” has changed meanwhile, so nothing was done. Try again.', folder.workspace.name),
  );
  return false;
}

/** As the status bar would show it, in words. */
export function describe(ui: Ui, folder: Folder): string {
  const bar = renderBar([{ name: folder.workspace.name, state: folder.state() }], ui.host.clock.now());
  return bar?.label.replace(/^Datastore: /, '') ?? faceOf(folder.state()).kind;
}
