import { afterAll, beforeAll, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('without a mouse', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('views are walked through, rows opened and spoken, and menus reached', async () => {
    const folder = await stage.rig.workspace('keys', { 'models/a.json': '{}\n', 'notes.txt': 'one\n' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);
    const { keyboard } = window.page;
    /** What a screen reader says of the row that has the focus. */
    const spoken = async () => {
      const list = window.page.locator('.monaco-list:focus').first();
      const id = await list.getAttribute('aria-activedescendant', { timeout: 1_000 }).catch(() => null);
      return id === null ? '' : ((await window.page.locator(`[id="${id}"]`).getAttribute('aria-label')) ?? '');
    };
    const hears = (words: RegExp) =>
      expectSoon(String(words), spoken, (label) => (words.test(label) ? label : undefined), 15_000);

    /** A view that was empty when it got the focus has to get it again. */
    const focus = async (view: string, row: string) => {
      await window.openView(view);
      await window.trees.row(view, row);
      await window.openView(view);
      await window.page.locator('.monaco-list:focus').waitFor();
    };

    await focus('Contents', 'notes.txt');
    await keyboard.press('Home');
    await hears(/^models, 1 file/);
    await keyboard.press('ArrowRight');
    await window.trees.row('Contents', 'a.json');
    await keyboard.press('ArrowDown');
    await hears(/^a\.json, in step, 3 B/);
    await keyboard.press('End');
    await hears(/^notes\.txt, in step/);
    await keyboard.press('Enter');
    await window.page.locator('.tab.active', { hasText: 'notes.txt' }).waitFor();

    await focus('Contents', 'notes.txt');
    await keyboard.press('Shift+F10');
    await window.page.locator('.context-view .action-label', { hasText: 'Compare with Remote' }).waitFor();
    await keyboard.press('Escape');

    await focus('Status', 'Lock');
    await keyboard.press('Home');
    for (let down = 0; down < 12; down += 1) {
      if ((await spoken()).startsWith('Lock')) break;
      await keyboard.press('ArrowDown');
    }
    await hears(/^Lock, free/);
    await picture(window, 'keyboard');
    await window.close();
  });
});
