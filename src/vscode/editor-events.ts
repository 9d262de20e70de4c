import * as vscode from 'vscode';

/** Files as they are saved, by their URIs as text; `isByHand`: not by VS Code itself, after a delay or when the focus goes elsewhere. */
export function onSaved(listener: (file: string, isByHand: boolean) => void): vscode.Disposable {
  const byHand = new Set<string>();
  return vscode.Disposable.from(
    vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
      if (reason === vscode.TextDocumentSaveReason.Manual) byHand.add(document.uri.toString());
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const file = uri.toString();
      listener(file, byHand.delete(file));
    }),
  );
}

/** Files, by their URIs as text, when the last editor that had them to be changed is closed. */
export function onClosed(listener: (file: string) => void): vscode.Disposable {
  const { tabGroups } = vscode.window;
  return tabGroups.onDidChangeTabs(({ closed }) => {
    const files = new Set(closed.flatMap(fileIn));
    if (files.size === 0) return;
    const open = new Set(tabGroups.all.flatMap(({ tabs }) => tabs.flatMap(fileIn)));
    for (const file of files) if (!open.has(file)) listener(file);
  });
}

/** The file that is written from a tab: a text, the right side of a comparison, or the result of a merge, of which the API has no type yet. */
function fileIn({ input }: vscode.Tab): readonly string[] {
  if (typeof input !== 'object' || input === null) return [];
  const { uri, modified, result } = input as Readonly<Record<string, unknown>>;
  const file = uri ?? modified ?? result;
  return file instanceof vscode.Uri ? [file.toString()] : [];
}
