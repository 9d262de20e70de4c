import * as vscode from 'vscode';
import { abortedBy } from '../api/aborted-by.ts';
import type { Folder } from '../folder.ts';
import { type Folders, syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import type { WhyInput } from './answers.ts';

interface FolderInput {
  /** Name of a workspace folder. */
  readonly folder?: string;
}

/** Gives language models what a person sees, and one thing to do: a sync, which asks the person first. */
export function registerTools(folders: Folders): vscode.Disposable {
  const asked = ({ folder }: FolderInput) => {
    const all = folders.all();
    const found = all.filter(({ workspace }) => folder === undefined || workspace.name === folder);
    if (found.length > 0 || folder === undefined) return found;
    throw new Error(
      `There is no folder ${folder}; there are: ${all.map(({ workspace }) => workspace.name).join(', ')}.`,
    );
  };
  // Loaded when the first question comes.
  const reading = <I extends FolderInput>(
    invocationMessage: string,
    answer: (answers: typeof import('./answers.ts'), found: readonly Folder[], input: I) => object,
  ): vscode.LanguageModelTool<I> => ({
    prepareInvocation: () => ({ invocationMessage }),
    invoke: async ({ input }) => result(answer(await import('./answers.ts'), asked(input), input)),
  });

  return vscode.Disposable.from(
    vscode.lm.registerTool(
      'datastore_status',
      reading(t('Reading the status of the datastore'), ({ statusAnswer }, found) => statusAnswer(found)),
    ),
    vscode.lm.registerTool(
      'datastore_out_of_step',
      reading<FolderInput & WhyInput>(t('Looking at what is out of step'), ({ whyAnswer }, found, input) =>
        whyAnswer(found, input),
      ),
    ),
    vscode.lm.registerTool(
      'datastore_lock',
      reading(t('Looking at who holds the lock'), ({ lockAnswer }, found) => lockAnswer(found)),
    ),
    vscode.lm.registerTool('datastore_sync', syncTool(folders, asked)),
  );
}

function syncTool(
  folders: Folders,
  asked: (input: FolderInput) => readonly Folder[],
): vscode.LanguageModelTool<FolderInput> {
  const connected = (input: FolderInput) => {
    const wanted = asked(input);
    return syncingFolders(folders).filter(({ folder }) => wanted.includes(folder));
  };
  return {
    prepareInvocation({ input }) {
      const names = connected(input)
        .map(({ folder, running }) => `“${folder.workspace.name}/${running.config.root}”`)
        .join(', ');
      return {
        invocationMessage: t('Syncing {0}', names),
        confirmationMessages: {
          title: t('Sync with the datastore?'),
          message:
            names === ''
              ? t('No folder is connected, so nothing can be synced.')
              : t(
                  'Files of {0} are sent to the shared datastore and brought from there, deletions included. Conflicts are left to you.',
                  names,
                ),
        },
      };
    },
    async invoke({ input }, token) {
      const found = connected(input);
      if (found.length === 0) throw new Error('No folder is connected to a datastore, so nothing can be synced.');
      const done = [];
      for (const { folder, running } of found) {
        const report = await running.coordinator.sync({ signal: abortedBy(token) });
        const { uploaded, downloaded, deletedLocal, deletedRemote, conflicts, problems } = report;
        done.push({
          name: folder.workspace.name,
          uploaded,
          downloaded,
          deletedHere: deletedLocal,
          deletedOnRemote: deletedRemote,
          conflicts: conflicts.map(({ path }) => path),
          leftAlone: problems,
        });
      }
      return result({ folders: done });
    },
  };
}

const result = (value: object): vscode.LanguageModelToolResult =>
  new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(value, null, 1))]);
