import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import { absentUri, remoteUri } from '../remote-documents.ts';
import { type ListedFile, nameOf } from '../render/contents-index.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** A file that a command was called on. */
export interface NamedFile {
  readonly folder: Folder;
  readonly path: string;
  readonly local: vscode.Uri | null;
}

/** The file of this folder; the remote's, read-only, where it is not here. */
export async function openFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  if (named.local !== null && (await isFile(named.local)))
    await vscode.commands.executeCommand('vscode.open', named.local);
  else await openRemote(ui, argument);
}

/** The committed version, read-only. */
export async function openRemote(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path } = named;
  const version = await committedVersion(ui, named);
  if (version === null) return ui.notices.info(t('{0} is not on the remote.', path));
  const title = t('{0} (remote)', nameOf(path));
  await vscode.commands.executeCommand('vscode.open', remoteUri(folder, path, version), {}, title);
}

export async function compareWithRemote(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path, local } = named;
  if (folder.running()?.datastore.inPlace) return openFile(ui, argument);
  const version = await committedVersion(ui, named);
  const theirs = version === null ? absentUri(path) : remoteUri(folder, path, version);
  const isHere = local !== null && (await isFile(local));
  const title = `${path} (${version === null ? t('not on the remote') : t('remote')} ↔ ${isHere ? t('this folder') : t('not here')})`;
  await vscode.commands.executeCommand('vscode.diff', theirs, isHere ? local : absentUri(path), title);
}

export async function revealFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  if (named.local !== null && (await isThere(named.local)))
    await vscode.commands.executeCommand('revealInExplorer', named.local);
  else ui.notices.info(t('{0} is not in this folder; it is on the remote only.', named.path));
}

/** Where it is, or would be, in this folder: absolute. */
export async function copyPath(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  if (named.local === null) return explainState(ui, [named.folder]);
  await copy(named.local.fsPath, named.path);
}

/** Its name in the datastore, which is the same for everybody. */
export async function copyKey(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named !== null) await copy(named.path, named.path);
}

/** SHA-256 of the committed version; of the one here where none is committed. */
export async function copyHash(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const sha256 = (await listed(ui, named))?.sha256;
  if (sha256) await copy(sha256, t('SHA-256 of {0}', named.path));
  else ui.notices.info(t('The hash of {0} is not known: nobody has read the file for the datastore.', named.path));
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(copy) ${t('{0} copied', what)}`, 3_000);
}

/** Says so where the command was called on no file. */
export function fileOf(ui: Ui, argument: unknown): NamedFile | null {
  const target = targetOf(argument);
  if (target?.path === undefined) {
    ui.notices.info(t('Choose a file in the Contents view.'));
    return null;
  }
  const { folder, path } = target;
  const root = folder.running()?.root;
  return { folder, path, local: root === undefined ? null : vscode.Uri.joinPath(root, path) };
}

/** As the Contents view shows it; null where it does not. */
export const listed = (ui: Ui, { folder, path }: NamedFile): Promise<ListedFile | null> =>
  ui.contents.find(folder, path);

/** Null where the path is not committed. `size` in bytes. */
async function committedVersion(
  ui: Ui,
  named: NamedFile,
): Promise<{ readonly sha256: string; readonly size: number } | null> {
  const file = await listed(ui, named);
  if (file === null || file.generation === null) return null;
  const { sha256, size } = file;
  return sha256 === null || size === null ? null : { sha256, size };
}

const isFile = async (uri: vscode.Uri): Promise<boolean> => (await typeOf(uri)) === vscode.FileType.File;
const isThere = async (uri: vscode.Uri): Promise<boolean> => (await typeOf(uri)) !== null;

const typeOf = async (uri: vscode.Uri): Promise<vscode.FileType | null> =>
  vscode.workspace.fs.stat(uri).then(
    ({ type }) => type,
    () => null,
  );
