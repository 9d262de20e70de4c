import * as vscode from 'vscode';

/** Files below `root` that are open and unsaved, relative to it with `/`. */
export function busyPathsBelow(root: vscode.Uri): ReadonlySet<string> {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty && document.uri.scheme === 'file');
  return new Set(dirty.flatMap(({ uri }) => relativePath(root, uri) ?? []));
}

/** The path of a file below `root`, with `/`; null outside. */
export function relativePath(root: vscode.Uri, file: vscode.Uri): string | null {
  const base = root.path.endsWith('/') ? root.path : `${root.path}/`;
  return file.path.startsWith(base) ? file.path.slice(base.length) : null;
}
