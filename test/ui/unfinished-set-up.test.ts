import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET } from '../cli/harness.ts';
import { picture } from './picture.ts';
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

  it('is told in the Status view also where nothing was set up before', async () => {
    const folder = await mkdtemp(join(stage.rig.folder, 'first-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'notes.txt'), 'ours\n');
    const { server, place } = stage.rig;
    server.faults.add({
      match: { method: 'PUT', key: /^first\/(?!probe)/ },
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
    });
    const { endpoint, region } = place;
    const to = ['--bucket', BUCKET, '--prefix', 'first', '--endpoint', endpoint, '--region', region];
    expect((await stage.rig.cli(folder, ['setup', 's3', ...to])).code).not.toBe(0);
    server.faults.clear();
    const window = await stage.open(folder);
    await window.openView('Contents');
    // The view is there once the note was found.
    await window.page.locator('.pane-header[aria-label="Status Section"]').waitFor({ timeout: 60_000 });
    await window.openView('Status');
    expect((await window.trees.row('Status', 'Set-up')).description).toBe('not finished');
    await picture(window, 'unfinished-set-up');
    await window.close();
  });
});
