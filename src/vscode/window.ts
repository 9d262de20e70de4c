import * as vscode from 'vscode';
import { openAnswers } from './answers.ts';
import type { DatastoreExports } from './api/api-v1.ts';
import { openApi } from './api/open-api.ts';
import { registerCommands } from './commands.ts';
import { keepContextKeys } from './context-keys.ts';
import { decorateExplorer } from './decorations.ts';
import { onClosed, onSaved } from './editor-events.ts';
import { openFolders } from './folders.ts';
import { openHeldFiles } from './held-files.ts';
import type { Host } from './host.ts';
import { openKeys } from './keys.ts';
import { openLocks } from './lock/locks.ts';
import { openMergeQuestions } from './merge-questions.ts';
import { announceNews } from './news.ts';
import { openNotices } from './notices.ts';
import { serveRemoteDocuments } from './remote-documents.ts';
import { openReports } from './reports.ts';
import { offerScm } from './scm/offer-scm.ts';
import { windowScreen } from './screen.ts';
import { openStatusBar } from './status-bar.ts';
import { provideTasks } from './tasks.ts';
import { registerTools } from './tools/register-tools.ts';
import type { Ui } from './ui.ts';
import { handleUris } from './uri-handler.ts';
import { openConflictsView } from './views/conflicts-view.ts';
import { openContentsView } from './views/contents-view.ts';
import { openStatusView } from './views/status-view.ts';
import type { WindowLog } from './window-log.ts';

export interface Window {
  /** For VS Code's own test mode. */
  readonly ui: Ui;
  /** For other extensions. */
  readonly api: DatastoreExports;
  /** Ends every engine; resolves when held locks are given back. */
  close(): Promise<void>;
}

/** Builds everything one window shows, and starts its folders. */
export function openWindow(context: vscode.ExtensionContext, log: WindowLog, host: Host): Window {
  const answers = openAnswers(context.workspaceState);
  const keys = openKeys(context.secrets);
  const notices = openNotices(windowScreen, context.globalState, log, host.clock);
  const folders = openFolders({ host, answers, keys, log, paused: keepPauses(context.workspaceState) });
  const locks = openLocks({ folders, notices, clock: host.clock });
  const contents = openContentsView(folders, host, log);
  const reports = openReports();
  const documents = serveRemoteDocuments(folders, keepHeld(context, host));
  const merges = openMergeQuestions({
    folders,
    notices,
    memory: context.workspaceState,
    onSaved,
    onClosed,
    markMerged: (target) => vscode.commands.executeCommand('datastore.markMerged', target),
  });
  const api = openApi(folders);
  const { version } = context.extension.packageJSON as { readonly version: string };
  const ui: Ui = { host, folders, notices, locks, answers, keys, log, reports, documents, merges, version, contents };
  context.subscriptions.push(
    contents,
    reports,
    locks,
    openStatusView(folders, host, log),
    openConflictsView(folders, host.clock),
    openStatusBar(folders, host.clock),
    keepContextKeys(folders),
    decorateExplorer(folders),
    documents,
    merges,
    announceNews(folders, notices),
    registerCommands(ui),
    api,
    registerTools(folders),
    offerScm(folders),
    provideTasks(folders),
    handleUris(notices),
  );
  folders.start().catch((error: unknown) => log.error(String(error)));
  return { ui, api, close: () => folders.dispose() };
}

/** Where VS Code keeps what belongs to this workspace. */
function keepHeld({ workspaceState, storageUri, globalStorageUri }: vscode.ExtensionContext, { hashOf }: Host) {
  const { fs } = vscode.workspace;
  const of = (name: string) => vscode.Uri.joinPath(storageUri ?? globalStorageUri, 'merges', name);
  return openHeldFiles({
    hashOf,
    memory: workspaceState,
    contents: {
      write: async (name, content) => fs.writeFile(of(name), content),
      read: async (name) => fs.readFile(of(name)),
      delete: async (name) => fs.delete(of(name)),
    },
  });
}

/** A pause outlives the window: a person who paused comes back to a paused folder. */
function keepPauses(memory: vscode.Memento) {
  const keyOf = (folder: string) => `datastore.paused:${folder}`;
  return {
    has: (folder: string) => memory.get(keyOf(folder)) === true,
    set: (folder: string, paused: boolean) => void memory.update(keyOf(folder), paused ? true : undefined),
  };
}
