import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { changedOnBothSides } from './both-sides.ts';
import { picture, restMouse } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a conflict', () => {
  let stage: Stage;
  /** Of the merge that is cut off, then of the rows that stand for many. */
  let [folder, window] = [] as unknown as [string, Workbench];
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('is counted, listed, compared with the remote version, and decided', async () => {
    const folder = await stage.rig.workspace('apart', { 'notes.txt': 'base\n', 'models/a.json': '{"a": 1}\n' });
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    const other = await stage.rig.workspace('apart', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'notes.txt'), 'base\nfrom the other\n');
    await writeFile(join(other, 'data', 'models', 'a.json'), '{"a": 2}\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(folder, 'data', 'notes.txt'), 'base\nfrom here\n');
    await writeFile(join(folder, 'data', 'models', 'a.json'), '{"a": 3}\n');

    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    const bar = await window.statusBarItem(/2 conflicts/);
    expect(bar.kind).toBe('warning');
    await window.openView('Conflicts');
    await window.trees.row('Conflicts', 'notes.txt');
    expect((await window.trees.rows('Conflicts')).map(({ label, level }) => [label, level])).toEqual([
      ['notes.txt', 1],
      ['models', 1],
      ['a.json', 2],
    ]);
    await window.trees.chooseFromContextMenu('Conflicts', 'notes.txt', 'Compare Conflict');
    const sides = window.page.locator('.monaco-diff-editor .view-lines');
    const text = async () => (await sides.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    await expectSoon(
      'both sides',
      text,
      (seen) => (seen.includes('from here') && seen.includes('from the other') ? true : undefined),
      15_000,
    );
    await restMouse(window);
    await picture(window, 'conflict', ['light', 'dark', 'high-contrast']);

    await window.trees.chooseFromContextMenu('Conflicts', 'notes.txt', 'Keep Mine');
    await window.statusBarItem(/1 conflict$/);
    const remote = await stage.rig.cli(folder, ['cat', 'notes.txt']);
    expect(remote.stdout).toBe('base\nfrom here\n');
    await window.trees.chooseFromContextMenu('Conflicts', 'a.json', 'Keep Theirs');
    await window.statusBarItem(/in step/);
    expect(await readFile(join(folder, 'data', 'models', 'a.json'), 'utf8')).toBe('{"a": 2}\n');
    await window.close();
  });

  it('of text with a base is merged in three ways, and is none when the person says that it is merged', async () => {
    const folder = await stage.rig.workspace('merged', { 'a/notes.txt': 'one\ntwo\nthree\n', 'image.bin': 'old\0\n' });
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    const other = await stage.rig.workspace('merged', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'a', 'notes.txt'), 'one of the other\ntwo\nthree\n');
    await writeFile(join(other, 'data', 'image.bin'), 'theirs\0\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(folder, 'data', 'a', 'notes.txt'), 'one\ntwo\nthree of mine\n');
    await writeFile(join(folder, 'data', 'image.bin'), 'mine\0\n');

    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/2 conflicts/);
    await window.openView('Conflicts');
    await window.trees.click('Conflicts', 'notes.txt');
    const merge = window.page.locator('.merge-editor');
    await merge.waitFor();
    const text = async () => (await merge.locator('.view-lines').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    await expectSoon(
      'both sides',
      text,
      (seen) => (seen.includes('one of the other') && seen.includes('three of mine') ? true : undefined),
      15_000,
    );
    await picture(window, 'merge');
    expect(await readFile(join(folder, 'data', 'a', 'notes.txt'), 'utf8')).toBe('one\ntwo\nthree of mine\n');
    await merge.locator('.code-view.result .view-lines').click();
    await window.page.keyboard.press('Control+a');
    await window.page.keyboard.type('one of the other\ntwo\nthree of mine\n');
    await window.trees.chooseFromContextMenu('Conflicts', 'notes.txt', 'Mark as Merged');
    // What counts is the file, and the merge is not in it yet.
    const unsaved = /^“notes\.txt” is open and unsaved/;
    expect((await window.notifications.waitFor(unsaved)).severity).toBe('warning');
    await picture(window, 'merge-unsaved');
    expect((await stage.rig.cli(folder, ['cat', 'a/notes.txt'])).stdout).toBe('one of the other\ntwo\nthree\n');
    await window.statusBarItem(/2 conflicts/);
    await window.notifications.press(unsaved, 'Save and Mark');
    await window.statusBarItem(/1 conflict$/);
    expect(await readFile(join(folder, 'data', 'a', 'notes.txt'), 'utf8')).toBe(
      'one of the other\ntwo\nthree of mine\n',
    );
    expect((await stage.rig.cli(folder, ['cat', 'a/notes.txt'])).stdout).toBe('one of the other\ntwo\nthree of mine\n');
    await window.trees.click('Conflicts', 'image.bin');
    await window.page.locator('.tab.active', { hasText: 'image.bin' }).waitFor();
    // Drawn: what opens takes the keys away from whatever is open then.
    await window.page.locator('.editor-group-container.active .monaco-editor-pane-placeholder').first().waitFor();
    expect(await merge.isVisible()).toBe(false);
    await window.runCommand('Datastore: Resolve All Conflicts…');
    await picture(window, 'resolve-all');
    await window.quickInput.choose('Keep Both');
    await window.statusBarItem(/in step/);
    await window.openView('Conflicts');
    expect(await window.trees.message('Conflicts')).toMatch(/^No conflicts/);
    await picture(window, 'conflicts-empty');
    await window.close();
  });

  it('whose merge a reload cuts off is asked about when the file is saved in the next window', async () => {
    folder = await changedOnBothSides(stage, 'reloaded');

    window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/1 conflict$/);
    await window.openView('Conflicts');
    await window.trees.click('Conflicts', 'notes.txt');
    await window.page.locator('.merge-editor .code-view.result .view-lines').waitFor();
    const anew = window.page.waitForEvent('load');
    await window.runCommand('Developer: Reload Window');
    await anew;
    await window.waitReady();
    await window.statusBarItem(/1 conflict$/, 60_000);
    const merge = window.page.locator('.merge-editor');
    await expectSoon(
      'the merge as it was',
      async () => (await merge.locator('.view-lines').allInnerTexts()).join('\n').replaceAll('\u00a0', ' '),
      (seen) => (seen.includes('one of the other') && seen.includes('two of mine') ? true : undefined),
      30_000,
    );
    await picture(window, 'merge-restored');
    await window.tidy();
    await window.openFile('notes.txt');
    await window.typeInEditor('three');
    await window.page.keyboard.press('Control+s');

    // The look at both sides that comes before can be stopped, and nothing is decided then.
    stage.rig.server.faults.add({ match: {}, fault: { kind: 'hang', when: 'before' } });
    await window.notifications.press(/^Is “notes\.txt” merged\?/, 'Mark as Merged');
    const looking = /^Looking at /;
    await window.notifications.waitFor(looking, 30_000);
    await picture(window, 'merge-look');
    await window.notifications.press(looking, 'Cancel');
    await window.notifications.waitForNone(looking);
    stage.rig.server.faults.clear();
    expect((await stage.rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe('one of the other\ntwo\n');
    // Another engine: what hangs of the one before is let go.
    await appendFile(join(folder, '.datastore.yaml'), 'exclude: ["*.tmp"]\n');
    await window.statusBarItem(/1 conflict$/, 30_000);
    await window.openView('Conflicts');
    await window.trees.chooseFromContextMenu('Conflicts', 'notes.txt', 'Mark as Merged');
    await window.statusBarItem(/in step/);
    expect((await stage.rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe('one\ntwo of mine\nthree');
  });

  it('rows that stand for many ask first; a decision moves nothing else, also while paused', async () => {
    const paths = ['models/a.json', 'models/b.json'];
    await stage.turn(window, folder, 'many', { 'models/a.json': '0', 'models/b.json': '0', 'rest.txt': '0' });
    await connect(window);
    await window.statusBarItem(/in step/);
    const other = await stage.rig.workspace('many', {});
    expect((await stage.rig.cli(other, ['pull'])).code).toBe(0);
    await window.runCommand('Datastore: Pause');
    await window.statusBarItem(/paused/);
    for (const path of paths) await writeFile(join(other, 'data', path), 'theirs');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    for (const path of paths) await writeFile(join(folder, 'data', path), 'mine');
    await writeFile(join(folder, 'data', 'rest.txt'), 'waits');
    await window.openView('Conflicts');
    await window.trees.row('Conflicts', 'a.json');
    await window.trees.chooseFromContextMenu('Conflicts', 'models', 'Keep Mine');
    const { text, detail } = await window.dialogs.read();
    expect(text).toBe('Keep Mine: 2 conflicts?');
    expect(detail).toContain('models/a.json\nmodels/b.json');
    await window.dialogs.press('Cancel');
    expect((await stage.rig.cli(folder, ['cat', 'models/a.json'])).stdout).toBe('theirs');
    await window.trees.chooseFromContextMenu('Conflicts', 'models', 'Keep Mine');
    await window.dialogs.press('Keep Mine');
    await expectSoon(
      'the decision there',
      () => stage.rig.cli(other, ['cat', 'models/b.json']),
      ({ stdout }) => (stdout === 'mine' ? true : undefined),
      15_000,
    );
    expect((await stage.rig.cli(other, ['cat', 'models/a.json'])).stdout).toBe('mine');
    expect((await stage.rig.cli(other, ['cat', 'rest.txt'])).stdout).toBe('0');
    await window.close();
  });
});
