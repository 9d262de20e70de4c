import * as vscode from 'vscode';
import type { Config } from '../../core/config/config.ts';
import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import { placeLines, placeOf } from '../place.ts';
import { placeText } from '../render/place-text.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** Asks about the connection of a folder, showing where it goes; also again, to take an answer back. */
export async function connect(ui: Ui, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const candidates = (target === null ? ui.folders.all() : [target.folder]).flatMap((folder) => {
    const config = configToAsk(folder);
    return config === null ? [] : [{ folder, config }];
  });
  const waiting = candidates.filter(({ folder }) => folder.state().kind === 'asking');
  const [first, second] = waiting.length > 0 ? waiting : candidates;
  if (first === undefined) return explainState(ui, target === null ? ui.folders.all() : [target.folder]);
  if (second === undefined) return ask(ui, first.folder, first.config);
  const items = (waiting.length > 0 ? waiting : candidates).map((one) => ({
    label: one.folder.workspace.name,
    description: placeText(one.config),
    one,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Answer for which folder?') });
  if (picked !== undefined) await ask(ui, picked.one.folder, picked.one.config);
}

function configToAsk(folder: Folder): Config | null {
  const state = folder.state();
  switch (state.kind) {
    case 'asking':
    case 'declined':
    case 'active':
    case 'broken':
      return placeOf(state.config) === null ? null : state.config;
    default:
      return null;
  }
}

async function ask(ui: Ui, folder: Folder, config: Config): Promise<void> {
  const place = placeOf(config);
  if (place === null) return;
  const isConnected = folder.running() !== null;
  const [yes, no] = isConnected ? [t('Stay Connected'), t('Disconnect')] : [t('Connect'), t("Don't Connect")];
  const detail = [
    ...placeLines(place, folder.workspace.name),
    '',
    t(
      'Set by {0}. Files of that folder are sent there and brought from there, with your credentials. You are asked again when any of this changes.',
      config.source,
    ),
  ].join('\n');
  const question = isConnected
    ? t('Stay connected to {0}?', place.bucket)
    : t('Connect “{0}” to {1}?', folder.workspace.name, place.bucket);
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes, no);
  if (answer === undefined) return;
  await ui.answers.set(folder.id, place, answer === yes ? 'connect' : 'decline');
  await folder.reload();
}
