import * as vscode from 'vscode';
import type { Target } from './views/target.ts';

/** Resolves with the button that was pressed; undefined where the message was closed. */
export type Show = (text: string, ...buttons: string[]) => PromiseLike<string | undefined>;

/** What of VS Code messages need. */
export interface Screen {
  readonly info: Show;
  readonly warn: Show;
  readonly error: Show;
  /** `on`: the row it would be called on. */
  runCommand(command: string, on?: Target): PromiseLike<unknown>;
  /** Whether a message has to say which folder it is about. */
  hasSeveralFolders(): boolean;
}

export const windowScreen: Screen = {
  info: vscode.window.showInformationMessage,
  warn: vscode.window.showWarningMessage,
  error: vscode.window.showErrorMessage,
  runCommand: (command, on) => vscode.commands.executeCommand(command, on),
  hasSeveralFolders: () => (vscode.workspace.workspaceFolders ?? []).length > 1,
};
