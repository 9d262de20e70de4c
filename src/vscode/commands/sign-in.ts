import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import { type Place, placeOf } from '../place.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** Asks for access keys and keeps them in VS Code's secret storage, for this place only. */
export async function signIn(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await choosePlace(ui, argument);
  if (chosen === null) return;
  const { folder, place } = chosen;
  const title = t('Sign in to {0} at {1}', place.bucket, place.endpoint);
  const needed = (value: string) => (value.trim() === '' ? t('This is needed.') : undefined);
  const accessKeyId = await vscode.window.showInputBox({
    title: `${title} (1/2)`,
    prompt: t('Access key id'),
    ignoreFocusOut: true,
    validateInput: needed,
  });
  if (accessKeyId === undefined) return;
  const asked = {
    title: `${title} (2/2)`,
    prompt: t('Secret access key'),
    password: true,
    ignoreFocusOut: true,
    validateInput: needed,
  };
  const secretAccessKey = await vscode.window.showInputBox(asked);
  if (secretAccessKey === undefined) return;
  await ui.keys.set(place, { accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() });
  await folder.reload(true);
}

/** Forgets keys typed here; profiles and the environment are not touched. */
export async function signOut(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await choosePlace(ui, argument);
  if (chosen === null) return;
  const had = (await ui.keys.get(chosen.place)) !== undefined;
  await ui.keys.forget(chosen.place);
  ui.notices.info(
    had
      ? t('The keys for {0} are forgotten.', chosen.place.bucket)
      : t('No keys were typed here for {0}.', chosen.place.bucket),
  );
  if (had) await chosen.folder.reload(true);
}

async function choosePlace(
  ui: Ui,
  argument: unknown,
): Promise<{ readonly folder: Folder; readonly place: Place } | null> {
  const target = targetOf(argument);
  const all = ui.folders.all().flatMap((folder) => {
    const state = folder.state();
    const config = 'config' in state ? state.config : null;
    const place = config === null || state.kind === 'untrusted' ? null : placeOf(config);
    return place === null || (target !== null && folder !== target.folder)
      ? []
      : [{ label: folder.workspace.name, description: place.bucket, folder, place }];
  });
  const [only, second] = all;
  if (only === undefined) {
    explainState(ui, target === null ? ui.folders.all() : [target.folder]);
    return null;
  }
  if (second === undefined) return only;
  return (await vscode.window.showQuickPick(all, { placeHolder: t('Keys for which folder?') })) ?? null;
}
