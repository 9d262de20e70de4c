import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { describe, it } from './harness.ts';
import { untilBar } from './in-host.ts';

/** In a connected workspace. */
export const doctor = describe('Doctor in a workspace on S3', [
  it(
    'contacts no place that nobody has agreed to, though the configuration names it by now',
    async () => {
      let visits = 0;
      const stranger = createServer((socket) => {
        visits += 1;
        socket.destroy();
      }).listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      const { port } = stranger.address() as AddressInfo;
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('a folder is open');
      const file = join(folder, '.datastore.yaml');
      const good = readFileSync(file, 'utf8');
      await untilBar(/in step/);
      try {
        writeFileSync(file, good.replace(/^endpoint:.*$/m, `endpoint: http://127.0.0.1:${port}`));
        // At once: the window has not seen the change.
        await vscode.commands.executeCommand('datastore.doctor');
        await untilBar(/waiting for your answer/);
        await vscode.commands.executeCommand('datastore.doctor');
        assert.equal(visits, 0);
      } finally {
        writeFileSync(file, good);
        stranger.close();
      }
      await untilBar(/in step/, 20_000);
    },
    { timeoutMs: 60_000 },
  ),
]);
