import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the Status view', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  /** The button at the end of a row, which is drawn while the mouse is on it. */
  async function press(window: Workbench, row: RegExp, action: string): Promise<void> {
    const line = window.page.locator('.pane .monaco-list-row').filter({ has: window.page.getByText(row) });
    await line.first().hover();
    await line.first().locator(`.action-label[aria-label="${action}"]`).click();
  }

  const description = async (window: Workbench, label: string) => (await window.trees.row('Status', label)).description;
  const until = (window: Workbench, label: string, text: RegExp) =>
    expectSoon(
      `${label}: ${text.source}`,
      () => description(window, label),
      (seen) => (text.test(seen) ? true : undefined),
      30_000,
    );

  it('says what is pending, who holds the lock, what happens by itself, and each row does what it is about', async () => {
    const folder = await stage.rig.workspace('rows', { 'notes.txt': 'one\n', 'models/a.json': '{}\n' });
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    const other = await stage.rig.workspace('rows', {});
    await stage.rig.cli(other, ['pull']);
    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/in step/, 60_000);
    // Room for all rows: the view below has nothing to show.
    await window.openView('Conflicts');
    await window.page.keyboard.press('ArrowLeft');
    await window.openView('Status');
    expect(await description(window, 'Automatic sync')).toBe('on');
    expect(await description(window, 'Health')).toMatch(/^answers in \d+ ms$/);
    await press(window, /^Automatic sync$/, 'Pause');
    await until(window, 'Automatic sync', /^paused$/);

    await writeFile(join(other, 'data', 'notes.txt'), 'two\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(folder, 'data', 'mine.txt'), 'mine\n');
    await window.runCommand('Datastore: Refresh');
    await until(window, 'To push', /^1 file$/);
    await until(window, 'To pull', /^1 file$/);
    const holder = stage.rig.start(other, ['lock', 'acquire', '--for', '10m']);
    await holder.printed('Held by');
    await window.runCommand('Datastore: Refresh');
    await until(window, 'Lock', /@/);
    await window.trees.click('Status', 'Lock');
    await until(window, 'Expires', /^in \d+ s, unless it is renewed$/);
    await picture(window, 'status-filled');
    holder.process.kill('SIGINT');
    await holder.ended;
    await window.runCommand('Datastore: Refresh');
    await until(window, 'Lock', /^free$/);

    await press(window, /^To pull$/, 'Pull');
    await expectSoon(
      'the pull',
      () => window.trees.rows('Status'),
      (rows) => (rows.some(({ label }) => label === 'To pull') ? undefined : true),
      30_000,
    );
    expect(await description(window, 'To push')).toBe('1 file');
    await press(window, /^Automatic sync$/, 'Resume');
    await until(window, 'In step', /nothing to transfer/);
    expect((await stage.rig.cli(other, ['cat', 'mine.txt'])).stdout).toBe('mine\n');
    await window.close();
  });
});
