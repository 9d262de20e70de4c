import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { inject, it } from 'vitest';
import { launchProfile } from '../support/vscode-server/browser.ts';
import { ensureVsCodeServer } from '../support/vscode-server/install.ts';
import { type RunningServer, startVsCodeServer } from '../support/vscode-server/server.ts';
import { FEW_BUILT_IN } from '../support/vscode-server/settings.ts';

/**
 * A VS Code server with the packed extension, and a browser profile, for one test file of a worker after the other. The first window
 * of a server in a profile compiles the workbench, which those that follow need not.
 */
export interface SharedVsCode {
  readonly profile: BrowserContext;
  readonly vscode: RunningServer;
  /** What the extension gives its stores: theirs have to be the same. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `XDG_STATE_HOME` of the extension. */
  readonly stateHome: string;
  /** A server beside it, for windows that ask whether their folder is trusted. */
  startAsking(): Promise<RunningServer>;
}

/** `it` that can be told to have one ready before the tests of a suite; it ends with its worker. */
export const withVsCode = it
  .extend('credentials', { scope: 'worker' }, () => ({
    accessKeyId: `DEV${randomUUID()}`,
    secretAccessKey: randomUUID(),
  }))
  .extend('shared', { scope: 'worker' }, async ({ credentials }, { onCleanup }): Promise<SharedVsCode> => {
    const stateHome = await realpath(await mkdtemp(join(tmpdir(), 'datastore-state-')));
    const start = (trust: boolean) => startServer(trust, stateHome, credentials);
    const [vscode, profile] = await Promise.all([start(true), launchProfile()]);
    onCleanup(async () => {
      await profile.close();
      await vscode.stop();
      await rm(stateHome, { recursive: true, force: true });
    });
    return { profile, vscode, credentials, stateHome, startAsking: () => start(false) };
  });

async function startServer(
  trust: boolean,
  stateHome: string,
  { accessKeyId, secretAccessKey }: SharedVsCode['credentials'],
): Promise<RunningServer> {
  const server = await ensureVsCodeServer();
  if ('unavailable' in server) throw new Error(server.unavailable);
  const extensionsDir = inject('extensionsDir');
  if (extensionsDir === null) throw new TypeError('installed with the server');
  return startVsCodeServer(server, {
    driver: false,
    extensionsDir,
    builtIn: FEW_BUILT_IN,
    trust,
    env: {
      XDG_STATE_HOME: stateHome,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    // What is typed is what is meant, however slowly it is drawn.
    settings: { 'files.autoSave': 'off', 'editor.acceptSuggestionOnEnter': 'off' },
  });
}
