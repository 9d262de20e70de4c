import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { SyncError } from '../../src/core/errors.ts';
import { refresh } from '../../src/vscode/commands/show-commands.ts';
import { openFolder } from '../../src/vscode/folder.ts';
import { statusRows } from '../../src/vscode/render/status-rows.ts';
import { openContentsLevels } from '../../src/vscode/views/contents-levels.ts';
import { openContentsNodes } from '../../src/vscode/views/contents-nodes.ts';
import { openLeftOuts } from '../../src/vscode/views/left-out.ts';
import { describe, it } from './harness.ts';
import { cli, extensionUi, given, until, untilBar } from './in-host.ts';
import { loadedScripts } from './loaded-scripts.ts';

const here = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('a folder is open');
const other = (): string => given('DATASTORE_TEST_OTHER');
const lock = (): string => join(given('DATASTORE_TEST_SHARED'), '.datastore.lock');

async function folder() {
  const found = (await extensionUi()).folders.all()[0] ?? assert.fail('a folder');
  return { found, running: found.running() ?? assert.fail('it runs'), state: found.state() };
}

/** What the Status view shows, by label. */
async function rows(): Promise<ReadonlyMap<string, string>> {
  const { running, state } = await folder();
  const health = (await running.datastore.inPlace?.health()) ?? null;
  const { host } = await extensionUi();
  const shown = statusRows(state, [], host.clock.now(), health);
  return new Map(shown.map(({ label, description }) => [label, description]));
}

/** In a workspace whose datastore is a folder elsewhere; one goes on where the one before stopped. */
export const inPlace = describe('a folder used in place', [
  it('is shown at once, without a question and without the SDK', async () => {
    const { text } = await untilBar(/a folder used in place/);
    assert.equal(text, '$(folder) Datastore');
    assert.equal(
      loadedScripts().some((url) => url.endsWith('/dist/s3.cjs')),
      false,
    );
  }),
  it('has contents, status and health', async () => {
    const { running } = await folder();
    assert.equal(running.root.fsPath, given('DATASTORE_TEST_SHARED'));
    assert.deepEqual([...(await running.datastore.contents()).keys()], ['sub/y.txt', 'x.txt']);
    const shown = await rows();
    assert.deepEqual([...shown.keys()], ['Lock', 'Folder', 'Health', 'Set by']);
    assert.equal(shown.get('Lock'), 'free');
    assert.match(shown.get('Health') ?? '', /^in reach .*, writable .* free$/);
  }),
  it('a file that goes while its folder is read is left out alone', async () => {
    const { found, running } = await folder();
    const going = join(given('DATASTORE_TEST_SHARED'), 'going.txt');
    await writeFile(going, '');
    // Asked of each name after they were listed.
    const skip = (path: string) => {
      if (path === 'going.txt') rmSync(going);
      return false;
    };
    const nodes = openContentsNodes();
    const levels = openContentsLevels(nodes, openLeftOuts());
    const request = { parent: null, folder: found, running, at: '', most: 100, isOpen: () => false };
    const rows = await levels.inPlace({ ...request, running: { ...running, skip } }, null);
    assert.deepEqual(
      rows.map((row) => row.path),
      ['sub', 'x.txt'],
    );
    const kept = await levels.inPlace(request, { name: 'Y', states: [] });
    assert.deepEqual(
      kept.map((row) => row.path),
      ['sub'],
    );
  }),
  it('that could not be opened is opened by Refresh, when it can be', async () => {
    const ui = await extensionUi();
    const { found } = await folder();
    let isThere = false;
    const gone = new SyncError('local', 'The folder is not there.', 'Mount it.');
    const again = openFolder(found.workspace, {
      host: { ...ui.host, openEngine: (request) => (isThere ? ui.host.openEngine(request) : Promise.reject(gone)) },
      answers: ui.answers,
      keys: ui.keys,
      log: ui.log,
      paused: { has: () => false, set() {} },
      changed() {},
    });
    try {
      const refreshed = () => refresh({ ...ui, folders: { ...ui.folders, all: () => [again] } });
      await again.reload();
      await refreshed();
      assert.deepEqual(again.state().kind, 'broken');
      assert.equal(statusRows(again.state(), [], 0)[0]?.context, 'failure-broken');
      isThere = true;
      await refreshed();
      assert.equal(again.state().kind, 'active');
    } finally {
      await again.dispose();
    }
  }),
  it('has nothing to sync: commands say so, and throw nothing', async () => {
    for (const command of ['sync', 'pull', 'push', 'preview', 'verify', 'pause', 'resume', 'resolveConflicts'])
      await vscode.commands.executeCommand(`datastore.${command}`);
    await untilBar(/a folder used in place/);
  }),
  it('Hold Lock is seen by the other workspace, which waits; Release Lock gives it back', async () => {
    await vscode.commands.executeCommand('datastore.holdLock', 'a test');
    await untilBar(/held by this window/);
    const written = JSON.parse(readFileSync(lock(), 'utf8')) as Record<string, unknown>;
    assert.equal(written['purpose'], 'a test');
    assert.equal(written['tool'], 'datastore-sync/vscode');
    assert.equal((await cli(other(), 'run', '--wait', '0', '--', 'true')).code, 4);
    assert.match((await cli(here(), 'lock', 'status')).stdout, /held by this workspace/);
    await vscode.commands.executeCommand('datastore.releaseLock');
    await untilBar(/a folder used in place/);
    assert.equal(existsSync(lock()), false);
  }),
  it('the lock of another workspace is shown, and taken by force from the tenure that was shown', async () => {
    const words = [given('DATASTORE_TEST_CLI'), 'lock', 'acquire'];
    const child = spawn(given('DATASTORE_TEST_NODE'), words, { cwd: other(), stdio: 'ignore' });
    try {
      await until(
        'its lock',
        () => existsSync(lock()),
        (there) => there || null,
      );
      await vscode.commands.executeCommand('datastore.refresh');
      await untilBar(/locked by/);
      assert.match((await rows()).get('Lock') ?? '', /lock acquire/);
      const { datastore } = (await folder()).running;
      const shown = (await datastore.lease()).lease ?? assert.fail('it is held');
      assert.equal(shown.pid, child.pid);
      assert.deepEqual(await datastore.forceRelease(shown), { kind: 'released' });
      await vscode.commands.executeCommand('datastore.refresh');
      await untilBar(/a folder used in place/);
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
  }),
]);
