import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, fingerprint } from '../cli/harness.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

describeUi('set-up', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
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
    await window.screenshot('set-up-welcome-light');
    await begin.click();

    await choose(window, 'Where shall the files be?', /An S3-compatible store$/);
    await type(window, 'Address of the Store', 'http://store.example.org');
    expect((await quickInput.heading()).message).toContain('in the clear');
    await window.screenshot('set-up-endpoint-wrong-light');
    await type(window, 'Address of the Store', server.endpoint);
    await onPage(window, 'Bucket');
    await quickInput.type('No_Bucket');
    await row(window, /is not a bucket name/);
    await quickInput.type('no-such-bucket');
    await choose(window, 'Bucket', 'Use the bucket “no-such-bucket”');
    await type(window, 'Region', '');
    await type(window, 'Prefix', '../up');
    expect((await quickInput.heading()).message).toContain('is not a prefix');
    await type(window, 'Prefix', 'fresh');
    await choose(window, 'Shared Folder', 'data');
    await row(window, 'As AWS tools find them', 'found: the environment');
    await window.screenshot('set-up-credentials-light');
    await choose(window, 'Credentials', /As AWS tools find them/);

    await onPage(window, 'What Will Happen');
    await row(window, /Create the bucket/);
    await window.screenshot('set-up-failed-light');
    await choose(window, 'What Will Happen', /Change Bucket$/);
    await row(window, BUCKET);
    await window.screenshot('set-up-bucket-light');
    await choose(window, 'Bucket', BUCKET);
    for (const page of ['Region', 'Prefix']) await accept(window, page);
    await choose(window, 'Shared Folder', 'data');
    await choose(window, 'Credentials', /As AWS tools find them/);
    await onPage(window, 'What Will Happen');
    await row(window, /\. write \.datastore\.yaml$/);
    await window.screenshot('set-up-plan-light');
    // So far it was only looked at.
    expect(existsSync(join(folder, '.datastore.yaml'))).toBe(false);
    expect(Object.keys(server.requests.byMethod).filter((method) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    await choose(window, 'What Will Happen', /Set Up Now$/);

    const told = await window.notifications.waitFor(/is set up with/, 60_000);
    expect(told.message).toContain(`s3://${BUCKET}/fresh: 1 file, 4 B.`);
    expect(told.buttons).toContain('Sync Now');
    await window.statusBarItem(/in step/);
    await window.trees.row('Contents', 'notes.txt');
    await window.screenshot('set-up-done-light');
    expect(await readFile(join(folder, '.datastore.yaml'), 'utf8')).toContain(`endpoint: ${server.endpoint}`);
    expect((await rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe('one\n');
    await window.close();
  });

  it('moves what is set up already to another place, and changes nothing when it is left before', async () => {
    const { rig } = stage;
    const folder = await rig.workspace('old', { 'a.txt': 'a\n' });
    const window = await stage.open(folder);
    await connect(window);
    await window.statusBarItem(/in step/);
    const before = await fingerprint(folder);
    const begin = async () => {
      await window.runCommand('Datastore: Set Up…');
      await row(window, /Move Elsewhere…$/);
      await window.screenshot('set-up-again-light');
      await window.quickInput.choose(/Move Elsewhere…$/);
      await onPage(window, 'Where shall the files be?');
      for (const page of ['Where shall the files be?', 'Address of the Store']) await accept(window, page);
      await choose(window, 'Bucket', BUCKET);
      await accept(window, 'Region');
    };

    await begin();
    await type(window, 'Prefix', 'new');
    await onPage(window, 'Shared Folder');
    await window.page
      .locator('.quick-input-widget .codicon-quick-input-back, .quick-input-titlebar .action-label')
      .first()
      .click();
    await onPage(window, 'Prefix');
    await accept(window, 'Prefix');
    for (const page of ['Shared Folder', 'Credentials']) await accept(window, page);
    await row(window, /\. change \.datastore\.yaml$/);
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

  /** Until the page with this title is there. */
  const onPage = (window: Workbench, title: string): Promise<void> =>
    expect
      .poll(async () => (await window.quickInput.heading()).title, { timeout: 30_000 })
      .toMatch(new RegExp(`: ${title.replace('?', '\\?')} \\(\\d/\\d\\)$`));

  async function row(window: Workbench, label: string | RegExp, description = ''): Promise<void> {
    const shown = async () =>
      (await window.quickInput.items()).map((item) => `${item.label.trim()}\n${item.description}`).join('\n');
    const poll = expect.poll(shown, { timeout: 60_000 });
    if (typeof label === 'string') await poll.toContain(`${label}\n${description}`);
    else await poll.toMatch(new RegExp(label.source, 'm'));
  }

  async function choose(window: Workbench, title: string, label: string | RegExp): Promise<void> {
    await onPage(window, title);
    await window.quickInput.choose(label, 60_000);
  }

  async function accept(window: Workbench, title: string): Promise<void> {
    await onPage(window, title);
    await window.quickInput.accept();
  }

  async function type(window: Workbench, title: string, text: string): Promise<void> {
    await onPage(window, title);
    await window.quickInput.type(text);
    await window.quickInput.accept();
  }
});
