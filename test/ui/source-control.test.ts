import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

/** In the order of the view. */
const ROWS = ['Conflicts', 'both.txt', 'Incoming', 'theirs.txt', 'Outgoing', 'mine.txt'];

describeUi('the Source Control view', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('shows incoming, outgoing and conflicts while its setting is on, without a count on its icon', async () => {
    const folder = await stage.rig.workspace('scm', { 'base.txt': 'base\n', 'both.txt': 'base\n' });
    const other = await stage.rig.workspace('scm', {});
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(other, 'data', 'theirs.txt'), 'theirs\n');
    await writeFile(join(other, 'data', 'both.txt'), 'theirs\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await writeFile(join(folder, 'data', 'mine.txt'), 'mine\n');
    await writeFile(join(folder, 'data', 'both.txt'), 'mine\n');
    await stage.settings(folder, { 'datastore.autoSync': 'off', 'datastore.scm.enabled': true });

    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/1 conflict/);
    await window.page.keyboard.press('Control+Shift+g');
    const rows = window.page.locator('.scm-view .monaco-list-row');
    const labels = async () =>
      rows.evaluateAll((all) => all.map((row) => row.querySelector('.label-name, .name')?.textContent?.trim() ?? ''));
    const shown = await expectSoon(
      'all three groups',
      labels,
      (seen) => (ROWS.every((row) => seen.some((one) => one.startsWith(row))) ? seen : undefined),
      15_000,
    );
    expect(shown.map((one) => ROWS.find((row) => one.startsWith(row)))).toEqual(ROWS);
    expect(
      await window.page
        .locator('.activitybar .action-item:has(.codicon-source-control-view-icon) .badge-content')
        .allInnerTexts()
        .then((all) => all.filter(Boolean)),
    ).toEqual([]);
    await picture(window, 'source-control', ['light', 'dark', 'high-contrast']);
    await rows.filter({ hasText: 'mine.txt' }).first().click();
    await window.page.locator('.tab', { hasText: 'mine.txt' }).waitFor();
    await window.close();
  });
});
