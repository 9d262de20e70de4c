import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture, restMouse } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('the lock, explained', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('says who has it, whether they live, and tells when it is free; a lost one is said once', async () => {
    const folder = await stage.rig.workspace('explained', { 'a.txt': 'a\n' }, 'lock: { ttlSeconds: 5 }');
    const other = await stage.rig.workspace('explained', {}, 'lock: { ttlSeconds: 5 }');
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);

    const holder = stage.rig.start(other, ['run', '--', 'sh', '-c', 'echo works; sleep 600']);
    await holder.printed('works');
    await window.openView('Status');
    await window.runCommand('Datastore: Refresh');
    await window.statusBarItem(/locked by/);
    await window.runCommand('Datastore: Explain Lock…');
    await window.page.getByText('Its heartbeat was seen to move.').waitFor({ timeout: 30_000 });
    const items = await window.quickInput.items();
    const facts = new Map(items.map(({ label, description }) => [label.trim(), description]));
    expect(facts.get('Purpose')).toBe('run sh');
    expect(facts.get('Host')).toMatch(/process \d+ \(cli\)$/);
    expect([...facts.keys()]).toEqual(expect.arrayContaining(['Holder', 'Held since', 'Last heartbeat', 'Alive']));
    await restMouse(window);
    await picture(window, 'lock-explained');
    await window.quickInput.choose(/Notify Me When Free/);
    await window.page.getByText(/You are told when the lock of/).waitFor({ timeout: 30_000 });

    holder.process.kill('SIGTERM');
    const told = await window.notifications.waitFor(/The lock of “.*” is free\./, 30_000);
    expect(told.buttons).toEqual(expect.arrayContaining(['Hold Lock…', 'Sync Now']));
    await picture(window, 'lock-free');
    await window.notifications.press(/is free/, 'Hold Lock…');
    await window.quickInput.type('moving models');
    await window.quickInput.accept();
    await window.statusBarItem(/held by this window/);
    await picture(window, 'held-by-me');

    expect((await stage.rig.cli(other, ['lock', 'release', '--force'])).code).toBe(0);
    const lost = await window.notifications.waitFor(/has lost the lock/, 30_000);
    expect(lost.severity).toBe('warning');
    expect(lost.message).toContain('Nothing is sent under this lock any more');
    await picture(window, 'lock-lost');
    await window.statusBarItem(/in step/);
    await window.close();
  });
});
