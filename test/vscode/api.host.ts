import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DatastoreApi, DatastoreError, DatastoreExports } from '../../src/vscode/api/api-v1.ts';
import { describe, it } from './harness.ts';
import { cli, given, ID, until, untilBar } from './in-host.ts';

const folder = (): vscode.WorkspaceFolder => vscode.workspace.workspaceFolders?.[0] ?? assert.fail('a folder is open');
const other = (): string => given('DATASTORE_TEST_OTHER');

/** As any other extension gets it. */
async function apiOfExtension(): Promise<DatastoreApi> {
  const extension = vscode.extensions.getExtension<DatastoreExports>(ID) ?? assert.fail('it is installed');
  return (await extension.activate()).getAPI(1);
}

const status = async () => (await apiOfExtension()).status()[0] ?? assert.fail('there is one folder');

/** In a connected workspace, in step. */
export const api = describe('the API, version 1', [
  it('another version is refused', async () => {
    const { getAPI } = vscode.extensions.getExtension<DatastoreExports>(ID)?.exports ?? assert.fail('it is active');
    assert.throws(() => getAPI(2 as 1), RangeError);
  }),
  it('status() tells what is shown', async () => {
    const now = await status();
    assert.equal(now.folder.toString(), folder().uri.toString());
    assert.equal(now.connected, true);
    assert.equal(now.headline, 'in-step');
    assert.equal(now.root?.fsPath, join(folder().uri.fsPath, 'data'));
    assert.deepEqual(
      [now.pending, now.conflicts, now.problems, now.lease, now.failure],
      [{ up: 0, down: 0 }, [], [], null, null],
    );
    assert.ok(now.generation !== null && now.generation >= 1);
  }),
  it('sync() brings and sends, and tells how much', async () => {
    await vscode.commands.executeCommand('datastore.pause');
    assert.equal((await cli(other(), 'sync')).code, 0);
    await writeFile(join(folder().uri.fsPath, 'data', 'from-api.txt'), 'api\n');
    const { sync } = await apiOfExtension();
    const done = await sync(folder().uri);
    assert.equal(done.uploaded, 1);
    assert.equal(done.downloaded, 1, 'the README of the other');
    assert.equal((await cli(other(), 'cat', 'from-api.txt')).stdout, 'api\n');
    await vscode.commands.executeCommand('datastore.resume');
  }),
  it('onDidChange gives the status that status() gives', async () => {
    const { onDidChange, status: all } = await apiOfExtension();
    const seen: string[] = [];
    const following = onDidChange((now) => {
      seen.push(now[0]?.headline ?? '');
      assert.deepEqual(now, all());
    });
    try {
      await vscode.commands.executeCommand('datastore.pause');
      await until(
        'the pause',
        () => seen,
        (found) => (found.includes('paused') ? true : null),
      );
    } finally {
      following.dispose();
      await vscode.commands.executeCommand('datastore.resume');
    }
    await untilBar(/in step/);
  }),
  it('withLease() holds the lock while the work runs, and gives it back when the work fails', async () => {
    const { withLease, sync } = await apiOfExtension();
    const work = withLease(folder().uri, { purpose: 'a report' }, async ({ signal }) => {
      assert.equal(signal.aborted, false);
      assert.equal((await status()).lease?.heldBy, 'this-window');
      assert.match((await cli(other(), 'lock', 'status')).stdout, /for a report/);
      await writeFile(join(folder().uri.fsPath, 'data', 'inside.txt'), 'inside\n');
      await sync(folder().uri);
      throw new Error('of the work');
    });
    await assert.rejects(work, /of the work/);
    assert.equal((await status()).lease, null);
    assert.match((await cli(other(), 'lock', 'status')).stdout, /free/);
    assert.equal((await cli(other(), 'cat', 'inside.txt')).stdout, 'inside\n');
  }),
  it('a lock of another is waited for no longer than asked, and named in the error', async () => {
    const words = [given('DATASTORE_TEST_CLI'), 'lock', 'acquire'];
    const holder = spawn(given('DATASTORE_TEST_NODE'), words, { cwd: other(), stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      const { withLease } = await apiOfExtension();
      let ran = false;
      const work = withLease(folder().uri, { purpose: 'never', waitSeconds: 0 }, async () => {
        ran = true;
      });
      await assert.rejects(work, (error: DatastoreError) => {
        assert.equal(error.kind, 'locked');
        assert.match(error.message, /lock acquire/);
        assert.ok(error.remedy);
        return true;
      });
      assert.equal(ran, false);
      await vscode.commands.executeCommand('datastore.refresh');
      assert.equal((await status()).lease?.heldBy, 'another');
    } finally {
      const ended = once(holder, 'exit');
      holder.kill('SIGINT');
      await ended;
    }
    await vscode.commands.executeCommand('datastore.refresh');
    await untilBar(/in step/);
  }),
  it('a folder that is not connected is refused, and nobody is asked', async () => {
    const { sync } = await apiOfExtension();
    await assert.rejects(sync(vscode.Uri.file('/nowhere')), { kind: 'not-set-up' });
  }),
]);
