import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon } from '../support/vscode-server/expect-soon.ts';
import { picture } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

const FILES = Array.from({ length: 8 }, (_, n) => [`big-${n}.bin`, String(n).repeat(400_000 + n)] as const);

/** Bytes of a file with nothing in it, which takes no room: who reads it is busy for a minute. */
const HUGE = 64 * 2 ** 30;

describeUi('work that takes long', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('shows files, bytes and a way to stop, and stopping leaves both sides whole', async () => {
    const { faults } = stage.rig.server;
    const folder = await stage.rig.workspace('slow', Object.fromEntries(FILES));
    await stage.settings(folder, { 'datastore.autoSync': 'off' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/8 to upload/);

    faults.add({
      match: { operation: 'PutObject', key: /objects\//, after: 3 },
      fault: { kind: 'hang', when: 'before' },
    });
    await window.runCommand('Datastore: Sync Now');
    const bar = await window.statusBarItem(/syncing, 3 of 8 files/, 30_000);
    expect(bar).toMatchObject({ icons: ['sync'], spinning: true });
    const shown = await window.notifications.waitFor(/uploading, 3\/8, 1\.2 MB of 3\.2 MB/, 30_000);
    expect(shown.message).toContain('Syncing ');
    await window.openView('Status');
    expect((await window.trees.row('Status', 'Syncing')).description).toMatch(/^uploading, 3\/8/);
    await picture(window, 'syncing');
    await window.notifications.press(/uploading/, 'Cancel');

    await window.statusBarItem(/8 to upload/, 30_000);
    expect((await stage.rig.cli(folder, ['ls'])).stdout).not.toContain('big-');
    for (const [path, text] of FILES) expect(await readFile(join(folder, 'data', path), 'utf8')).toBe(text);
    expect((await window.notifications.list()).filter(({ severity }) => severity === 'error')).toEqual([]);

    faults.clear();
    await window.runCommand('Datastore: Sync Now');
    await window.statusBarItem(/in step/, 30_000);
    for (const [path, text] of FILES.slice(0, 2))
      expect((await stage.rig.cli(folder, ['cat', path])).stdout).toBe(text);

    // What a pull replaces can be had back; what is there now is read for that, and takes long.
    const other = await stage.rig.workspace('slow', {});
    await stage.rig.cli(other, ['pull']);
    await writeFile(join(other, 'data', 'big-0.bin'), 'theirs\n');
    expect((await stage.rig.cli(other, ['sync'])).code).toBe(0);
    await window.runCommand('Datastore: Pull');
    const file = join(folder, 'data', 'big-0.bin');
    await expectSoon(
      'their version',
      () => readFile(file, 'utf8'),
      (text) => (text === 'theirs\n' ? true : undefined),
      30_000,
    );
    await window.statusBarItem(/in step/, 30_000);
    await truncate(file, HUGE);
    await window.runCommand('Datastore: Undo Last Sync…');
    const looking = /^Looking at /;
    await window.notifications.waitFor(looking, 30_000);
    await picture(window, 'undo-look');
    await window.notifications.press(looking, 'Cancel');
    await window.notifications.waitForNone(looking);
    await window.statusBarItem(BAR);
    expect(await window.page.locator('.quick-input-widget:visible').count()).toBe(0);
    expect((await stat(file)).size).toBe(HUGE);
    expect((await window.notifications.list()).filter(({ severity }) => severity === 'error')).toEqual([]);
    await window.close();
  });
});
