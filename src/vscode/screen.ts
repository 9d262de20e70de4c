import * as vscode from 'vscode';

/** Resolves with the button that was pressed; undefined where the message was closed. */
export type Show = (text: string, ...buttons: string[]) => PromiseLike<string | undefined>;

/** What of VS Code messages need. */
export interface Screen {
  readonly info: Show;
  readonly warn: Show;
  readonly error: Show;
  runCommand(command: string): PromiseLike<unknown>;
}

export const windowScreen: Screen = {
  info: vscode.window.showInformationMessage,
  warn: vscode.window.showWarningMessage,
  error: vscode.window.showErrorMessage,
  runCommand: (command) => vscode.commands.executeCommand(command),
};
