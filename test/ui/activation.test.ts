import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureBundles } from '../bench/vscode/bundles.ts';
import { BAR, describeUi, type Stage, setStage } from './stage.ts';

/** How long it takes is for `npm run bench:vscode`: it depends on what the machine does besides. What it loads does not. */
const MOST_BYTES = 120_000;

describeUi('activation', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it(`loads less than ${MOST_BYTES / 1000} KB before the status bar shows, and VS Code has a figure of it`, async () => {
    const window = await stage.open(await stage.rig.workspace('quick', { 'a.txt': 'a\n' }));
    await window.statusBarItem(BAR);
    expect(await window.activationMs('Datastore Sync')).toBeGreaterThan(0);
    await window.close();
    expect((await measureBundles()).activation).toBeLessThan(MOST_BYTES);
  });
});
