import * as vscode from 'vscode';
import { t } from '../l10n.ts';
import { whyText } from '../render/why-text.ts';
import type { Ui } from '../ui.ts';
import { fileOf, listed } from './file-commands.ts';

/** Why a file is not in step, with what can be done about it. */
export async function explainFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const state = named.folder.state();
  if (state.kind !== 'active') return ui.notices.info(t('This folder is not connected.'));
  const mark = (await listed(ui, named))?.mark ?? 'excluded';
  const actions: readonly { readonly title: string; readonly command: string }[] =
    mark === 'conflict'
      ? [{ title: t('Compare'), command: 'datastore.compareConflict' }]
      : mark === 'excluded' || mark === 'held'
        ? [{ title: t('Open Configuration'), command: 'datastore.openConfiguration' }]
        : mark === 'in-step'
          ? []
          : [{ title: t('Compare with Remote'), command: 'datastore.compareWithRemote' }];
  const picked = await vscode.window.showInformationMessage(
    `${named.path} — ${whyText(named.path, mark, state.status)}`,
    ...actions,
  );
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command, argument);
}
