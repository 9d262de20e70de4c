import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { agree } from './agree.ts';
import { describe, it } from './harness.ts';
import { cli, extensionUi, given, until, untilBar } from './in-host.ts';
import { loadedScripts } from './loaded-scripts.ts';

const here = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('a folder is open');
const other = (): string => given('DATASTORE_TEST_OTHER');
const write = (workspace: string, path: string, text: string) => writeFile(join(workspace, 'data', path), text);
const read = (workspace: string, path: string) => readFile(join(workspace, 'data', path), 'utf8');
const isS3Loaded = () => loadedScripts().some((url) => url.endsWith('/dist/s3.cjs'));

async function status() {
  const state = (await extensionUi()).folders.all()[0]?.state();
  assert.equal(state?.kind, 'active');
  return state.status;
}

/** Both sides change one file, each in its own way, and this window notices. */
async function clash(path: string): Promise<void> {
  assert.equal((await cli(other(), 'sync')).code, 0);
  await vscode.commands.executeCommand('datastore.pause');
  await write(here(), path, 'mine\n');
  await write(other(), path, 'theirs\n');
  assert.equal((await cli(other(), 'sync')).code, 0);
  await vscode.commands.executeCommand('datastore.resume');
  await untilBar(/1 conflict$/);
}

/** Runs a command that lets the person pick, and takes what is offered first. */
async function withFirstPick(command: string): Promise<void> {
  let done = false;
  const running = Promise.resolve(vscode.commands.executeCommand(command)).finally(() => {
    done = true;
  });
  await until(
    `the end of ${command}`,
    async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return done;
    },
    (ended) => (ended ? true : null),
  );
  await running;
}

