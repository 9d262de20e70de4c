import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { describe, it } from './harness.ts';
import { cli, extensionUi, given, until, untilBar } from './in-host.ts';

const here = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('a folder is open');

interface Answer {
  readonly folders: readonly Readonly<Record<string, unknown>>[];
}

async function ask(name: string, input: object = {}): Promise<Answer> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  const [part] = content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value) as Answer;
}

/** In a connected workspace, in step. */
export const tools = describe('tools for language models', [
  it('are known to VS Code, each with a description and a schema', () => {
    const ours = vscode.lm.tools.filter(({ name }) => name.startsWith('datastore_'));
    assert.deepEqual(ours.map(({ name }) => name).toSorted(), [
      'datastore_lock',
      'datastore_out_of_step',
      'datastore_status',
      'datastore_sync',
    ]);
    for (const { description, inputSchema } of ours) assert.ok(description.length > 40 && inputSchema !== undefined);
  }),
  it('the status is told, and a folder that is not there is an error that names those that are', async () => {
    const { folders } = await ask('datastore_status');
    assert.equal(folders[0]?.['headline'], 'in-step');
    assert.equal(folders[0]?.['sharedFolder'], join(here(), 'data'));
    await assert.rejects(ask('datastore_status', { folder: 'nowhere' }), /There is no folder nowhere/);
  }),
  it('what is out of step is told with the reason, one path or all, and cut with a count', async () => {
    await vscode.commands.executeCommand('datastore.pause');
    await Promise.all(['why-a.txt', 'why-b.txt'].map((name) => writeFile(join(here(), 'data', name), name)));
    const folder = (await extensionUi()).folders.all()[0] ?? assert.fail('a folder');
    await until(
      'both changes',
      () => folder.state(),
      (state) => (state.kind === 'active' && state.status.changes.length === 2 ? true : null),
    );
    const [all] = (await ask('datastore_out_of_step', { limit: 1 })).folders;
    assert.deepEqual(all?.['paths'], [{ path: 'why-a.txt', state: 'upload', why: 'to upload', size: '9 B' }]);
    assert.equal(all?.['notListed'], 1);
    const [one] = (await ask('datastore_out_of_step', { path: 'why-b.txt' })).folders;
    assert.equal((one?.['paths'] as readonly unknown[] | undefined)?.length, 1);
    assert.equal(
      (await cli(given('DATASTORE_TEST_OTHER'), 'cat', 'why-a.txt')).code !== 0,
      true,
      'asking sends nothing',
    );
  }),
  it('who holds the lock is told', async () => {
    assert.equal((await ask('datastore_lock')).folders[0]?.['lock'], 'free');
    await vscode.commands.executeCommand('datastore.holdLock', 'a question');
    await untilBar(/held by this window/);
    const lock = (await ask('datastore_lock')).folders[0]?.['lock'] as { purpose: string; heldBy: string };
    assert.deepEqual([lock.purpose, lock.heldBy], ['a question', 'this-window']);
    await vscode.commands.executeCommand('datastore.releaseLock');
  }),
  it('a sync asks before it runs; where tests answer for the person it sends what waits', async () => {
    const [done] = (await ask('datastore_sync')).folders;
    assert.equal(done?.['uploaded'], 2);
    assert.equal((await cli(given('DATASTORE_TEST_OTHER'), 'cat', 'why-a.txt')).stdout, 'why-a.txt');
    await vscode.commands.executeCommand('datastore.resume');
    await untilBar(/in step/);
  }),
]);
