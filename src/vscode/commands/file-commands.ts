import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import { absentUri, remoteUri } from '../remote-documents.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';

/** The file of this folder; the remote's, read-only, where it is not here. */
export async function openFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path, local } = named;
  const isHere = local !== null && (await isFile(local));
  if (isHere) await vscode.commands.executeCommand('vscode.open', local);
  else await vscode.commands.executeCommand('vscode.open', remoteUri(folder, path, await versionOf(folder, path)));
}

export async function compareWithRemote(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path, local } = named;
  if (folder.running()?.datastore.inPlace) return openFile(ui, argument);
  const version = await versionOf(folder, path);
  const theirs = version === 'absent' ? absentUri(path) : remoteUri(folder, path, version);
  const isHere = local !== null && (await isFile(local));
  const title = `${path} (${version === 'absent' ? 'not on the remote' : 'remote'} ↔ ${isHere ? 'this folder' : 'not here'})`;
  await vscode.commands.executeCommand('vscode.diff', theirs, isHere ? local : absentUri(path), title);
}

export async function revealFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  if (named.local !== null && (await isFile(named.local)))
    await vscode.commands.executeCommand('revealInExplorer', named.local);
  else ui.notices.info(`${named.path} is not in this folder; it is on the remote only.`);
}

export async function copyKey(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  await vscode.env.clipboard.writeText(named.path);
  vscode.window.setStatusBarMessage(`$(copy) ${named.path} copied`, 3_000);
}

function fileOf(
  ui: Ui,
  argument: unknown,
): { readonly folder: Folder; readonly path: string; readonly local: vscode.Uri | null } | null {
  const target = targetOf(argument);
  if (target?.path === undefined) {
    ui.notices.info('Choose a file in the Contents view.');
    return null;
  }
  const { folder, path } = target;
  const root = folder.running()?.root;
  return { folder, path, local: root === undefined ? null : vscode.Uri.joinPath(root, path) };
}

async function versionOf(folder: Folder, path: string): Promise<string> {
  const tree = await folder.running()?.datastore.contents();
  return tree?.get(path)?.sha256 ?? 'absent';
}

const isFile = async (uri: vscode.Uri): Promise<boolean> =>
  vscode.workspace.fs.stat(uri).then(
    ({ type }) => type === vscode.FileType.File,
    () => false,
  );
