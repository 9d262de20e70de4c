import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET } from '../cli/harness.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { describeUi, type Stage, setStage } from './stage.ts';

describeUi('set-up', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  /** A workspace that nobody has set up, with files in `data`. */
  async function bare(name: string): Promise<string> {
    const folder = await mkdtemp(join(stage.rig.folder, `${name}-`));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'notes.txt'), 'one\n');
    return folder;
  }

  it('leads from the welcome view to a folder that is in step', async () => {
    const folder = await bare('fresh');
    const window = await stage.open(folder);
    const { quickInput } = window;
    await window.page.locator('.activitybar .action-label[aria-label^="Datastore"]').click();
    await window.trees.waitFor('Contents');
    await window.screenshot('set-up-welcome-light');
    await window.page.locator('.welcome-view-content .monaco-button', { hasText: 'Set Up…' }).click();

    await quickInput.choose(/An S3-compatible store$/);
    await page(window, /Address of the Store \(2\/8\)$/);
    await quickInput.type('http://store.example.org');
    await quickInput.accept();
    expect((await quickInput.heading()).message).toContain('in the clear');
    await window.screenshot('set-up-endpoint-wrong-light');
    await quickInput.type(stage.rig.server.endpoint);
    await quickInput.accept();

    await page(window, /Bucket \(3\/8\)$/);
    await window.screenshot('set-up-bucket-light');
    await quickInput.choose(BUCKET);
    await page(window, /Region \(4\/8\)$/);
    await quickInput.accept();
    await page(window, /Prefix \(5\/8\)$/);
    await quickInput.type('../up');
    expect((await quickInput.heading()).message).toContain('is not a prefix');
    await quickInput.type('fresh');
    await quickInput.accept();
    await page(window, /Shared Folder \(6\/8\)$/);
    await quickInput.choose('data');
    await page(window, /Credentials \(7\/8\)$/);
    await quickInput.choose(/As AWS tools find them/);

    await page(window, /What Will Happen \(8\/8\)$/);
    await window.page.getByText('write .datastore.yaml').first().waitFor();
    await window.screenshot('set-up-plan-light');
    expect(existsSync(join(folder, '.datastore.yaml'))).toBe(false);
    await quickInput.choose(/Set Up Now$/);

    const told = await window.notifications.waitFor(/is set up with/, 60_000);
    expect(told.message).toContain(`s3://${BUCKET}/fresh: 1 file, 4 B.`);
    expect(told.buttons).toContain('Sync Now');
    await window.statusBarItem(/in step/);
    await window.screenshot('set-up-done-light');
    expect(await readFile(join(folder, '.datastore.yaml'), 'utf8')).toContain(`endpoint: ${stage.rig.server.endpoint}`);
    expect((await stage.rig.cli(folder, ['cat', 'notes.txt'])).stdout).toBe('one\n');
    await window.close();
  }, 240_000);
});

async function page(window: Workbench, title: RegExp): Promise<void> {
  await expect.poll(async () => (await window.quickInput.heading()).title, { timeout: 15_000 }).toMatch(title);
}
