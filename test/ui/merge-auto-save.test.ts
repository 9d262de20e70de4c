import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { changedOnBothSides } from './both-sides.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a merge where VS Code saves by itself', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('is asked about when its editor is closed, not while it is typed', async () => {
    const folder = await changedOnBothSides(stage, 'by-itself');
    // What VS Code for the Web does where nobody has chosen otherwise.
    await stage.settings(folder, { 'files.autoSave': 'afterDelay' });

    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/1 conflict$/);
    await window.openView('Conflicts');
    await window.trees.click('Conflicts', 'notes.txt');
    const result = window.page.locator('.merge-editor .code-view.result .view-lines');
    await result.click();
    await window.page.keyboard.press('Control+a');
    const merged = 'one of the other\ntwo of mine\n';
    await window.page.keyboard.type(merged);
    const file = join(folder, 'data', 'notes.txt');
    await expectSoon(
      'saved by itself',
      () => readFile(file, 'utf8'),
      (seen) => (seen === merged ? true : undefined),
      15_000,
    );
    const question = /^Is “notes\.txt” merged\?/;
    await window.notifications.waitForNone(question);
    await window.runCommand('View: Close Editor');
    await window.notifications.press(question, 'Mark as Merged');
    await window.statusBarItem(/in step/);
    expect((await stage.rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe(merged);
    await window.close();
  });
});
