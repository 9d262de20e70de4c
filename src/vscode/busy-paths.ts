import * as vscode from 'vscode';
import { pathBelow } from './path-below.ts';

/** Files below `root` that are open and unsaved, relative to it with `/`. */
export function busyPathsBelow(root: vscode.Uri): ReadonlySet<string> {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty && document.uri.scheme === 'file');
  return new Set(dirty.flatMap(({ uri }) => relativePath(root, uri) ?? []));
}

/** The path of a file below `root`, with `/`; null outside. */
export function relativePath(root: vscode.Uri, file: vscode.Uri): string | null {
  return root.authority === file.authority ? pathBelow(root.path, file.path, FOLDS_CASE) : null;
}

const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin';
