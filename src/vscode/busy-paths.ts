import * as vscode from 'vscode';
import { pathBelow } from './path-below.ts';
import { unsavedFiles } from './unsaved-files.ts';

/** Files below `root` that are open and unsaved in any editor, relative to it with `/`. */
export function busyPathsBelow(root: vscode.Uri): ReadonlySet<string> {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const files = unsavedFiles([...textDocuments, ...notebookDocuments], tabs);
  return new Set(files.flatMap((file) => relativePath(root, file) ?? []));
}

/** The path of a file below `root`, with `/`; null outside. */
export function relativePath(root: vscode.Uri, file: vscode.Uri): string | null {
  return root.authority === file.authority ? pathBelow(root.path, file.path, FOLDS_CASE) : null;
}

const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin';
