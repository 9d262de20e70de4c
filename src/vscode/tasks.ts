import * as vscode from 'vscode';
import type { Folder } from './folder.ts';
import { type Folders, syncingFolders } from './folders.ts';
import { t } from './l10n.ts';
import { taskFolder } from './task-folder.ts';

const COMMANDS = ['sync', 'pull', 'push'] as const;
export type TaskCommand = (typeof COMMANDS)[number];

const TYPE = 'datastore';

/** `datastore: sync` and the like, for `preLaunchTask`, `dependsOn` and Run Task. They end as the command line would. */
export function provideTasks(folders: Folders): vscode.Disposable {
  const taskFor = (folder: Folder, command: TaskCommand, definition: vscode.TaskDefinition) => {
    // Run in this window, on the engine that keeps the folder in step: no second one on the same root.
    const run = new vscode.CustomExecution(async () => {
      const { openTaskTerminal } = await import('./task-terminal.ts');
      return openTaskTerminal(folder, command);
    });
    const task = new vscode.Task(definition, folder.workspace, command, TYPE, run);
    task.detail = DETAILS[command]();
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, panel: vscode.TaskPanelKind.Shared };
    return task;
  };
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: () =>
      syncingFolders(folders).flatMap(({ folder }) =>
        COMMANDS.map((command) => taskFor(folder, command, { type: TYPE, command })),
      ),
    resolveTask({ definition, scope }) {
      const command = COMMANDS.find((one) => one === definition['command']);
      const folder = taskFolder(scope, folders.all());
      return command === undefined || folder === undefined ? undefined : taskFor(folder, command, definition);
    },
  });
}

const DETAILS: Readonly<Record<TaskCommand, () => string>> = {
  sync: () => t('Both ways, until folder and remote are in step'),
  pull: () => t('Brings what others have committed; sends nothing'),
  push: () => t('Sends what changed here; changes nothing here'),
};
