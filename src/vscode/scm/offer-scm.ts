import * as vscode from 'vscode';
import type { Folders } from '../folders.ts';

/** The Source Control view shows what is not in step, while the setting `datastore.scm.enabled` says so. Loaded only then. */
export function offerScm(folders: Folders): vscode.Disposable {
  let shown: Promise<vscode.Disposable> | null = null;
  const hide = () => {
    void shown?.then((scm) => scm.dispose());
    shown = null;
  };
  const follow = () => {
    const isWanted = vscode.workspace.getConfiguration('datastore').get<boolean>('scm.enabled', false);
    if (!isWanted) return hide();
    shown ??= import('./provider.ts').then(({ openScm }) => openScm(folders));
  };
  follow();
  return vscode.Disposable.from(
    { dispose: hide },
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('datastore.scm')) follow();
    }),
  );
}
