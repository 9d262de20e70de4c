import * as vscode from 'vscode';
import { contextValues } from './context-values.ts';
import { type Folders, statesOf } from './folders.ts';

/** Keeps the `datastore.*` keys that menus, enablement and welcome views ask for. */
export function keepContextKeys(folders: Folders): vscode.Disposable {
  const told = new Map<string, unknown>();
  const tell = () => {
    for (const [key, value] of Object.entries(contextValues(statesOf(folders)))) {
      if (told.get(key) === value) continue;
      told.set(key, value);
      void vscode.commands.executeCommand('setContext', `datastore.${key}`, value);
    }
  };
  return folders.onChange(tell);
}
