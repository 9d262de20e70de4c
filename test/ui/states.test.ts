import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('what keeps a folder from syncing', () => {
  let stage: Stage;
  /** Of keys that are refused, then of a store that is gone. */
  let [folder, window] = [] as unknown as [string, Workbench];
  beforeAll(async () => {
    stage = await setStage({ trust: false, knownStore: false });
  });
  afterAll(() => stage.close());

  it('an untrusted workspace is read, said to be untrusted, and contacts nobody', async () => {
    const folder = await stage.rig.workspace('untrusted', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await window.dialogs.press("No, I don't trust the authors");
    const bar = await window.statusBarItem(/^Datastore: this workspace is not trusted/);
    expect(bar.text).toBe('Datastore: not trusted');
    await window.openView('Contents');
    expect(await window.trees.message('Contents')).toContain('This workspace is not trusted');
    await window.statusBar.click(BAR);
    await window.notifications.waitFor(/contacts nobody/);
    await picture(window, 'untrusted');
    await window.runCommand('Datastore: Set Up…');
    await window.notifications.waitFor(/nothing can be set up/);
    expect(stage.rig.server.requests.total).toBe(0);
    await window.close();
  });

  it('keys that the store refuses show as signed out, with one way to sign in; then what waited goes on', async () => {
    folder = await stage.rig.workspace('refused', { 'a.txt': 'a\n' }, 'timing: { pollSeconds: 1 }');
    window = await stage.open(folder, { trust: true });
    stage.rig.server.faults.add({ match: {}, fault: { kind: 'status', status: 403, code: 'InvalidAccessKeyId' } });
    await connect(window);
    const bar = await window.statusBarItem(/signed out/);
    expect(bar.kind).toBe('warning');
    await window.openView('Contents');
    expect(await window.trees.message('Contents')).toContain('No valid credentials');
    const asked = await window.notifications.waitFor(/waits for you to sign in/);
    expect(asked.buttons).toContain('Sign In…');
    await picture(window, 'signed-out');
    const before = stage.rig.server.requests.total;
    await writeFile(join(folder, 'data', 'b.txt'), 'b\n');
    await vi.waitUntil(() => stage.rig.server.requests.total > before + 2, { timeout: 30_000 });
    const all = await window.notifications.list();
    expect(all.filter(({ message }) => message.includes('sign in'))).toHaveLength(1);
    stage.rig.server.faults.clear();
    await window.statusBarItem(/in step/);
  });

  it('a store that is gone shows as offline, and the contents stay on show with their age', async () => {
    await stage.turn(window, folder, 'gone', { 'a.txt': 'a\n' });
    await connect(window);
    await window.statusBarItem(/in step/);
    await window.openView('Contents');
    await window.trees.row('Contents', 'a.txt');
    stage.rig.server.faults.add({ match: {}, fault: { kind: 'reset', when: 'before' } });
    await window.runCommand('Datastore: Sync Now');
    const bar = await window.statusBarItem(/offline/, 60_000);
    expect(bar.icons).toEqual(['debug-disconnect']);
    expect(await window.trees.message('Contents')).toMatch(/^Offline since .*: as of /);
    await picture(window, 'offline');
    await window.trees.row('Contents', 'a.txt');

    await window.page.reload();
    await window.waitReady();
    await window.statusBarItem(/offline/, 90_000);
    await window.openView('Contents');
    await window.trees.row('Contents', 'a.txt');
    expect(await window.trees.message('Contents')).toMatch(/^Offline since .*: as of .* ago\.$/);
    await picture(window, 'offline-again');
    stage.rig.server.faults.clear();
    await window.close();
  });

  it('a folder used in place is shown as it is', async () => {
    const folder = await mkdtemp(join(stage.rig.folder, 'in-place-'));
    await mkdir(join(folder, '.swamp', 'outputs'), { recursive: true });
    await writeFile(join(folder, '.swamp', 'outputs', 'run.log'), 'done\n');
    await writeFile(join(folder, '.swamp', 'state.json'), '{}\n');
    const window = await stage.open(folder, { trust: true });
    const bar = await window.statusBarItem(/used in place/);
    expect(bar.icons).toEqual(['folder']);
    await window.openView('Contents');
    await window.trees.click('Contents', 'outputs');
    const row = await window.trees.row('Contents', 'run.log');
    expect(row.description).toMatch(/^5 B/);
    await picture(window, 'in-place');
    await window.openView('Status');
    expect((await window.trees.row('Status', 'Lock')).description).toBe('free');
    expect((await window.trees.row('Status', 'Health')).description).toMatch(/^in reach .*, writable /);
    // By another tool, which writes six fields.
    const lock = join(folder, '.swamp', '.datastore.lock');
    const six = { holder: 'carol', hostname: 'nas', pid: 7, acquiredAt: new Date().toISOString(), ttlMs: 600_000 };
    await writeFile(lock, JSON.stringify({ ...six, nonce: 'theirs' }));
    await window.runCommand('Datastore: Refresh');
    await window.statusBarItem(/locked by carol/);
    await window.runCommand('Datastore: Force-Release Lock…');
    const { text, detail } = await window.dialogs.read();
    expect(text).toBe('Take the lock from carol?');
    expect(detail).toContain('nothing stops a program');
    await window.dialogs.press('Force Release');
    await window.statusBarItem(/used in place/);
    expect(existsSync(lock)).toBe(false);
    await window.close();
  });

  it('where nothing is set up the view says how to begin', async () => {
    const folder = await mkdtemp(join(stage.rig.folder, 'bare-'));
    await writeFile(join(folder, 'readme.txt'), 'x\n');
    const window = await stage.open(folder, { trust: true });
    await window.openView('Contents');
    expect(await window.trees.message('Contents')).toContain('No datastore is set up here');
    await picture(window, 'not-set-up');
    await window.close();
  });
});
