import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { openRig, type Rig } from '../cli/harness.ts';
import { launchProfile, openWorkbench } from '../support/vscode-server/browser.ts';
import { ensureChromium } from '../support/vscode-server/chromium.ts';
import { errorsIn } from '../support/vscode-server/host-logs.ts';
import { ensureVsCodeServer } from '../support/vscode-server/install.ts';
import { type RunningServer, startVsCodeServer } from '../support/vscode-server/server.ts';
import { FEW_BUILT_IN } from '../support/vscode-server/settings.ts';

export { connect } from './answers.ts';

import type { Workbench } from '../support/vscode-server/workbench.ts';

const [server, chromium] = await Promise.all([ensureVsCodeServer(), ensureChromium()]);
const missing =
  'unavailable' in server ? server.unavailable : 'unavailable' in chromium ? chromium.unavailable : undefined;

/** A suite that needs a window; where there can be none it is left out, with the reason, or fails in CI. */
export function describeUi(name: string, body: () => void): void {
  if (missing === undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`left out: ${name}: ${missing}\n`);
  if (process.env['CI'] === 'true')
    it(name, () => {
      expect.fail(missing);
    });
  else it.skip(`${name}: ${missing}`);
}

/** The packed extension in a real VS Code, a dev S3 server, and workspaces that share a datastore with the CLI. */
export interface Stage {
  readonly rig: Rig;
  readonly vscode: RunningServer;
  /** Writes the folder's `.vscode/settings.json`. */
  settings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** A window on a folder or a workspace file; `trust` answers the question that a stage set with `trust: false` asks first. */
  open(folder: string, answers?: { readonly trust: true }): Promise<Workbench>;
  /**
   * Turns the folder that a window shows into a workspace on another prefix, with other files, tidied up: it asks as a new one does.
   * For tests that are about what is shown and not about how a window begins, which takes ten times as long.
   */
  turn(window: Workbench, folder: string, prefix: string, files: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export async function setStage(options: { readonly trust?: boolean } = {}): Promise<Stage> {
  if ('unavailable' in server) throw new Error(server.unavailable);
  const extensionsDir = inject('extensionsDir');
  if (extensionsDir === null) throw new TypeError('installed with the server');
  const rig = await openRig();
  let profile: BrowserContext | undefined;
  const windows: Workbench[] = [];
  const vscode = await startVsCodeServer(server, {
    driver: false,
    extensionsDir,
    builtIn: FEW_BUILT_IN,
    ...options,
    env: {
      XDG_STATE_HOME: join(rig.folder, 'state'),
      AWS_ACCESS_KEY_ID: rig.server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rig.server.credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    settings: { 'files.autoSave': 'off' },
  });
  return {
    rig,
    vscode,
    async settings(folder, settings) {
      await mkdir(join(folder, '.vscode'), { recursive: true });
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    },
    async open(folder, answers) {
      profile ??= await launchProfile();
      const isWorkspace = folder.endsWith('.code-workspace');
      const window = await openWorkbench(profile, vscode, isWorkspace ? { workspaceFile: folder } : { folder });
      windows.push(window);
      if (answers?.trust) await window.dialogs.press('Yes, I trust the authors');
      return window;
    },
    async turn(window, folder, prefix, files) {
      await window.tidy();
      const fresh = await rig.workspace(prefix, files);
      await rename(join(fresh, '.datastore.yaml'), join(folder, '.datastore.yaml'));
      // Until then the engine of the old prefix would take the new files for changes.
      await window.statusBarItem(/waiting for your answer/, 30_000);
      await rm(join(folder, 'data'), { recursive: true, force: true });
      await rename(join(fresh, 'data'), join(folder, 'data'));
    },
    async close() {
      await profile?.close();
      const said = [...windows.flatMap(({ consoleErrors }) => consoleErrors), ...errorsIn(await vscode.hostLogs())];
      await vscode.stop();
      await rig.close();
      expect(said.filter((error) => OURS.test(error) && !PROVOKED.test(error))).toEqual([]);
    },
  };
}

/** Of the errors of a page and of its extension host: what names this extension, or was handled by nobody. */
const OURS = /datastore-sync\.datastore-sync|rejected promise not handled|unhandled/i;
/** By a test that kills the host. */
const PROVOKED = /terminated unexpectedly/;

/** The status bar item of the extension. */
export const BAR = /Datastore: /;
