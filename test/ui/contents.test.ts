import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture, restMouse } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the Contents view', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  const labels = async (window: Workbench) => (await window.trees.rows('Contents')).map(({ label }) => label);

  it('shows each state by an icon of its own, filters by name and state, and says why a file is not in step', async () => {
    const folder = await stage.rig.workspace(
      'states',
      { 'in-step.txt': 'same\n', 'both.txt': 'base\n', 'theirs.txt': 'old\n', 'runs/0001/out.json': '{}\n' },
      'exclude: ["*.tmp", "cache/"]',
    );
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    const other = await stage.rig.workspace('states', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'both.txt'), 'of the other\n');
    await writeFile(join(other, 'data', 'theirs.txt'), 'new\n');
    await writeFile(join(other, 'data', 'runs', '0001', 'more.json'), '{"more": 1}\n');
    // Left out here, and committed by others all the same.
    await mkdir(join(other, 'data', 'cache'));
    await writeFile(join(other, 'data', 'cache', 'theirs.bin'), 'theirs\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(folder, 'data', 'both.txt'), 'of this one\n');
    await writeFile(join(folder, 'data', 'mine.txt'), 'mine\n');
    await writeFile(join(folder, 'data', '.env'), 'TOKEN=x\n');
    await writeFile(join(folder, 'data', 'scratch.tmp'), 'x\n');
    await mkdir(join(folder, 'data', 'cache'));
    await writeFile(join(folder, 'data', 'cache', 'x.bin'), 'x\n');
    await mkdir(join(folder, 'data', 'runs', '0001', 'cache'));
    await writeFile(join(folder, 'data', 'runs', '0001', 'cache', 'y.bin'), 'y\n');
    await writeFile(join(folder, 'data', 'runs', '0001', 'out.tmp'), 'y\n');
    await stage.settings(folder, { 'datastore.autoSync': 'off' });

    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/1 conflict/);
    await window.openView('Contents');
    await window.trees.row('Contents', 'mine.txt');
    expect(await labels(window)).toEqual([
      'cache',
      'runs',
      '.env',
      'both.txt',
      'in-step.txt',
      'mine.txt',
      'scratch.tmp',
      'theirs.txt',
    ]);
    const spoken = Object.fromEntries(
      (await window.trees.rows('Contents')).map(({ label, ariaLabel }) => [label, ariaLabel]),
    );
    expect(spoken['mine.txt']).toMatch(/to upload/);
    expect(spoken['theirs.txt']).toMatch(/to download/);
    expect(spoken['both.txt']).toMatch(/changed on both sides/);
    expect(spoken['.env']).toMatch(/held back/);
    expect(spoken['scratch.tmp']).toMatch(/excluded/);
    await window.trees.click('Contents', 'runs');
    await window.trees.click('Contents', '0001');
    await window.trees.row('Contents', 'more.json');
    // Only rows in sight are in the page.
    for (const view of ['Status', 'Conflicts'])
      await window.page
        .locator(`.pane-header[aria-label="${view} Section"][aria-expanded="true"]`)
        .click({ position: { x: 40, y: 10 } });
    await picture(window, 'contents-states');

    // A change of colours closes it.
    for (const theme of ['dark', 'light'] as const) {
      await window.setTheme(theme);
      await restMouse(window);
      await window.page.locator('.pane .monaco-list-row', { hasText: 'theirs.txt' }).first().hover();
      const hover = window.page.locator('.monaco-hover:visible', { hasText: 'SHA-256' });
      await hover.first().waitFor();
      expect(await hover.first().innerText()).toMatch(/Changed there: it comes down with the next sync/);
      await window.screenshot(`contents-tooltip-${theme}`);
    }
    await window.page.keyboard.press('Escape');

    const menu = await window.trees.contextMenu('Contents', 'mine.txt');
    expect(menu).toEqual(
      expect.arrayContaining([
        'Open',
        'Open Remote Version',
        'Compare with Remote',
        'Push This',
        'Why Is This Not in Step?',
        'Reveal in Explorer',
        'Copy Path',
        'Copy Key',
        'Copy SHA-256',
      ]),
    );
    await picture(window, 'contents-menu');
    await window.page.keyboard.press('Escape');
    await window.trees.chooseFromContextMenu('Contents', 'mine.txt', 'Why Is This Not in Step?');
    await window.notifications.waitFor(/mine\.txt — New here: it goes up with the next sync/);
    await window.trees.chooseFromContextMenu('Contents', 'theirs.txt', 'Open Remote Version');
    await expectSoon(
      'the remote version',
      () => window.editorText(),
      (text) => (text.startsWith('new') ? true : undefined),
      15_000,
    );

    await window.runCommand('View: Show Explorer');
    const explorer = (name: string) =>
      window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await explorer('data').first().click();
    await explorer('mine.txt').first().waitFor();
    const decorated = async (name: string) =>
      explorer(name).locator('.monaco-icon-label').first().getAttribute('aria-label');
    expect(await decorated('mine.txt')).toMatch(/Datastore: to upload/);
    expect(await decorated('both.txt')).toMatch(/Datastore: changed on both sides/);
    await restMouse(window);
    await picture(window, 'explorer');
    await window.openView('Contents');

    await window.runCommand('Datastore: Filter Contents…');
    await window.page.locator('.quick-input-title', { hasText: 'Filter Contents' }).waitFor();
    await window.quickInput.type('json');
    await picture(window, 'contents-filter-box');
    await window.page.keyboard.press('Enter');
    await window.trees.row('Contents', 'more.json');
    const said = () => window.trees.message('Contents');
    const isSaid = (seen: string) => (seen === 'Only “json”: 2 of 8 files.' ? true : undefined);
    await expectSoon('what is left', said, isSaid, 15_000);
    const names = async () => (await labels(window)).join(' ');
    const isLeft = (seen: string) => (seen === 'runs 0001 more.json out.json' ? true : undefined);
    await expectSoon('the files that are left', names, isLeft, 15_000);
    await picture(window, 'contents-filtered');
    await window.runCommand('Datastore: Filter Contents…');
    await window.quickInput.type('');
    await window.quickInput.choose('Excluded');
    await window.page.keyboard.press('Enter');
    const excluded = (seen: string) =>
      seen === 'cache theirs.bin runs 0001 cache out.tmp scratch.tmp' ? true : undefined;
    await expectSoon('what is excluded', names, excluded, 15_000);
    await expectSoon(
      'how many are excluded',
      said,
      (seen) => (seen === 'Only excluded: 5 files and folders.' ? true : undefined),
      15_000,
    );
    await picture(window, 'contents-excluded');
    await window.runCommand('Datastore: Clear Filter');
    await window.trees.row('Contents', 'mine.txt');
    expect(await window.trees.message('Contents')).toBe('');

    const spokenOf = async (label: string) => (await window.trees.row('Contents', label)).ariaLabel;
    const until = (label: string, words: string) =>
      expectSoon(
        label,
        () => spokenOf(label),
        (seen) => (seen.includes(words) ? true : undefined),
        30_000,
      );
    await window.trees.chooseFromContextMenu('Contents', 'mine.txt', 'Push This');
    await until('mine.txt', 'in step');
    expect((await stage.rig.cli(folder, ['cat', 'mine.txt'])).stdout).toBe('mine\n');
    expect(await spokenOf('theirs.txt')).toContain('to download');
    await window.trees.chooseFromContextMenu('Contents', 'theirs.txt', 'Pull This');
    await until('theirs.txt', 'in step');
    expect(await readFile(join(folder, 'data', 'theirs.txt'), 'utf8')).toBe('new\n');
    expect(await spokenOf('more.json')).toContain('to download');
    expect(await spokenOf('both.txt')).toContain('changed on both sides');
    await window.close();
  });

  it('a folder of many files comes by pages, and what is open and chosen stays so while others push', async () => {
    const many = Array.from({ length: 1_200 }, (_, n) => [`large/${String(n).padStart(5, '0')}.json`, `${n}\n`]);
    const folder = await stage.rig.workspace('many', { ...Object.fromEntries(many), 'other/a.txt': 'a\n' });
    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.statusBarItem(/in step/, 60_000);
    await window.openView('Contents');
    await window.trees.click('Contents', 'large');
    await window.trees.row('Contents', '00000.json');
    await window.trees.click('Contents', '00003.json');
    const list = window.page.locator('.pane:has(.pane-header[aria-label="Contents Section"]) .monaco-list').first();
    // Keys that come while it is drawn are lost.
    await expectSoon(
      'its last row',
      async () => {
        await list.press('End');
        return window.trees.rows('Contents');
      },
      (rows) => rows.find(({ label }) => label === 'other'),
      30_000,
    );
    await list.press('ArrowUp');
    expect((await window.trees.row('Contents', /^Show 500 More…$/)).description).toBe('700 not shown');
    await picture(window, 'contents-page');
    await window.trees.click('Contents', /^Show 500 More…$/);
    await window.trees.row('Contents', '00500.json');

    const other = await stage.rig.workspace('many', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'other', 'b.txt'), 'b\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await window.runCommand('Datastore: Pull');
    await window.openView('Contents');
    const seen = await expectSoon(
      'the new sum of its folder',
      async () => {
        await list.press('End');
        return window.trees.rows('Contents');
      },
      (rows) => rows.find(({ label, description }) => label === 'other' && description.startsWith('2 files')),
      30_000,
    );
    expect(seen.expanded).toBe(false);
    await list.press('Home');
    expect((await window.trees.row('Contents', 'large')).expanded).toBe(true);
    await window.close();
  });
});
