import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { openWorkspaces, type Workspaces } from '../../cli/harness.ts';
import { BUCKET } from '../../cli/place.ts';
import { launchBrowser, openWorkbench } from '../../support/vscode-server/browser.ts';
import { ensureVsCodeServer } from '../../support/vscode-server/install.ts';
import { type RunningServer, startVsCodeServer } from '../../support/vscode-server/server.ts';
import type { Workbench } from '../../support/vscode-server/workbench.ts';
import { connect } from '../../ui/answers.ts';
import { startDevServer } from '../dev-server.ts';
import { type HostMemory, hostMemory } from './host-memory.ts';
import { writeManyFiles } from './many-files.ts';

/** Medians over the windows. */
export interface Windows {
  /** Milliseconds by VS Code's own figure. */
  readonly activationMs: number;
  /** From the view's opening to its first row, in milliseconds. */
  readonly firstRowMs: number;
  /** The same of a folder with a tenth of all files, which shows its first page. */
  readonly firstPageMs: number;
  /** Of the extension host with one file, and with all. */
  readonly one: HostMemory;
  readonly all: HostMemory;
}

export interface WindowOptions {
  readonly files: number;
  readonly runs: number;
  readonly say: (text: string) => void;
}

const project = fileURLToPath(new URL('../../..', import.meta.url));
/** A scan of all files at the window's start, on a machine that does other things, too. */
const PATIENCE_MS = 180_000;

export async function measureWindows({ files, runs, say }: WindowOptions): Promise<Windows> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'datastore-bench-')));
  const s3 = await startDevServer([BUCKET], 0);
  const place = { ...s3, credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey } };
  const rig = await openWorkspaces(place, { knownStore: true });
  const state = join(rig.folder, 'state');
  const vscode = await startServer(scratch, rig, state);
  const browser = await launchBrowser();
  try {
    const one = await filled(rig, 'one', 1);
    say(`pushing ${files} files`);
    const many = await filled(rig, 'many', files);
    say('pushed');
    const activations: number[] = [];
    const memory: HostMemory[] = [];
    for (let run = 0; run < runs; run += 1) {
      const window = await inStep(browser, vscode, one);
      activations.push(await window.activationMs('Datastore Sync'));
      await window.openView('Contents');
      await window.trees.row('Contents', /./);
      if (run === runs - 1) memory.push(await hostMemory('XDG_STATE_HOME', state));
      await window.close();
      say(`window ${run + 1}: activation ${activations.at(-1)} ms`);
    }
    const [rows, pages]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      const window = await inStep(browser, vscode, many);
      rows.push(await timed(() => showFirstRow(window)));
      pages.push(await timed(() => openLargeFolder(window)));
      if (run === runs - 1) memory.push(await hostMemory('XDG_STATE_HOME', state));
      await window.close();
      say(`window ${run + 1}: first row ${rows.at(-1)} ms, first page ${pages.at(-1)} ms`);
    }
    const [least, most] = memory;
    if (least === undefined || most === undefined) throw new Error('no memory was measured');
    return {
      activationMs: median(activations),
      firstRowMs: median(rows),
      firstPageMs: median(pages),
      one: least,
      all: most,
    };
  } finally {
    await browser.close();
    await vscode.stop();
    await rig.close();
    await s3.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The packed extension in a VS Code of its own. */
async function startServer(scratch: string, { place }: Workspaces, state: string): Promise<RunningServer> {
  const installed = await ensureVsCodeServer();
  if ('unavailable' in installed) throw new Error(installed.unavailable);
  const vsix = join(scratch, 'extension.vsix');
  const packed = spawnSync(process.execPath, ['scripts/package.ts', vsix], { cwd: project, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`packing failed: ${packed.stderr}`);
  const server = await startVsCodeServer(installed, {
    driver: false,
    env: {
      XDG_STATE_HOME: state,
      AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    settings: { 'files.autoSave': 'off' },
  });
  await server.installVsix(vsix);
  return server;
}

/** A workspace whose files are committed. */
async function filled(rig: Workspaces, prefix: string, files: number): Promise<string> {
  // A machine that does other things, too, must not end the push.
  const workspace = await rig.workspace(prefix, {}, 'lock: { ttlSeconds: 300 }');
  await writeManyFiles(join(workspace, 'data'), files);
  const { code, stderr } = await rig.cli(workspace, ['sync', '--quiet']);
  if (code !== 0) throw new Error(`the first push failed: ${stderr}`);
  return workspace;
}

async function inStep(browser: Browser, vscode: RunningServer, folder: string): Promise<Workbench> {
  const window = await openWorkbench(browser, vscode, { folder });
  await window.statusBarItem(/waiting for your answer/, PATIENCE_MS);
  await connect(window);
  await window.statusBarItem(/in step/, PATIENCE_MS);
  return window;
}

/** By the icon at the left, as a person would; the view was never open in this window. */
async function showFirstRow(window: Workbench): Promise<void> {
  await window.page.locator('.activitybar .action-label[aria-label^="Datastore"]').first().click();
  await window.page
    .locator('.pane .monaco-list-row[aria-level="1"] .label-name')
    .first()
    .waitFor({ timeout: PATIENCE_MS });
}

/** Its first rows are deeper by one. */
async function openLargeFolder(window: Workbench): Promise<void> {
  await window.trees.click('Contents', 'large');
  await window.page
    .locator('.pane .monaco-list-row[aria-level="2"] .label-name')
    .first()
    .waitFor({ timeout: PATIENCE_MS });
}

async function timed(act: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await act();
  return Math.round(performance.now() - from);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}
