import { afterAll, beforeAll, expect, it } from 'vitest';
import { BAR, describeUi, type Stage, setStage } from './stage.ts';

/** VS Code's own figure holds what the machine does besides, the windows of other tests too: the best of a few is ours. */
const WINDOWS = 8;
const MOST_MS = 100;

describeUi('activation', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it(`takes less than ${MOST_MS} ms by VS Code's own figure`, async () => {
    const folder = await stage.rig.workspace('quick', { 'a.txt': 'a\n' });
    const seen: number[] = [];
    while (seen.length < WINDOWS && !seen.some((ms) => ms < MOST_MS)) {
      const window = await stage.open(folder);
      await window.statusBarItem(BAR);
      seen.push(await window.activationMs('Datastore Sync'));
      await window.close();
    }
    expect(Math.min(...seen), `measured ${seen.join(', ')} ms`).toBeLessThan(MOST_MS);
  });
});
