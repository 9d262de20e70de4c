import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a set-up that has not ended', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('is told in the Status view', async () => {
    const folder = await stage.rig.workspace('unfinished', { 'notes.txt': 'ours\n' });
    const place = join(stage.rig.folder, 'place');
    await mkdir(place);
    await writeFile(join(place, 'notes.txt'), 'theirs\n');
    expect((await stage.rig.cli(folder, ['setup', 'filesystem', '--path', place])).code).toBe(3);
    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    await connect(window);
    await window.openView('Status');
    expect((await window.trees.row('Status', 'Set-up')).description).toBe('not finished');
    await window.close();
  });
});
