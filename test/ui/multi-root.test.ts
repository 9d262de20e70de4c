import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { picture } from './picture.ts';
import { BAR, describeUi, type Stage, setStage } from './stage.ts';

describeUi('several folders', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('are asked about one by one, shown under their names, and one status bar item speaks for all', async () => {
    const one = await stage.rig.workspace('one', { 'models/a.json': '{}\n', 'notes.txt': 'hello\n' });
    const two = await stage.rig.workspace('two', { 'x.txt': 'x\n' });
    const bare = join(stage.rig.folder, 'bare');
    await mkdir(bare);
    const file = join(stage.rig.folder, 'several.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [one, two, bare].map((path) => ({ path })) }));
    const window = await stage.open(file);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    // Its button asks about the folder that it names.
    await window.notifications.press(new RegExp(`^Connect “${basename(one)}”`), 'Review…');
    expect((await window.dialogs.read()).detail).toContain('Prefix: one');
    await window.dialogs.press('Connect');
    await window.openView('Contents');
    await window.trees.row('Contents', 'notes.txt');
    // One still waits, and that is what the two together show.
    await window.statusBarItem(/waiting for your answer/);
    await window.runCommand('Datastore: Answer Connection Question…');
    expect((await window.dialogs.read()).detail).toContain('Prefix: two');
    await window.dialogs.press('Connect');
    await window.statusBarItem(/in step/);
    await window.trees.row('Contents', 'x.txt');
    const rows = (await window.trees.rows('Contents')).map(({ level, label }) => `${level} ${label}`);
    expect(rows).toEqual([`1 ${basename(one)}`, '2 models', '2 notes.txt', `1 ${basename(two)}`, '2 x.txt']);

    await writeFile(join(two, 'data', 'x.txt'), 'changed\n');
    await window.statusBar.click(BAR);
    await window.quickInput.choose(basename(two));
    await window.statusBarItem(/in step/);
    await expectSoon(
      'the change on the remote',
      async () => (await stage.rig.cli(two, ['cat', 'x.txt'])).stdout,
      (text) => (text === 'changed\n' ? true : undefined),
      30_000,
    );
    await window.statusBarItem(/in step/);
    await picture(window, 'several-folders');

    // A plan says that its engine is another, and goes with its folder.
    await window.runCommand('Datastore: Pause');
    await window.statusBarItem(/paused/);
    await writeFile(join(two, 'data', 'x.txt'), 'changed again\n');
    await window.runCommand('Datastore: Preview Sync…');
    await window.quickInput.choose(basename(two));
    await window.trees.row('Preview', 'x.txt');
    const configuration = join(two, '.datastore.yaml');
    await writeFile(configuration, `${await readFile(configuration, 'utf8')}\nexclude: [y.txt]\n`);
    await expectSoon(
      'that its engine is another',
      () => window.trees.message('Preview'),
      (text) =>
        /^The connection of “.*” has changed since this preview\. Preview again\.$/.test(text) ? true : undefined,
      15_000,
    );
    await picture(window, 'preview-outdated');
    await writeFile(file, JSON.stringify({ folders: [one, bare].map((path) => ({ path })) }));
    await window.page.locator('.pane-header[aria-label="Preview Section"]').waitFor({ state: 'detached' });
    await window.close();
  });
});
