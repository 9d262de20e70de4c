import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture, restMouse } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the status bar', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('shows what keeps a folder from syncing, and the view what helps', async () => {
    const folder = await stage.rig.workspace('bar', { 'a.txt': 'a\n' });
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/1 to upload/);
    await window.openView('Status');
    expect((await window.trees.row('Status', 'Lock')).description).toBe('free');
    expect((await window.trees.row('Status', 'Health')).description).toMatch(/^answers in \d+ ms$/);
    await window.runCommand('Datastore: Pause');
    expect((await window.statusBarItem(/paused/)).icons).toEqual(['circle-slash']);
    await picture(window, 'paused');

    stage.rig.server.faults.lie({ conditions: 'ignored' });
    await window.statusBar.click(BAR);
    const readOnly = await window.statusBarItem(/the store is read-only/, 60_000);
    expect([readOnly.kind, readOnly.icons]).toEqual(['warning', ['eye']]);
    await window.notifications.waitFor(/^Read-only store: /);
    await restMouse(window);
    await picture(window, 'read-only');
    stage.rig.server.faults.clear();
    await window.tidy();

    const configuration = join(folder, '.datastore.yaml');
    const right = await readFile(configuration, 'utf8');
    await writeFile(configuration, right.replace('prefix: bar', 'prefix: ../bar'));
    const wrong = await window.statusBarItem(/the configuration has mistakes/, 30_000);
    expect([wrong.kind, wrong.icons]).toEqual(['error', ['error']]);
    expect((await window.trees.row('Status', 'prefix')).description).toContain('"../bar" is not a prefix');
    await picture(window, 'invalid');

    await rm(configuration);
    await writeFile(join(folder, '.swamp.yaml'), 'datastore:\n  type: s3\n  bucket: theirs\n');
    const foreign = await window.statusBarItem(/is not supported/, 30_000);
    expect([foreign.kind, foreign.icons]).toEqual(['plain', ['circle-slash']]);
    await picture(window, 'unsupported');
    await window.close();
  });
});
