import * as vscode from 'vscode';
import { systemClock } from './adapters/system.ts';
import type { DatastoreExports } from './vscode/api/api-v1.ts';
import { speak } from './vscode/l10n.ts';
import type { Ui } from './vscode/ui.ts';
import { openWindow, type Window } from './vscode/window.ts';
import { windowLog } from './vscode/window-log.ts';

let open: Window | null = null;

/**
 * Draws what is known at once; configuration is read, and the store's SDK loaded, afterwards.
 * Exports the API for other extensions, and for tests that VS Code itself runs in this host: what commands stand on.
 */
export function activate(context: vscode.ExtensionContext): DatastoreExports & { readonly ui?: Ui } {
  speak((message, ...args) => vscode.l10n.t(message, ...args), vscode.env.language, vscode.l10n.bundle);
  const channel = vscode.window.createOutputChannel('Datastore', { log: true });
  context.subscriptions.push(channel);
  const log = windowLog(channel);
  open = openWindow(context, log, {
    clock: systemClock,
    // All that a window can be drawn without is loaded when it is asked for: activation waits for what it loads.
    hashOf: async (content) => (await import('./adapters/codec.ts')).nodeCodec.sha256(content),
    async readConfig(workspace, url, rates) {
      const { readConfig } = await import('./adapters/config-files.ts');
      return readConfig({
        workspace,
        env: process.env,
        ...(url.trim() === '' ? {} : { url: { source: 'datastore.url', url } }),
        ...(rates === undefined ? {} : { rates: { source: 'datastore.', texts: rates } }),
      });
    },
    openEngine: async (request) => (await import('./wire-datastore.ts')).wireDatastore({ ...request, tool: 'vscode' }),
    openCheckup: async (request) => (await import('./wire-checkup.ts')).wireCheckup({ ...request, log }),
    openSetup: async (request) => (await import('./wire-setup.ts')).wireSetup({ ...request, tool: 'vscode', log }),
    readUnfinished: async (workspace, config) =>
      (await import('./wire-unfinished.ts')).readUnfinished(workspace, config),
    listBuckets: async (account, signal) => (await import('./wire-choices.ts')).wireBuckets(account, signal),
    listProfiles: async () => (await import('./wire-choices.ts')).wireProfiles(),
  });
  const { api, ui } = open;
  return { getAPI: api.getAPI, ...(context.extensionMode === vscode.ExtensionMode.Test ? { ui } : {}) };
}

/** Gives a held lock back. */
export async function deactivate(): Promise<void> {
  await open?.close();
  open = null;
}
