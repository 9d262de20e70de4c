import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture } from './picture.ts';
import { BAR, connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the first connection', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ knownStore: false });
  });
  afterAll(() => stage.close());

  it('is asked about, with endpoint, bucket, prefix and profile, before anybody is contacted', async () => {
    const folder = await stage.rig.workspace('asked', { 'a.txt': 'a\n' }, 'profile: team');
    const window = await stage.open(folder);
    const bar = await window.statusBarItem(/waiting for your answer/);
    expect(bar.kind).toBe('warning');
    const news = await window.notifications.waitFor(/^Connect /);
    await picture(window, 'first-connection-notice');
    await window.statusBar.click(BAR);
    const { text, detail, buttons } = await window.dialogs.read();
    await picture(window, 'first-connection-question');
    const four = [stage.rig.server.endpoint, 'team-data', 'asked', 'team'];
    for (const fact of four) {
      expect(detail).toContain(fact);
      expect(news.message).toContain(fact);
    }
    expect(text).toMatch(/^Connect /);
    expect(buttons).toContain('Connect');
    expect(stage.rig.server.requests.total).toBe(0);
    await window.dialogs.press("Don't Connect");
    const declined = await window.statusBarItem(/not connected, as you answered/);
    expect(declined.kind).toBe('plain');
    await window.openView('Contents');
    await picture(window, 'declined');
    expect(stage.rig.server.requests.total).toBe(0);
    await window.close();
  });

  it('is asked about again when the shared folder or the prefix changes, and the answer is kept over a reload', async () => {
    const folder = await stage.rig.workspace('before', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);
    await window.page.reload();
    await window.waitReady();
    await window.statusBarItem(/in step/, 60_000);
    const path = join(folder, '.datastore.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('root: data', 'root: .vscode'));
    await window.statusBarItem(/waiting for your answer/, 30_000);
    await writeFile(path, text);
    await window.statusBarItem(/in step/, 30_000);
    await writeFile(path, text.replace('prefix: before', 'prefix: after'));
    await window.statusBarItem(/waiting for your answer/, 30_000);
    await window.close();
  });
});
