import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a plan with many steps', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('is drawn by pages, and applied whole', async () => {
    const names = Array.from({ length: 503 }, (_, nth) => `f${String(nth).padStart(3, '0')}.txt`);
    const folder = await stage.rig.workspace('pages', Object.fromEntries(names.map((name) => [name, name])));
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/503/);
    await window.runCommand('Datastore: Preview Sync…');
    await window.trees.row('Preview', 'f000.txt');
    await window.trees.click('Preview', 'Up');
    // Only rows in sight are in the page.
    const atEnd = (label: string) =>
      expectSoon(
        label,
        async () => {
          await window.page.keyboard.press('End');
          return window.trees.rows('Preview');
        },
        (rows) => (rows.some((row) => row.label === label) ? true : undefined),
        20_000,
      );
    await atEnd('Show 3 More…');
    await window.trees.click('Preview', 'Show 3 More…');
    await atEnd('f502.txt');
    await window.runCommand('Datastore: Apply Preview');
    await window.statusBarItem(/in step/, 60_000);
    expect((await stage.rig.cli(folder, ['cat', 'f502.txt'])).stdout).toBe('f502.txt');
    await window.close();
  });
});
