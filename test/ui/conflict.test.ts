import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a conflict', () => {
  let stage: Stage;
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
    await connect(window);
    const bar = await window.statusBarItem(/2 conflicts/);
    expect(bar.kind).toBe('warning');
    await window.openView('Conflicts');
    await window.trees.row('Conflicts', 'notes.txt');
    expect((await window.trees.rows('Conflicts')).map(({ label }) => label).toSorted()).toEqual([
      'a.json',
      'notes.txt',
    ]);
    await window.trees.click('Conflicts', 'notes.txt');
    const sides = window.page.locator('.monaco-diff-editor .view-lines');
    const text = async () => (await sides.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    await expectSoon(
      'both sides',
      text,
      (seen) => (seen.includes('from here') && seen.includes('from the other') ? true : undefined),
      15_000,
    );
    await window.screenshot('conflict-light');
    await window.setTheme('high-contrast');
    await window.openView('Conflicts');
    await window.screenshot('conflict-high-contrast');

    await window.trees.chooseFromContextMenu('Conflicts', 'notes.txt', 'Keep Mine');
    await window.statusBarItem(/1 conflict$/);
    const remote = await stage.rig.cli(folder, ['cat', 'notes.txt']);
    expect(remote.stdout).toBe('base\nfrom here\n');
    await window.trees.chooseFromContextMenu('Conflicts', 'a.json', 'Keep Theirs');
    await window.statusBarItem(/in step/);
    expect(await readFile(join(folder, 'data', 'models', 'a.json'), 'utf8')).toBe('{"a": 2}\n');
    await window.close();
  });
});