/** In a workspace on the dev S3 server; one goes on where the one before stopped. */
export const synced = describe('a workspace on S3', [
  it('waits for the answer about its first connection, without the SDK', async () => {
    const { background } = await untilBar(/waiting for your answer/);
    assert.equal(background, 'warning');
    assert.equal(isS3Loaded(), false);
    await vscode.commands.executeCommand('datastore.sync');
    await untilBar(/waiting for your answer/);
  }),
  it('after a yes it uploads what is here', async () => {
    await agree();
    assert.equal((await cli(here(), 'cat', 'notes.txt')).stdout, 'base\n');
    assert.equal(isS3Loaded(), true);
  }),
  it('a file written on disk goes up by itself', async () => {
    await write(here(), 'new.txt', 'new\n');
    await until(
      'new.txt on the remote',
      () => cli(other(), 'cat', 'new.txt'),
      ({ stdout }) => (stdout === 'new\n' ? true : null),
    );
    await untilBar(/in step/);
  }),
  it('while it is paused a change is pending and stays here; after Resume it goes up', async () => {
    await vscode.commands.executeCommand('datastore.pause');
    await untilBar(/paused/);
    await write(here(), 'later.txt', 'later\n');
    await until('the change', status, ({ changes }) =>
      changes.some(({ path, kind }) => path === 'later.txt' && kind === 'upload') ? true : null,
    );
    assert.notEqual((await cli(other(), 'cat', 'later.txt')).code, 0);
    await vscode.commands.executeCommand('datastore.resume');
    await untilBar(/in step/);
    assert.equal((await cli(other(), 'cat', 'later.txt')).stdout, 'later\n');
  }),
  it('Pull brings what another has pushed', async () => {
    assert.equal((await cli(other(), 'sync')).code, 0);
    await write(other(), 'from-other.txt', 'other\n');
    assert.equal((await cli(other(), 'sync')).code, 0);
    await vscode.commands.executeCommand('datastore.pull');
    assert.equal(await read(here(), 'from-other.txt'), 'other\n');
  }),
  it('and what only waits to go up stays pending after it', async () => {
    await vscode.commands.executeCommand('datastore.pause');
    await write(here(), 'waits.txt', 'waits\n');
    await vscode.commands.executeCommand('datastore.pull');
    assert.deepEqual((await status()).pending, { up: 1, down: 0 });
    await vscode.commands.executeCommand('datastore.resume');
    await untilBar(/in step/);
  }),
  it('a datastore-remote document is the committed version', async () => {
    const { folders } = await extensionUi();
    const query = JSON.stringify({ folder: folders.all()[0]?.id, version: 'any' });
    const document = await vscode.workspace.openTextDocument(
      vscode.Uri.from({ scheme: 'datastore-remote', path: '/from-other.txt', query }),
    );
    assert.equal(document.getText(), 'other\n');
  }),
  it('Verify reads both sides and says so in a document that can be copied and not be changed', async () => {
    await vscode.commands.executeCommand('datastore.verify');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'datastore-report');
    assert.match(
      document?.getText() ?? '',
      /^Read \d+ files there .*\n?.*\nEvery byte is as index and base name it\.$/m,
    );
  }),
  it(
    'Doctor finds everything well, and shows no key',
    async () => {
      await vscode.commands.executeCommand('datastore.doctor');
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      for (const topic of ['credentials', 'reachability', 'permissions', 'safe writes', 'base'])
        assert.match(text, new RegExp(`^ok +${topic}`, 'm'));
      assert.doesNotMatch(text, /^problem/m);
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
        assert.ok(!text.includes(given(name)), `${name} is not in it`);
    },
    // The whole probe is five hundred requests.
    { timeoutMs: 60_000 },
  ),
  it('Hold Lock takes the lock with its purpose, and Release Lock gives it back', async () => {
    await vscode.commands.executeCommand('datastore.holdLock', 'measuring');
    await untilBar(/held by this window/);
    assert.match((await cli(other(), 'lock', 'status')).stdout, /for measuring/);
    await vscode.commands.executeCommand('datastore.releaseLock');
    await untilBar(/in step/);
    assert.match((await cli(other(), 'lock', 'status')).stdout, /free/);
  }),
  it(
    'a lock that another process takes is shown, and gone when it is given back',
    async () => {
      const holder = spawn(given('DATASTORE_TEST_NODE'), [given('DATASTORE_TEST_CLI'), 'lock', 'acquire'], {
        cwd: other(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await new Promise((resolve) => holder.stdout.once('data', resolve));
        await vscode.commands.executeCommand('datastore.refresh');
        const { text } = await untilBar(/locked by \S+@\S+$/);
        assert.match(text, /^\$\(lock\) \S+@\S+$/);
        await vscode.commands.executeCommand('datastore.releaseLock');
        await untilBar(/locked by/);
      } finally {
        holder.kill('SIGINT');
      }
      await new Promise((resolve) => holder.once('exit', resolve));
      await vscode.commands.executeCommand('datastore.refresh');
      await untilBar(/in step/);
    },
    { timeoutMs: 40_000 },
  ),
  ...(
    [
      { command: 'datastore.keepMine', here: 'mine\n', there: 'mine\n', copies: 0 },
      { command: 'datastore.keepTheirs', here: 'theirs\n', there: 'theirs\n', copies: 0 },
      { command: 'datastore.keepBoth', here: 'theirs\n', there: 'theirs\n', copies: 1 },
    ] as const
  ).map((row, index) =>
    it(
      `a conflict is held until ${row.command} decides it`,
      async () => {
        const path = `clash-${index}.txt`;
        await write(here(), path, 'base\n');
        await until(
          'the base there',
          () => cli(other(), 'cat', path),
          ({ stdout }) => (stdout === 'base\n' ? true : null),
        );
        await untilBar(/in step/);
        await clash(path);
        assert.deepEqual(
          (await status()).conflicts.map(({ path, reason }) => [path, reason]),
          [[path, 'both-changed']],
        );
        assert.equal(await read(here(), path), 'mine\n');
        await withFirstPick(row.command);
        await untilBar(/in step/);
        assert.equal(await read(here(), path), row.here);
        assert.equal((await cli(other(), 'cat', path)).stdout, row.there);
        const copies = (await readdir(join(here(), 'data'))).filter((name) =>
          name.startsWith(`clash-${index}.conflict-`),
        );
        assert.equal(copies.length, row.copies);
        for (const copy of copies) assert.equal(await read(here(), copy), 'mine\n');
      },
      { timeoutMs: 60_000 },
    ),
  ),
  it(
    'a mistake in the configuration is shown, and its correction starts again',
    async () => {
      const file = join(here(), '.datastore.yaml');
      const good = await readFile(file, 'utf8');
      await writeFile(file, good.replace(/^bucket:.*$/m, 'bucket: Not_A_Bucket'));
      const { background, tooltip } = await untilBar(/the configuration has mistakes/);
      assert.equal(background, 'error');
      assert.match(tooltip, /Not/);
      await writeFile(file, good);
      await untilBar(/in step/, 20_000);
    },
    { timeoutMs: 40_000 },
  ),
]);
