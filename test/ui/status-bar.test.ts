import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture, restMouse } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the status bar', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ knownStore: false });
  });
  afterAll(() => stage.close());

  it('shows what keeps a folder from syncing, and the view what helps', async () => {
    const folder = await stage.rig.workspace('bar', { 'a.txt': 'a\n' });
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    const configuration = join(folder, '.datastore.yaml');
    const right = await readFile(configuration, 'utf8');
    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/, 60_000);
    stage.rig.server.faults.add({ match: {}, fault: { kind: 'hang', when: 'before' } });
    await connect(window);
    const looking = await window.statusBarItem(/looking at both sides/);
    expect([looking.kind, looking.icons]).toEqual(['plain', ['database']]);
    await window.openView('Contents');
    expect(await window.trees.message('Contents')).toBe('Looking at both sides…');
    expect(await window.trees.message('Conflicts')).toContain('not known before both sides were looked at');
    await picture(window, 'looking');
    stage.rig.server.faults.clear();
    // Another engine: what hangs of the one before is let go.
    await writeFile(configuration, `${right}exclude: ["*.tmp"]\n`);
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

    await writeFile(configuration, right.replace('prefix: bar', 'prefix: ../bar'));
    const wrong = await window.statusBarItem(/the configuration has mistakes/, 30_000);
    expect([wrong.kind, wrong.icons]).toEqual(['error', ['error']]);
    expect((await window.trees.row('Status', 'prefix')).description).toContain('"../bar" is not a prefix');
    await picture(window, 'invalid');

    // An address that only who connects finds to be none.
    await writeFile(configuration, right.replace(/endpoint: .*/, 'endpoint: https://127.0.0.300'));
    await connect(window);
    const broken = await window.statusBarItem(/failed, /, 30_000);
    expect([broken.kind, broken.icons]).toEqual(['error', ['error']]);
    expect(await window.trees.message('Contents')).toMatch(/^The datastore could not be opened/);
    await picture(window, 'broken');

    await rm(configuration);
    await writeFile(join(folder, '.swamp.yaml'), 'datastore:\n  type: s3\n  bucket: theirs\n');
    const foreign = await window.statusBarItem(/is not supported/, 30_000);
    expect([foreign.kind, foreign.icons]).toEqual(['plain', ['circle-slash']]);
    await picture(window, 'unsupported');
    await window.close();
  });
});
