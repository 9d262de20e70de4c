import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture } from './picture.ts';
import { BAR, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the walkthrough', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('leads through five steps, each with an action and a picture', async () => {
    const folder = await stage.rig.workspace('walk', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await window.statusBarItem(BAR);
    await window.runCommand('Welcome: Open Walkthrough...');
    await window.quickInput.choose(/Share runtime data with your team/);
    const steps = window.page.locator('.getting-started-step');
    await steps.first().waitFor();
    expect(await steps.count()).toBe(5);
    for (let nth = 0; nth < 5; nth += 1) {
      await steps.nth(nth).click();
      await steps.nth(nth).locator('.button-container .monaco-button').first().waitFor();
      // Drawn in a frame of its own, whose service worker this VS Code does not have.
      await window.page.locator('.getting-started-media iframe').first().waitFor({ state: 'attached' });
      await picture(window, `walkthrough-${nth + 1}`);
    }
    await window.close();
  });
});
