import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../cli/harness.ts';
import { launchBrowser, openWorkbench } from '../support/vscode-server/browser.ts';
import { ensureChromium } from '../support/vscode-server/chromium.ts';
import { ensureVsCodeServer } from '../support/vscode-server/install.ts';
import { type RunningServer, startVsCodeServer } from '../support/vscode-server/server.ts';

export { connect } from './answers.ts';

import type { Workbench } from '../support/vscode-server/workbench.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

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
  close(): Promise<void>;
}

export async function setStage(options: { readonly trust?: boolean } = {}): Promise<Stage> {
  if ('unavailable' in server) throw new Error(server.unavailable);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'datastore-ui-')));
  const vsix = join(scratch, 'extension.vsix');
  const packed = spawnSync(process.execPath, ['scripts/package.ts', vsix], { cwd: project, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`packing failed: ${packed.stderr}`);
  const rig = await openRig();
  let browser: Browser | undefined;
  const vscode = await startVsCodeServer(server, {
    driver: false,
    ...options,
    env: {
      XDG_STATE_HOME: join(rig.folder, 'state'),
      AWS_ACCESS_KEY_ID: rig.server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rig.server.credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    settings: { 'files.autoSave': 'off', 'workbench.colorTheme': 'Light Modern' },
  });
  await vscode.installVsix(vsix);
  return {
    rig,
    vscode,
    async settings(folder, settings) {
      await mkdir(join(folder, '.vscode'), { recursive: true });
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    },
    async open(folder, answers) {
      browser ??= await launchBrowser();
      const isWorkspace = folder.endsWith('.code-workspace');
      const window = await openWorkbench(browser, vscode, isWorkspace ? { workspaceFile: folder } : { folder });
      if (answers?.trust) await window.dialogs.press('Yes, I trust the authors');
      return window;
    },
    async close() {
      await browser?.close();
      await vscode.stop();
      await rig.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** The status bar item of the extension. */
export const BAR = /Datastore: /;
