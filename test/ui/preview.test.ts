import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contents } from '../cli/harness.ts';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('preview and undo', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('the plan is shown with a box a step; what is checked is done, and can be had back', async () => {
    const files = { 'a.txt': 'a1\n', 'b.txt': 'b1\n', 'gone.txt': 'gone\n', 'k.txt': 'k\n' };
    const folder = await stage.rig.workspace('plan', files);
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    const other = await stage.rig.workspace('plan', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'a.txt'), 'a of the other\n');
    await writeFile(join(other, 'data', 'k.txt'), 'k of the other\n');
    await rm(join(other, 'data', 'gone.txt'));
    await stage.rig.cli(other, ['sync']);
    await writeFile(join(folder, 'data', 'b.txt'), 'b of mine\n');
    await writeFile(join(folder, 'data', 'new.txt'), 'new\n');
    await writeFile(join(folder, 'data', 'k.txt'), 'k of mine\n');

    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/1 conflict/);
    await window.runCommand('Datastore: Preview Sync…');
    await window.trees.row('Preview', 'b.txt');
    // Only rows in sight are in the page. In the middle of a header are its buttons.
    for (const view of ['Contents', 'Status', 'Conflicts'])
      await window.page
        .locator(`.pane-header[aria-label="${view} Section"][aria-expanded="true"]`)
        .click({ position: { x: 40, y: 10 } });
    await window.trees.row('Preview', 'a.txt');
    const rows = await window.trees.rows('Preview');
    expect(rows.map(({ label, description, level }) => `${'  '.repeat(level - 1)}${label}: ${description}`)).toEqual([
      'Conflicts: 1',
      '  k.txt: changed on both sides',
      'Up: 2 · ↑ 2 files, 14 B',
      '  b.txt: 10 B · changed here',
      '  new.txt: 4 B · new here',
      'Down: 2 · ↓ 1 file, 15 B · 1 deletion',
      '  gone.txt: deleted there',
      '  a.txt: 15 B · changed there',
    ]);
    expect(await window.trees.titleActions('Preview')).toEqual(
      expect.arrayContaining(['Apply Preview', 'Close Preview']),
    );
    expect(await boxes(window)).toEqual({
      Up: true,
      'b.txt': true,
      'new.txt': true,
      Down: true,
      'gone.txt': true,
      'a.txt': true,
    });
    await box(window, 'new.txt').click();
    await expectSoon(
      'the box of its group',
      () => boxes(window),
      (now) => (now['Up'] === false ? true : undefined),
      10_000,
    );
    await expect
      .poll(() => window.trees.message('Preview'), { timeout: 10_000 })
      .toContain('↑ 1 file, 10 B · ↓ 1 file, 15 B · 1 deletion');
    await picture(window, 'preview');

    // It moves meanwhile: nothing is done, and it is named.
    await writeFile(join(folder, 'data', 'b.txt'), 'b of mine, again\n');
    await window.runCommand('Datastore: Apply Preview');
    const moved = await window.notifications.waitFor(/b\.txt: it changed here since/);
    expect(moved.buttons).toContain('Preview Again');
    expect(await readFile(join(folder, 'data', 'a.txt'), 'utf8')).toBe('a1\n');
    await window.notifications.press(/b\.txt: it changed here since/, 'Preview Again');
    await expectSoon(
      'the new plan',
      () => window.trees.rows('Preview'),
      (now) => now.find(({ description }) => description.startsWith('17 B')),
      15_000,
    );
    // Its engine is another: nothing is done, and it says so.
    const configuration = join(folder, '.datastore.yaml');
    await writeFile(configuration, `${await readFile(configuration, 'utf8')}\nexclude: [k.txt]\n`);
    await expect
      .poll(() => window.trees.message('Preview'), { timeout: 30_000 })
      .toMatch(/The connection of “.*” has changed since this preview\. Preview again\./);
    await window.runCommand('Datastore: Apply Preview');
    await window.notifications.waitFor(/connection of “.*” has changed since it was previewed. Nothing was changed/);
    expect(await readFile(join(folder, 'data', 'a.txt'), 'utf8')).toBe('a1\n');
    await window.notifications.press(/connection of “.*” has changed/, 'Preview Again');
    await expectSoon(
      'the plan of the new engine',
      () => boxes(window),
      (now) => (now['new.txt'] === true ? true : undefined),
      15_000,
    );
    await box(window, 'new.txt').click();
    // While it waits for the lock of another, it is not carried out a second time.
    const holder = stage.rig.start(other, ['run', '--', 'sh', '-c', 'echo works; exec sleep 60']);
    await holder.printed('works');
    await window.runCommand('Datastore: Apply Preview');
    await window.runCommand('Datastore: Apply Preview');
    await window.notifications.waitFor(/A plan is being applied already/);
    holder.process.kill('SIGTERM');
    await holder.ended;
    await window.page.locator('.pane-header[aria-label="Preview Section"]').waitFor({ state: 'detached' });
    expect(await readFile(join(folder, 'data', 'a.txt'), 'utf8')).toBe('a of the other\n');
    expect(await contents(folder)).toMatchObject({ 'b.txt': 'b of mine, again\n', 'k.txt': 'k of mine\n' });
    expect(Object.keys(await contents(folder))).not.toContain('gone.txt');
    expect((await stage.rig.cli(folder, ['cat', 'b.txt'])).stdout).toBe('b of mine, again\n');
    expect((await stage.rig.cli(folder, ['cat', 'new.txt'])).code).not.toBe(0);

    await window.tidy();
    await window.runCommand('Datastore: Undo Last Sync…');
    const items = await expectSoon(
      'the files',
      () => window.quickInput.items(),
      (now) => (now.length === 2 ? now : undefined),
      15_000,
    );
    expect(items.map(({ label, description, checked }) => [label, description, checked])).toEqual([
      ['a.txt', '3 B, was replaced', true],
      ['gone.txt', '5 B, was deleted', true],
    ]);
    await picture(window, 'undo');
    await window.quickInput.accept();
    const question = await window.dialogs.read();
    expect(question.text).toBe('Bring back 2 files (8 B)?');
    expect(question.detail).toContain('gone.txt · 5 B, was deleted');
    expect(question.detail).toContain('The next sync sends what comes back to everybody');
    await picture(window, 'undo-question');
    await window.dialogs.press('Cancel');
    expect(await readFile(join(folder, 'data', 'a.txt'), 'utf8')).toBe('a of the other\n');

    // All that is listed is what is listed: a file that could come back only later is left.
    const [taken, aside] = [join(folder, 'data', 'a.txt'), join(folder, 'a.txt')];
    await rename(taken, aside);
    await writeFile(taken, 'in the way\n');
    await window.runCommand('Datastore: Undo Last Sync…');
    await expectSoon(
      'the file',
      () => window.quickInput.items(),
      (now) =>
        now.some(({ label }) => label === 'gone.txt') && now.every(({ label }) => label !== 'a.txt') ? now : undefined,
      15_000,
    );
    await rename(aside, taken);
    await window.quickInput.accept();
    await window.dialogs.press('Bring Back');
    await window.notifications.waitFor(/1 file \(5 B\) back in/);
    expect(await contents(folder)).toMatchObject({ 'a.txt': 'a of the other\n', 'gone.txt': 'gone\n' });
    await window.close();
  });
});

const box = (window: Workbench, label: string) =>
  window.page
    .locator('.pane', { has: window.page.locator('.pane-header[aria-label="Preview Section"]') })
    .locator('.monaco-list-row', { has: window.page.locator('.label-name').getByText(label, { exact: true }) })
    .locator('.custom-view-tree-node-item-checkbox');

/** Rows that have a box: whether it is checked. */
async function boxes(window: Workbench): Promise<Record<string, boolean>> {
  const found: Record<string, boolean> = {};
  for (const { label } of await window.trees.rows('Preview')) {
    const one = box(window, label);
    if ((await one.count()) > 0) found[label] = (await one.getAttribute('aria-checked')) === 'true';
  }
  return found;
}
