import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSoon, SOON_MS } from '../support/vscode-server/expect-soon.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the lock of another', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('is shown in the status bar and the Status view, and taken by exactly the answer to what was shown', async () => {
    const folder = await stage.rig.workspace('locked', { 'a.txt': 'a\n' });
    const other = await stage.rig.workspace('locked', {});
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);

    const holder = stage.rig.start(other, ['lock', 'acquire']);
    await holder.printed('Held by');
    await window.openView('Status');
    await window.runCommand('Datastore: Refresh');
    const bar = await window.statusBarItem(/locked by/);
    expect(bar.text).toMatch(/^\S+@\S+$/);
    expect(bar.icons).toContain('lock');
    // The view is drawn after the status bar.
    await expectSoon(
      'the holder in the row of the lock',
      async () => (await window.trees.row('Status', 'Lock')).description,
      (seen) => seen.includes(`${bar.text} · lock acquire · `) || undefined,
      SOON_MS,
    );
    await window.trees.click('Status', 'Lock');
    await window.trees.row('Status', 'Last heartbeat');
    await picture(window, 'locked');

    await window.runCommand('Datastore: Force-Release Lock…');
    const { text, detail } = await window.dialogs.read();
    expect(text).toBe(`Take the lock from ${bar.text}?`);
    for (const name of ['Holder', 'Host', 'Purpose: lock acquire', 'Held since', 'Last heartbeat'])
      expect(detail).toContain(name);
    await picture(window, 'force-release');
    await window.dialogs.press('Force Release');
    await window.statusBarItem(/in step/);
    // Taken, not given back: its script must notice.
    expect((await holder.ended).code).toBe(4);
    const free = await stage.rig.cli(folder, ['lock', 'status']);
    expect(free.stdout).toContain('free');
    await window.close();
  });

  it('of another process of this workspace is given back only after a yes that names it', async () => {
    const folder = await stage.rig.workspace('own', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);
    const holder = stage.rig.start(folder, ['lock', 'acquire']);
    await holder.printed('Held by');
    await window.runCommand('Datastore: Refresh');
    await window.statusBarItem(/locked by/);

    await window.runCommand('Datastore: Release Lock');
    const { text, detail } = await window.dialogs.read();
    expect(text).toMatch(/^Release the lock of .* \(process \d+\)\?$/);
    for (const part of ['Purpose: lock acquire', 'That process is not stopped']) expect(detail).toContain(part);
    await picture(window, 'release-own-workspace');
    await window.dialogs.press('Cancel');
    const kept = await stage.rig.cli(folder, ['lock', 'status']);
    expect(kept.stdout).toContain('lock acquire');

    // What is answered while the connection becomes another is answered to nobody.
    await window.runCommand('Datastore: Release Lock');
    await window.dialogs.read();
    const configuration = join(folder, '.datastore.yaml');
    const good = await readFile(configuration, 'utf8');
    await writeFile(configuration, 'type: nothing\n');
    await window.statusBarItem(/the configuration has mistakes/);
    await writeFile(configuration, good);
    await window.statusBarItem(/locked by/);
    await window.dialogs.press('Release');
    await window.notifications.waitFor(/The connection of “.*” has changed meanwhile, so nothing was done/);
    expect((await stage.rig.cli(folder, ['lock', 'status'])).stdout).toContain('lock acquire');

    await window.runCommand('Datastore: Release Lock');
    await window.dialogs.press('Release');
    await window.statusBarItem(/in step/);
    expect((await holder.ended).code).toBe(0);
    await window.close();
  });
});
