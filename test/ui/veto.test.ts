import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture, restMouse } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('a stop for safety', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('holds a mass deletion until the person has seen it and said yes twice', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `runs/${String(n).padStart(2, '0')}.log`);
    const folder = await stage.rig.workspace('many', Object.fromEntries(names.map((name) => [name, `${name}\n`])));
    expect((await stage.rig.cli(folder, ['sync'])).code).toBe(0);
    for (const name of names.slice(0, 25)) await rm(join(folder, 'data', name));
    const window = await stage.open(folder);
    await connect(window);
    const bar = await window.statusBarItem(/stopped for safety/);
    expect(bar.kind).toBe('error');
    await window.statusBar.click(BAR);
    const lines = async () => (await window.quickInput.items()).map(({ label }) => label).join('\n');
    await expect.poll(lines, { timeout: 30_000 }).toContain('25 of 30 files would be deleted on the remote');
    await restMouse(window);
    await picture(window, 'vetoed');
    await window.quickInput.choose(/Allow these deletions/);
    const question = await window.dialogs.read();
    expect(question.detail).toContain('25 of 30 files would be deleted on the remote');
    expect(question.buttons).toContain('Delete and Sync');
    await picture(window, 'mass-delete-question');
    await window.dialogs.press('Cancel');
    expect((await stage.rig.cli(folder, ['cat', 'runs/00.log'])).stdout).toBe('runs/00.log\n');

    await window.runCommand('Datastore: Preview Sync…');
    await window.quickInput.choose(/Allow these deletions/);
    expect((await window.dialogs.read()).detail).toContain('25 of 30 files');
    // What goes while the question is open was never asked about.
    for (const name of names.slice(25)) await rm(join(folder, 'data', name));
    await window.dialogs.press('Delete and Sync');
    await expect
      .poll(async () => (await stage.rig.cli(folder, ['cat', 'runs/00.log'])).code, { timeout: 30_000 })
      .not.toBe(0);
    await window.statusBarItem(/stopped for safety/);
    for (const name of names.slice(25)) expect((await stage.rig.cli(folder, ['cat', name])).stdout).toBe(`${name}\n`);
    await window.close();
  });
});
