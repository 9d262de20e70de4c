import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { SyncError } from '../../src/core/errors.ts';
import { INITIAL_STATUS } from '../../src/core/status/sync-status.ts';
import { chooseRunning } from '../../src/vscode/commands/choose-folder.ts';
import { folderOf } from '../../src/vscode/failed-in.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { withSlowProgress } from '../../src/vscode/slow-progress.ts';
import type { Ui } from '../../src/vscode/ui.ts';
import { asTarget } from '../../src/vscode/views/target.ts';
import { describe, it } from './harness.ts';
import { bar, extensionUi, ID, until } from './in-host.ts';

interface Contributed {
  readonly command: string;
  readonly enablement?: string;
}

const contributed = (): readonly Contributed[] => {
  const manifest = vscode.extensions.getExtension(ID)?.packageJSON as {
    contributes: { commands: readonly Contributed[] };
  };
  return manifest.contributes.commands;
};

/** Shown in every state, because they help in every state; the rest of those without one is not in the palette. */
const ALWAYS = ['datastore.showStatus', 'datastore.showLog', 'datastore.statusBar'];
const OF_A_ROW = [
  'datastore.openFile',
  'datastore.openRemote',
  'datastore.compareWithRemote',
  'datastore.explainFile',
  'datastore.revealFile',
  'datastore.copyPath',
  'datastore.copyKey',
  'datastore.copyHash',
  'datastore.pushFile',
  'datastore.pullFile',
  'datastore.showMore',
];

/** Until it is done; a person who closes every box that it opens. */
async function closing(running: Thenable<unknown>): Promise<void> {
  let done = false;
  const ended = Promise.resolve(running).finally(() => {
    done = true;
  });
  await until(
    'its end',
    async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return done;
    },
    (isOver) => (isOver ? true : null),
  );
  await ended;
}

/** In a folder without any configuration. */
export const commands = describe('commands where nothing is set up', [
  it('every command of the manifest is registered', async () => {
    await extensionUi();
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed()
        .map(({ command }) => command)
        .filter((command) => !known.has(command)),
      [],
    );
    assert.ok(contributed().length >= 20);
  }),
  it('every command that needs something says so in its enablement', () => {
    const without = contributed()
      .filter(({ enablement }) => enablement === undefined)
      .map(({ command }) => command);
    assert.deepEqual(without.toSorted(), [...ALWAYS, ...OF_A_ROW].toSorted());
  }),
  it('nothing is shown in the status bar', async () => {
    assert.equal(await bar(), null);
  }),
  it(
    'each command can be called by id, with nothing and with nonsense, and does not throw',
    async () => {
      for (const { command } of contributed()) {
        for (const argument of [undefined, 7, { folder: 'x', path: 'y' }, null])
          await closing(vscode.commands.executeCommand(command, argument));
      }
    },
    { timeoutMs: 60_000 },
  ),
  ...(
    [
      ['is made anew', true, /^The connection of “one” is being made anew\. Try again in a moment\.$/],
      ['is gone', false, /^“one” is no folder of this workspace any more\.$/],
    ] as const
  ).map(([what, isOpen, text]) =>
    it(`a button of a row whose engine ${what} says so`, async () => {
      const status = { ...INITIAL_STATUS, looked: true };
      const folder = {
        id: 'one',
        workspace: { name: 'one' },
        state: () => ({ kind: 'active', status }),
        running: () => null,
      } as unknown as Folder;
      const told: string[] = [];
      const notices = { info: (said: string) => told.push(said), warn: (said: string) => told.push(said) };
      const folders = { all: () => [], byId: () => (isOpen ? folder : undefined) };
      assert.equal(await chooseRunning({ notices, folders } as unknown as Ui, asTarget({ folder }), ''), null);
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', text);
    }),
  ),
  it('what ends though nobody pressed Cancel has failed, and is told', async () => {
    const { host, folders } = await extensionUi();
    const folder = folders.all()[0] ?? assert.fail('a folder');
    const on = { clock: host.clock, folder };
    const ended = new SyncError('cancelled', 'The folder was closed.', '');
    await assert.rejects(
      withSlowProgress(on, 'Syncing', () => Promise.reject(ended)),
      { kind: 'failed', message: 'the connection was closed meanwhile', cause: ended },
    );
    const other = new SyncError('offline', 'no answer', '');
    await assert.rejects(
      withSlowProgress(on, 'Syncing', () => Promise.reject(other)),
      other,
    );
    assert.equal(folderOf(other), folder, 'its message names the folder');
  }),
  it('Doctor says what is missing', async () => {
    await vscode.commands.executeCommand('datastore.doctor');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'datastore-report');
    assert.match(document?.getText() ?? '', /^problem +configuration +no datastore is configured/m);
    assert.match(document?.getText() ?? '', /→ Set one up/);
  }),
  it('Open Configuration drafts one that reads as a configuration of S3', async () => {
    await vscode.commands.executeCommand('datastore.openConfiguration');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^type: s3$/m);
    assert.match(text, /^root: data/m);
  }),
]);
