import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { describe, it } from './harness.ts';
import { cli, given, untilBar } from './in-host.ts';

const folder = (): vscode.WorkspaceFolder => vscode.workspace.workspaceFolders?.[0] ?? assert.fail('a folder is open');

async function run(task: vscode.Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const following = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      following.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

/** In a connected workspace, in step. */
export const tasks = describe('tasks', [
  it('are offered: sync, pull and push', async () => {
    const found = await vscode.tasks.fetchTasks({ type: 'datastore' });
    assert.deepEqual(found.map(({ source, name }) => `${source}: ${name}`).toSorted(), [
      'datastore: pull',
      'datastore: push',
      'datastore: sync',
    ]);
  }),
  it('datastore: sync sends what waits, and ends with 0', async () => {
    await vscode.commands.executeCommand('datastore.pause');
    await writeFile(join(folder().uri.fsPath, 'data', 'by-task.txt'), 'task\n');
    const found = await vscode.tasks.fetchTasks({ type: 'datastore' });
    const code = await run(found.find(({ name }) => name === 'sync') ?? assert.fail('it is offered'));
    assert.equal(code, 0);
    assert.equal((await cli(given('DATASTORE_TEST_OTHER'), 'cat', 'by-task.txt')).stdout, 'task\n');
  }),
  it('conflicts end it with 3, as on the command line', async () => {
    const other = given('DATASTORE_TEST_OTHER');
    assert.equal((await cli(other, 'sync')).code, 0);
    await writeFile(join(other, 'data', 'by-task.txt'), 'theirs\n');
    assert.equal((await cli(other, 'sync')).code, 0);
    await writeFile(join(folder().uri.fsPath, 'data', 'by-task.txt'), 'mine\n');
    const found = await vscode.tasks.fetchTasks({ type: 'datastore' });
    assert.equal(await run(found.find(({ name }) => name === 'sync') ?? assert.fail('it is offered')), 3);
    await untilBar(/1 conflict$/);
  }),
]);
