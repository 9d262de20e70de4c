import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { describe, it } from './harness.ts';
import { cli, until, untilBar } from './in-host.ts';

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
]);
