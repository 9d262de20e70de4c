import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('keeping in step', () => {
  let stage: Stage;
  let folder: string;
  let window: Workbench;
  beforeAll(async () => {
    stage = await setStage();
    folder = await stage.rig.workspace('first', {});
    window = await stage.open(folder);
    // Its first question is there to be tidied away: else it could be the next one that is.
    await window.statusBarItem(/waiting for your answer/, 60_000);
  });
  afterAll(() => stage.close());

  it('where nobody has committed anything the view says so, and how to begin', async () => {
    await mkdir(join(folder, 'data'));
    await connect(window);
    await window.statusBarItem(/in step/);
    await window.openView('Contents');
    expect(await window.trees.message('Contents')).toMatch(/^Nothing is shared yet/);
    await picture(window, 'nothing-committed');
  });

  it('an edit is pending while automatic sync is off, and in step after a click on the status bar', async () => {
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    await stage.turn(window, folder, 'clicked', { 'notes.txt': 'one\n', 'models/a.json': '{}\n' });
    await connect(window);
    await window.statusBarItem(/2 to upload/);
    await window.statusBar.click(BAR);
    await window.statusBarItem(/in step/);
    await window.openFile('notes.txt');
    await window.typeInEditor('two\n');
    await window.page.keyboard.press('Control+s');
    const pending = await window.statusBarItem(/1 to upload/);
    expect(pending.text).toMatch(/1$/);
    expect(pending.icons).toContain('arrow-up');
    await window.openView('Contents');
    await window.trees.row('Contents', 'notes.txt');
    // Nobody has synced or refreshed: the first look has asked.
    expect((await window.trees.row('Status', 'Lock')).description).toBe('free');
    await picture(window, 'pending');
    await window.statusBar.click(BAR);
    const inStep = await window.statusBarItem(/in step/);
    expect(inStep.icons).toEqual(['check']);
    const { stdout } = await stage.rig.cli(folder, ['cat', 'notes.txt']);
    expect(stdout).toBe('one\ntwo\n');
  });

  it('with automatic sync on, what is typed and saved is on the remote by itself, and what others push comes here', async () => {
    await stage.settings(folder, {});
    await stage.turn(window, folder, 'auto', { 'notes.txt': 'one\n' });
    await connect(window);
    await window.statusBarItem(/in step/);
    await window.openFile('notes.txt');
    await window.typeInEditor('two\n');
    await window.page.keyboard.press('Control+s');
    const remote = async () => (await stage.rig.cli(folder, ['cat', 'notes.txt'])).stdout;
    await expectSoon('the edit on the remote', remote, (text) => (text === 'one\ntwo\n' ? true : undefined), 30_000);
    await window.statusBarItem(/in step/);

    const other = await stage.rig.workspace('auto', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'from-other.txt'), 'hello\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await window.runCommand('Datastore: Pull');
    const here = () => readFile(join(folder, 'data', 'from-other.txt'), 'utf8').catch(() => '');
    await expectSoon('the other file here', here, (text) => (text === 'hello\n' ? true : undefined), 15_000);
  });

  it('the Contents view opens level by level, with size, age and who', async () => {
    const files = { 'models/deep/a.json': '{"a":1}\n', 'models/b.json': '{}\n', 'top.txt': 't\n' };
    await stage.turn(window, folder, 'tree', files);
    await connect(window);
    await window.statusBarItem(/in step/);
    await window.openView('Contents');
    await window.trees.row('Contents', 'models');
    expect((await window.trees.rows('Contents')).map(({ label }) => label)).toEqual(['models', 'top.txt']);
    await window.trees.click('Contents', 'models');
    await window.trees.click('Contents', 'deep');
    const file = await window.trees.row('Contents', 'a.json');
    expect(file.level).toBe(3);
    expect(file.description).toMatch(/^8 B · .* · \S+@\S+$/);
    expect(file.ariaLabel).toMatch(/^a\.json, in step, /);
    const menu = await window.trees.contextMenu('Contents', 'a.json');
    expect(menu).toEqual(expect.arrayContaining(['Open', 'Compare with Remote', 'Copy Key']));
    await window.page.keyboard.press('Escape');
    await picture(window, 'in-step', ['light', 'dark', 'high-contrast']);
  });
});
