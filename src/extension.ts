import * as vscode from 'vscode';
import { readConfig } from './adapters/config-files.ts';
import { buildExcludes } from './adapters/excludes.ts';
import { systemClock } from './adapters/system.ts';
import type { Ui } from './vscode/ui.ts';
import { openWindow, type Window } from './vscode/window.ts';
import { wireCheckup } from './wire-checkup.ts';
import { wireBuckets, wireProfiles } from './wire-choices.ts';
import { wireDatastore } from './wire-datastore.ts';
import { wireSetup } from './wire-setup.ts';

let open: Window | null = null;

/**
 * Draws what is known at once; configuration is read, and the store's SDK loaded, afterwards.
 * Exports nothing, but for tests that VS Code itself runs in this host: what commands stand on.
 */
export function activate(context: vscode.ExtensionContext): Ui | undefined {
  const log = vscode.window.createOutputChannel('Datastore', { log: true });
  context.subscriptions.push(log);
  open = openWindow(context, log, {
    clock: systemClock,
    readConfig: (workspace, url) =>
      readConfig({
        workspace,
        env: process.env,
        ...(url.trim() === '' ? {} : { url: { source: 'datastore.url', url } }),
      }),
    openEngine: (request) => wireDatastore({ ...request, tool: 'vscode' }),
    openCheckup: (request) => wireCheckup({ ...request, log }),
    openSetup: (request) => wireSetup({ ...request, tool: 'vscode', log }),
    listBuckets: wireBuckets,
    listProfiles: wireProfiles,
    skipOf: buildExcludes,
  });
  return context.extensionMode === vscode.ExtensionMode.Test ? open.ui : undefined;
}

/** Gives a held lock back. */
export async function deactivate(): Promise<void> {
  await open?.close();
  open = null;
}
