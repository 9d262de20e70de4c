import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../cli/harness.ts';
import { openPage } from '../support/vscode-server/browser.ts';
import { ensureChromium } from '../support/vscode-server/chromium.ts';
import { errorsIn, untilHostsEnded } from '../support/vscode-server/host-logs.ts';
import { ensureVsCodeServer } from '../support/vscode-server/install.ts';
import { Workbench } from '../support/vscode-server/workbench.ts';
import { type SharedVsCode, withVsCode } from './shared-vscode.ts';

export { connect } from './answers.ts';

const [server, chromium] = await Promise.all([ensureVsCodeServer(), ensureChromium()]);
const missing =
  'unavailable' in server ? server.unavailable : 'unavailable' in chromium ? chromium.unavailable : undefined;

let vsCode: SharedVsCode | undefined;

/** A suite that needs a window; where there can be none it is left out, with the reason, or fails in CI. */
export function describeUi(name: string, body: () => void): void {
  if (missing === undefined) {
    describe(name, () => {
      withVsCode.beforeAll(({ shared }) => void (vsCode = shared));
      body();
    });
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
  /** Writes the folder's `.vscode/settings.json`. */
  settings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** A window on a folder or a workspace file; one that asks for trust has to be answered first. */
  open(folder: string, options?: OpenOptions): Promise<Workbench>;
  /**
   * Turns the folder that a window shows into a workspace on another prefix, with other files, tidied up: it asks as a new one does.
   * For tests that are about what is shown and not about how a window begins, which takes ten times as long.
   */
  turn(window: Workbench, folder: string, prefix: string, files: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Answers the question that a stage set with `trust: false` asks first. */
  readonly trust?: true;
  /** Runs before the workbench's own scripts. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface StageOptions {
  /** false: windows ask whether their folder is trusted. */
  readonly trust?: boolean;
  /** false: the first write of a workspace tries its store, with some hundred requests. */
  readonly knownStore?: boolean;
}

/** One at a time. */
export async function setStage({ trust = true, knownStore = true }: StageOptions = {}): Promise<Stage> {
  if (vsCode === undefined) throw new TypeError('set in a suite of describeUi');
  const { profile, stateHome, credentials } = vsCode;
  const rig = await openRig({ stateHome, credentials, knownStore });
  const vscode = trust ? vsCode.vscode : await vsCode.startAsking();
  const before = new Set(errorsIn(await vscode.hostLogs()));
  const windows: Workbench[] = [];
  return {
    rig,
    async settings(folder, settings) {
      await mkdir(join(folder, '.vscode'), { recursive: true });
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    },
    async open(folder, options = {}) {
      const shown = folder.endsWith('.code-workspace') ? { workspaceFile: folder } : { folder };
      const { page, errors } = await openPage(profile, vscode.pageUrl(shown), options.prepare);
      const window = new Workbench(page, errors);
      windows.push(window);
      await window.waitReady();
      if (options.trust) await window.dialogs.press('Yes, I trust the authors');
      return window;
    },
    async turn(window, folder, prefix, files) {
      await window.tidy();
      const fresh = await rig.workspace(prefix, files);
      await rename(join(fresh, '.datastore.yaml'), join(folder, '.datastore.yaml'));
      // Until then the engine of the old prefix would take the new files for changes.
      await window.statusBarItem(/waiting for your answer/, 30_000);
      if (knownStore) await rig.knowStore(folder, prefix);
      await rm(join(folder, 'data'), { recursive: true, force: true });
      await rename(join(fresh, 'data'), join(folder, 'data'));
    },
    async close() {
      for (const window of windows) if (!window.page.isClosed()) await window.close();
      await untilHostsEnded(vscode.serverDataDir);
      const logged = errorsIn(await vscode.hostLogs()).filter((error) => !before.has(error));
      const said = [...windows.flatMap(({ consoleErrors }) => consoleErrors), ...logged];
      if (!trust) await vscode.stop();
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
