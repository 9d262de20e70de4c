import * as vscode from 'vscode';
import type { Config } from '../../core/config/config.ts';
import { namesNone } from '../../core/setup/setup-input.ts';
import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import { placeText } from '../render/place-text.ts';
import { runWizard } from '../setup/wizard.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { explainState } from './explain-state.ts';
import { chooseAny } from './show-commands.ts';

/** Leads from nothing to a shared folder, or from one place to another. Whatever is left before the end has changed nothing. */
export async function setUp(ui: Ui, argument: unknown): Promise<void> {
  if (ui.folders.all().length === 0) return explainState(ui, []);
  const manage = { label: t('Manage Trust'), run: 'workbench.trust.manage' };
  if (!vscode.workspace.isTrusted)
    return ui.notices.warn(t('This workspace is not trusted, so nothing can be set up in it.'), manage);
  const folder = await chooseAny(ui, argument, t('Set up which folder?'));
  if (folder === null) return;
  const { workspace } = folder;
  const on = asTarget({ folder });
  const url = vscode.workspace.getConfiguration('datastore', workspace.uri).get<string>('url', '');
  const read = await ui.host.readConfig(workspace.uri.fsPath, url);
  if (!read.ok) {
    if (namesNone(read.problem)) return runWizard({ ui, folder, from: null, mayBring: true });
    return ui.notices.warn(
      t('The configuration of the datastore has mistakes. Correct them first, or remove the file.'),
      {
        label: t('Open Configuration'),
        run: 'datastore.openConfiguration',
        on,
      },
    );
  }
  const from = read.value;
  const mayBring = mayContact(folder, from);
  const answer = await askAgain(workspace.name, from, mayBring);
  if (answer === 'open') await vscode.commands.executeCommand('datastore.openConfiguration', on);
  if (answer === 'connect') await vscode.commands.executeCommand('datastore.connect', on);
  if (answer === 'move') await runWizard({ ui, folder, from, mayBring });
}

/** A remote that nobody has agreed to is not asked for its files, and another tool's format cannot be read. */
function mayContact(folder: Folder, { backend }: Config): boolean {
  if (backend.type !== 's3') return backend.type === 'filesystem';
  const { kind } = folder.state();
  return kind === 'active' || kind === 'broken';
}

/** What is set up already is not set up again by mistake. */
async function askAgain(
  name: string,
  from: Config,
  mayBring: boolean,
): Promise<'open' | 'connect' | 'move' | undefined> {
  const items = [
    mayBring
      ? {
          label: `$(arrow-swap) ${t('Move Elsewhere…')}`,
          detail: t('Its files come along, and are verified there.'),
          does: 'move' as const,
        }
      : {
          label: `$(arrow-swap) ${t('Set Up Elsewhere…')}`,
          detail: t('Its files stay where they are.'),
          does: 'move' as const,
        },
    { label: `$(gear) ${t('Open Configuration')}`, detail: t('Set by {0}.', from.source), does: 'open' as const },
    ...(mayBring || from.backend.type !== 's3'
      ? []
      : [
          {
            label: `$(question) ${t('Answer Connection Question…')}`,
            detail: t('To go on with what is set up.'),
            does: 'connect' as const,
          },
        ]),
  ];
  const title = t('“{0}” is set up already, with {1}', name, placeText(from));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: t('What now?') }))?.does;
}
