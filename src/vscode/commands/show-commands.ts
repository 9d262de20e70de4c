import * as vscode from 'vscode';
import { configuredBy } from '../configured-by.ts';
import type { Folder } from '../folder.ts';
import { hasStatus } from '../folder-state.ts';
import { t } from '../l10n.ts';
import type { Ui } from '../ui.ts';
import { asTarget, targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** Where nothing is set up there is no status: the Contents view says how to begin. */
export async function showStatus(ui: Ui): Promise<void> {
  const isSetUp = ui.folders.all().some((folder) => hasStatus(folder.state()));
  await vscode.commands.executeCommand(isSetUp ? 'datastore.status.focus' : 'datastore.contents.focus');
}

export async function showLog(ui: Ui): Promise<void> {
  ui.log.show(true);
}

export async function refresh(ui: Ui): Promise<void> {
  ui.contents.refresh();
  const all = ui.folders.all();
  const looks = await Promise.allSettled(all.map(lookAgain));
  for (const [index, look] of looks.entries()) {
    const folder = all[index];
    if (look.status === 'rejected') ui.notices.failed(look.reason, folder && asTarget({ folder }));
  }
}

/** What could not be opened may be there now. */
const lookAgain = async (folder: Folder): Promise<void> =>
  folder.state().kind === 'broken' ? folder.reload(true) : folder.running()?.coordinator.poll();

/** What happens by itself, and the like: of this extension alone. */
export async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:datastore-sync.datastore-sync');
}

/** VS Code's own page: trust is of the whole window. */
export async function manageTrust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
}

/** Opens what configures the folder, and says what it is where that cannot be opened. */
export async function openConfiguration(ui: Ui, argument: unknown): Promise<void> {
  const folder = await chooseAny(ui, argument, t('Configuration of which folder?'));
  if (folder === null) return;
  const by = configuredBy(folder.state(), targetOf(argument)?.row?.source);
  switch (by.kind) {
    case 'setting':
      await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${by.id}`);
      return;
    case 'variable':
      return ui.notices.info(
        t(
          'The environment variable {0} configures “{1}”, and wins over .datastore.yaml. Change it where VS Code is started, then start VS Code anew.',
          by.name,
          folder.workspace.name,
        ),
        { label: t('Open File'), run: () => openFile(folder.workspace.uri) },
      );
    case 'file':
      return openFile(folder.workspace.uri);
  }
}

/** The file of the workspace; where there is none, a draft that becomes it when it is saved. */
async function openFile(uri: vscode.Uri): Promise<void> {
  for (const name of ['.datastore.yaml', '.swamp.yaml']) {
    const file = vscode.Uri.joinPath(uri, name);
    const isThere = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (isThere) {
      await vscode.window.showTextDocument(file);
      return;
    }
  }
  const draft = await vscode.workspace.openTextDocument(
    vscode.Uri.joinPath(uri, '.datastore.yaml').with({ scheme: 'untitled' }),
  );
  const editor = await vscode.window.showTextDocument(draft);
  if (draft.getText() === '') await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), TEMPLATE));
}

/** The folder of the row, the only one, or the one the person picks; null: none is open, which is said, or none was picked. */
export async function chooseAny(ui: Ui, argument: unknown, placeHolder: string): Promise<Folder | null> {
  const target = targetOf(argument);
  if (target !== null) return target.folder;
  const [first, second] = ui.folders.all();
  if (first === undefined) {
    explainState(ui, []);
    return null;
  }
  if (second === undefined) return first;
  const items = ui.folders.all().map((folder) => ({ label: folder.workspace.name, folder }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.folder ?? null;
}

/** In English, as the file is for the whole team. */
const TEMPLATE = `# What this workspace shares, and where. Save this file, and commit it for the whole team.
type: s3
root: data                 # the folder of this workspace that is kept in step
bucket: my-team-data
# prefix: my-project
region: eu-central-1
# endpoint: https://…      # for stores other than AWS
# profile: team            # an AWS profile; never put keys into this file
# exclude: ["*.tmp"]       # rules as in .gitignore
`;
