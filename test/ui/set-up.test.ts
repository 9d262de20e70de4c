import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, fingerprint } from '../cli/harness.ts';
import { drawn } from '../support/drawn.ts';
import { picture } from './picture.ts';
import { accept, choose, onPage, type, untilRow, untilSaid } from './set-up-pages.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('set-up', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ knownStore: false });
  });
  afterAll(() => stage.close());

  it('leads from the welcome view to a folder that is in step', async () => {
    const { rig } = stage;
    const { server } = rig;
    const folder = await mkdtemp(join(rig.folder, 'fresh-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'notes.txt'), 'one\n');
    const window = await stage.open(folder);
    const { quickInput } = window;
    await window.page.locator('.activitybar .action-label[aria-label^="Datastore"]').click();
    const begin = window.page.locator('.welcome-view-content .monaco-button', { hasText: 'Set Up…' });
    await begin.waitFor();
    await picture(window, 'set-up-welcome');
    await begin.click();

    await choose(window, 'Where shall the files be?', /An S3-compatible store$/);
    await type(window, 'Address of the Store', 'http://store.example.org');
    await untilSaid(window, 'in the clear');
    await picture(window, 'set-up-endpoint-wrong');
    await type(window, 'Address of the Store', server.endpoint);
    await onPage(window, 'Bucket');
    await quickInput.type('No_Bucket');
    await untilRow(window, /is not a bucket name/);
    await quickInput.type('no-such-bucket');
    await choose(window, 'Bucket', 'Use the bucket “no-such-bucket”');
    await type(window, 'Region', '');
    await type(window, 'Prefix', '../up');
    await untilSaid(window, 'is not a prefix');
    await type(window, 'Prefix', 'fresh');
    await choose(window, 'Shared Folder', 'data');
    await untilRow(window, 'As AWS tools find them', 'found: the environment');
    await picture(window, 'set-up-credentials');
    await choose(window, 'Credentials', /As AWS tools find them/);

    await onPage(window, 'What Will Happen');
    await untilRow(window, /Create the bucket/);
    await picture(window, 'set-up-failed');
    await choose(window, 'What Will Happen', /Change Bucket$/);
    await untilRow(window, BUCKET);
    await picture(window, 'set-up-bucket');
    await choose(window, 'Bucket', BUCKET);
    for (const page of ['Region', 'Prefix']) await accept(window, page);
    await choose(window, 'Shared Folder', 'data');
    await choose(window, 'Credentials', /As AWS tools find them/);
    await onPage(window, 'What Will Happen');
    await untilRow(window, /\. write \.datastore\.yaml$/);
    await picture(window, 'set-up-plan');
    // So far it was only looked at.
    expect(existsSync(join(folder, '.datastore.yaml'))).toBe(false);
    expect(Object.keys(server.requests.byMethod).filter((method) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    await choose(window, 'What Will Happen', /Set Up Now$/);

    const told = await window.notifications.waitFor(/is set up with/, 60_000);
    expect(told.message).toContain(`s3://${BUCKET}/fresh: 1 file, 4 B.`);
    expect(told.buttons).toContain('Sync Now');
    await window.statusBarItem(/in step/);
    await window.trees.row('Contents', 'notes.txt');
    await picture(window, 'set-up-done');
    expect(await readFile(join(folder, '.datastore.yaml'), 'utf8')).toContain(`endpoint: ${server.endpoint}`);
    expect((await rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe('one\n');
    await window.close();
  });

  it('moves what is set up already to another place, and changes nothing when it is left before', async () => {
    const { rig } = stage;
    const folder = await rig.workspace('old', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await window.statusBarItem(/waiting for your answer/);
    rig.server.requests.reset();
    await window.runCommand('Datastore: Set Up…');
    await untilRow(window, /Answer Connection Question…$/);
    await window.quickInput.choose(/Set Up Elsewhere…$/);
    await choose(window, 'Where shall the files be?', /An S3-compatible store$/);
    await onPage(window, 'Address of the Store');
    // What nobody has agreed to is not even proposed.
    expect(await window.page.locator('.quick-input-widget input.input').inputValue()).toBe('');
    await window.quickInput.cancel();
    expect(rig.server.requests.total).toBe(0);

    await connect(window);
    await window.statusBarItem(/in step/);
    const before = await fingerprint(folder);
    const begin = async () => {
      await window.runCommand('Datastore: Set Up…');
      await untilRow(window, /Move Elsewhere…$/);
      await picture(window, 'set-up-again');
      await window.quickInput.choose(/Move Elsewhere…$/);
      await onPage(window, 'Where shall the files be?');
      for (const page of ['Where shall the files be?', 'Address of the Store']) await accept(window, page);
      await choose(window, 'Bucket', BUCKET);
      await accept(window, 'Region');
    };

    await begin();
    await type(window, 'Prefix', 'new');
    await onPage(window, 'Shared Folder');
    await window.page.locator('.quick-input-titlebar .codicon-quick-input-back').first().click();
    await onPage(window, 'Prefix');
    await accept(window, 'Prefix');
    for (const page of ['Shared Folder', 'Credentials']) await accept(window, page);
    await untilRow(window, /\. change \.datastore\.yaml$/);
    await window.quickInput.cancel();
    expect(await fingerprint(folder)).toBe(before);

    await begin();
    await type(window, 'Prefix', 'new');
    for (const page of ['Shared Folder', 'Credentials']) await accept(window, page);
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await window.notifications.waitFor(/is set up with s3:\/\/team-data\/new/, 60_000);
    await window.statusBarItem(/in step/);
    expect(await readFile(join(folder, '.datastore.yaml'), 'utf8')).toContain('prefix: new');
    expect((await rig.cli(folder, ['cat', 'a.txt'])).stdout).toBe('a\n');
    const other = await rig.workspace('old', {});
    expect((await rig.cli(other, ['cat', 'a.txt'])).stdout).toBe('a\n');
    await window.close();
  });

  it('takes one folder of several, with typed keys; stops when told to, and says what the store refuses', async () => {
    const { rig } = stage;
    const { server } = rig;
    const [one, two] = await Promise.all(['one', 'two'].map((name) => mkdtemp(join(rig.folder, `${name}-`))));
    if (one === undefined || two === undefined) throw new TypeError('two folders');
    await mkdir(join(two, 'data'));
    await writeFile(join(two, 'data', 'x.txt'), 'x\n');
    const file = join(rig.folder, 'set-up.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: one }, { path: two }] }));
    const window = await stage.open(file);
    await window.page.locator('.activitybar .action-label[aria-label^="Datastore"]').click();
    await window.page.locator('.welcome-view-content .monaco-button', { hasText: 'Set Up…' }).click();
    await window.quickInput.choose(basename(two), 60_000);

    const answers = async (secret: string) => {
      await choose(window, 'Where shall the files be?', /An S3-compatible store$/);
      await type(window, 'Address of the Store', server.endpoint);
      await choose(window, 'Bucket', BUCKET);
      await accept(window, 'Region');
      await type(window, 'Prefix', 'two');
      await choose(window, 'Shared Folder', 'data');
      await choose(window, 'Credentials', /Type access keys$/);
      await type(window, 'Access Key', server.credentials.accessKeyId);
      await type(window, 'Secret Access Key', secret);
    };
    await answers('not-the-secret');
    await untilRow(window, /^Signed out: /);
    await choose(window, 'What Will Happen', /Change Access Key$/);
    await accept(window, 'Access Key');
    await type(window, 'Secret Access Key', server.credentials.secretAccessKey);
    await untilRow(window, 'credentials from the keys that were typed in');
    server.faults.access(BUCKET, 'read-only');
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await untilRow(window, /^Not permitted: permission to put/);
    await picture(window, 'set-up-refused');
    // VS Code shows it for 800 ms, over or not, and its Cancel would not stop the next.
    await window.notifications.waitForNone(/^Setting up /);
    server.faults.access(BUCKET, 'full');
    server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'latency', ms: 5_000 } });
    await choose(window, 'What Will Happen', /Look Again$/);
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await window.notifications.press(/^Setting up /, 'Cancel');
    await window.notifications.waitFor(/was stopped/, 60_000);
    expect(existsSync(join(two, '.datastore.yaml'))).toBe(false);
    server.faults.clear();

    // Of the folder that was stopped: it is not asked for again.
    await window.notifications.press(/was stopped/, 'Set Up…');
    await answers(server.credentials.secretAccessKey);
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await window.notifications.waitFor(/is set up with/, 60_000);
    await window.statusBarItem(/in step/);
    expect((await rig.cli(two, ['cat', 'x.txt'])).stdout).toBe('x\n');

    await window.runCommand('Datastore: Set Up…');
    await window.quickInput.choose(basename(one), 60_000);
    await choose(window, 'Where shall the files be?', /A folder$/);
    await type(window, 'Folder', 'store');
    await untilRow(window, /\. write \.datastore\.yaml$/);
    await picture(window, 'set-up-folder');
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await window.notifications.waitFor(new RegExp(`“${basename(one)}” is set up with ${one}/store`), 60_000);
    expect(await readFile(join(one, '.datastore.yaml'), 'utf8')).toBe('type: filesystem\npath: store\n');
    await window.close();
  });

  it('goes on where a window that is loaded anew had left it, and says what stays of the old folder', async () => {
    const { rig } = stage;
    const { server } = rig;
    const folder = await mkdtemp(join(rig.folder, 'resumed-'));
    await mkdir(join(folder, '.swamp'));
    for (let nth = 0; nth < 6; nth += 1)
      await writeFile(join(folder, '.swamp', `big-${nth}.bin`), drawn(1_100_000 + nth, nth));
    // Never copied.
    await symlink('big-0.bin', join(folder, '.swamp', 'latest'));
    const window = await stage.open(folder);
    await window.statusBarItem(/used in place/);
    const answer = async () => {
      await window.runCommand('Datastore: Set Up…');
      await untilRow(window, /Move Elsewhere…$/);
      await window.quickInput.choose(/Move Elsewhere…$/);
      await choose(window, 'Where shall the files be?', /An S3-compatible store$/);
      await type(window, 'Address of the Store', server.endpoint);
      await choose(window, 'Bucket', BUCKET);
      await accept(window, 'Region');
      await type(window, 'Prefix', 'resumed');
      await onPage(window, 'Shared Folder');
      await window.quickInput.type('data');
      await choose(window, 'Shared Folder', /^(Share “data”|data)$/);
      await choose(window, 'Credentials', /As AWS tools find them/);
      await choose(window, 'What Will Happen', /Bring them, and delete the old folder$/);
      await untilRow(window, /delete .*\.swamp$/);
    };
    await answer();
    server.faults.add({
      match: { operation: 'PutObject', key: /objects\//, after: 2 },
      fault: { kind: 'hang', when: 'before' },
    });
    await choose(window, 'What Will Happen', /Set Up Now$/);
    await window.notifications.waitFor(/^Setting up .*2\/6/s, 60_000);
    await picture(window, 'set-up-under-way');
    await window.page.reload();
    server.faults.clear();
    await window.waitReady();
    // Nobody has come for the lock that the old window left.
    await window.statusBarItem(/locked by/, 60_000);
    expect(existsSync(join(folder, '.datastore.yaml'))).toBe(false);

    await answer();
    // Only rows in sight are in the page.
    await window.page.locator('.quick-input-widget .quick-input-list').hover();
    await window.page.mouse.wheel(0, 1_000);
    await untilRow(window, /going on with the set-up/);
    await picture(window, 'set-up-resumed');
    await window.page.mouse.wheel(0, -1_000);
    server.requests.reset();
    await choose(window, 'What Will Happen', /Set Up Now$/);
    const told = await window.notifications.waitFor(/is set up with/, 90_000);
    expect(told.message).toMatch(/\.swamp stays: it still has latest, which no rule brings along\./);
    const sent = server.requests.log.filter(({ operation, key }) => operation === 'PutObject' && /objects\//.test(key));
    expect(sent).toHaveLength(4);
    expect(existsSync(join(folder, '.swamp', 'big-0.bin'))).toBe(false);
    await picture(window, 'set-up-kept');
    await window.notifications.press(/is set up with/, 'Show Report');
    await window.page.locator('.tab.active', { hasText: 'Set-up of' }).waitFor();
    await picture(window, 'set-up-report');
    await window.close();
  });
});
