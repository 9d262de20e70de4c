import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { picture, restMouse } from './picture.ts';
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
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'All of them' }).waitFor();
    expect((await window.quickInput.items()).map(({ label }) => label)).toEqual([
      basename(one),
      basename(two),
      'All of them',
    ]);
    await picture(window, 'several-folders-pick');
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

    // Each that fails says so, under its name.
    const refuse = (prefix: string, code: string): void =>
      void stage.rig.server.faults.add({
        match: { key: new RegExp(`^${prefix}/`) },
        fault: { kind: 'status', status: 403, code },
      });
    refuse('one', 'AccessDenied');
    refuse('two', 'InvalidAccessKeyId');
    await window.statusBar.click(BAR);
    await window.quickInput.choose('All of them');
    const failures = await Promise.all(
      [one, two].map((folder) => window.notifications.waitFor(new RegExp(`^“${basename(folder)}” — `), 30_000)),
    );
    expect(failures.map(({ severity }) => severity)).toEqual(['error', 'error']);
    await restMouse(window);
    await picture(window, 'several-failed');
    stage.rig.server.faults.clear();
    await window.tidy();
    await window.statusBar.click(BAR);
    await window.quickInput.choose('All of them');
    await window.statusBarItem(/in step/, 30_000);

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

  it('none of them: the view says how to begin', async () => {
    const file = join(stage.rig.folder, 'none.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [] }));
    const window = await stage.open(file);
    // No item of the status bar says that it is there.
    await window.page.locator('.activitybar .action-label[aria-label^="Datastore"]').first().click();
    await expectSoon(
      'how to begin',
      () => window.trees.message('Contents'),
      (text) => (text.startsWith('Open a folder to keep a part of it in step') ? true : undefined),
      30_000,
    );
    await picture(window, 'no-folder');
    await window.close();
  });
});
