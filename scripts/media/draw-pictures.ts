import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser, openWorkbench } from '../../test/support/vscode-server/browser.ts';
import { ensureVsCodeServer } from '../../test/support/vscode-server/install.ts';
import { connect } from '../../test/ui/answers.ts';
import { openCli } from '../start/cli.ts';
import { installExtension } from '../start/editor.ts';
import { setStage } from '../start/stage.ts';

/* node scripts/media/draw-pictures.ts: the pictures of README.md, from the sample workspaces of `npm start` in a real VS Code. */
const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const pictures = join(project, 'docs/pictures');
const installed = await ensureVsCodeServer();
if ('unavailable' in installed) throw new Error(installed.unavailable);

const folder = mkdtempSync(join(tmpdir(), 'datastore-pictures-'));
const stage = await setStage(join(folder, 'stage'), 30);
const server = await installExtension(installed, stage, project);
const browser = await launchBrowser();
mkdirSync(pictures, { recursive: true });
try {
  const cli = openCli(stage.env);
  const window = await openWorkbench(browser, server, { folder: stage.alice });
  const take = async (name: string) => copyFileSync(await window.screenshot(name), join(pictures, `${name}.png`));
  await window.statusBarItem(/waiting for your answer/, 60_000);
  await connect(window);
  await window.statusBarItem(/in step/);
  await cli.json(stage.bob, ['sync']);

  const holder = cli.start(stage.bob, ['lock', 'acquire']);
  await cli.until(
    async () => (await cli.json(stage.bob, ['lock', 'status'])).document['lease'] != null,
    'bob holds the lease',
  );
  await window.openView('Status');
  await window.runCommand('Datastore: Refresh');
  await window.statusBarItem(/locked by/);
  await window.trees.click('Contents', 'models');
  await window.trees.click('Status', 'Lock');
  await window.trees.row('Status', 'Last heartbeat');
  await take('locked-light');
  await window.runCommand('Datastore: Explain Lock…');
  await window.page.getByText('Its heartbeat was seen to move.').waitFor();
  await window.page.mouse.move(800, 650);
  await take('lock-light');
  await window.page.keyboard.press('Escape');
  holder.kill('SIGTERM');
  await holder.ended;

  const notes = 'runs/2026-11-24-nightly/outputs/summary.md';
  appendFileSync(join(stage.bob, 'data', notes), '- reviewed by bob\n');
  await cli.json(stage.bob, ['sync']);
  appendFileSync(join(stage.alice, 'data', notes), '- reviewed by alice\n');
  writeFileSync(join(stage.alice, 'data/models/wide/config.json'), '{ "layers": 24 }\n');
  await window.statusBarItem(/conflict/);
  await window.trees.click('Conflicts', 'summary.md');
  await window.page.getByText('reviewed by bob').first().waitFor();
  await window.setTheme('dark');
  await window.openView('Conflicts');
  await take('conflict-dark');
  await window.close();
} finally {
  await browser.close();
  await server.stop();
  await stage.server.stop();
  rmSync(folder, { recursive: true, force: true });
}
