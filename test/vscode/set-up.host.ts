import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { draftFrom } from '../../src/vscode/setup/draft.ts';
import { perform } from '../../src/vscode/setup/perform.ts';
import { describe, it } from './harness.ts';
import { cli, extensionUi, until, untilBar } from './in-host.ts';

const here = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('a folder is open');

/** In a connected workspace. */
export const setUp = describe('Set Up in a workspace on S3', [
  it(
    'begins with what is set up: who takes every answer as it stands has what was there',
    async () => {
      const file = join(here(), '.datastore.yaml');
      const fields = async () =>
        (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('region:'));
      await untilBar(/in step/);
      const before = await fields();
      let done = false;
      const running = Promise.resolve(vscode.commands.executeCommand('datastore.setUp')).finally(() => {
        done = true;
      });
      await until(
        'the end of the set-up',
        async () => {
          await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
          return done;
        },
        (ended) => (ended ? true : null),
        60_000,
      );
      await running;
      assert.deepEqual((await fields()).toSorted(), before.toSorted());
      await untilBar(/in step/);
      assert.equal((await cli(here(), 'status')).code, 0);
    },
    { timeoutMs: 90_000 },
  ),
  ...([true, false] as const).map((pauses) =>
    it(
      pauses ? 'a pause that comes while it runs outlives it' : 'the folder goes on after it',
      async () => {
        const ui = await extensionUi();
        const folder = ui.folders.all()[0] ?? assert.fail('a folder');
        const state = folder.state();
        const from = state.kind === 'active' ? state.config : assert.fail('it is connected');
        assert.equal(from.backend.type, 's3');
        const { coordinator } = folder.running() ?? assert.fail('it runs');
        let told = 0;
        const info = (text: string) => {
          told += 1;
          if (pauses) folder.pause();
          ui.log.info(text);
        };
        const setup = { ui: { ...ui, log: { ...ui.log, info } }, folder, from, mayBring: true };
        const report = await perform(setup, { ...draftFrom(from), bucket: from.backend.bucket, files: 'leave' });
        assert.equal(report.stopped, null);
        assert.ok(told > 0);
        assert.equal(folder.running()?.coordinator, coordinator, 'nothing has changed, so its engine is the same');
        assert.equal(coordinator.status().paused, pauses);
        folder.resume();
        await untilBar(/in step/);
      },
      { timeoutMs: 60_000 },
    ),
  ),
]);
