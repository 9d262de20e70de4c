import * as vscode from 'vscode';

/** Saves what is open and unsaved of these files, in whatever editor. What cannot be saved stays unsaved, and VS Code says why. */
export async function saveFiles(files: readonly vscode.Uri[]): Promise<void> {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  for (const file of files) {
    const isIt = ({ uri }: { readonly uri: vscode.Uri }) => uri.toString() === file.toString();
    const document = textDocuments.find(isIt) ?? notebookDocuments.find(isIt);
    // Custom editors have no document that an extension sees.
    await (document === undefined ? vscode.workspace.save(file) : document.save());
  }
}
