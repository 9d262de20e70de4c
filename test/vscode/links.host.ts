import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { openLink } from '../../src/vscode/uri-handler.ts';
import { describe, it } from './harness.ts';
import { extensionUi } from './in-host.ts';

async function follow(path: string, query = ''): Promise<readonly string[]> {
  const said: string[] = [];
  const uri = vscode.Uri.from({ scheme: 'vscode', authority: 'datastore-sync.datastore-sync', path, query });
  await openLink(uri, { warn: (text) => said.push(text) });
  return said;
}

export const links = describe('links', [
  ...['/contents', '/status', '/conflicts'].map((path) =>
    it(`${path} opens that view and says nothing`, async () => {
      assert.deepEqual(await follow(path, 'command=datastore.sync'), []);
    }),
  ),
  ...['/', '', '/sync', '/status/', '/status/../sync', '/__proto__', '/toString', `/${'x'.repeat(4000)}`].map((path) =>
    it(`${path.slice(0, 20)} is refused in words, and nothing runs`, async () => {
      const { folders } = await extensionUi();
      const before = folders.all()[0]?.state();
      const said = await follow(path);
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', /can only open views: \/contents, \/status, \/conflicts\. Nothing was done\./);
      assert.ok((said[0] ?? '').length < 200);
      assert.equal(folders.all()[0]?.state(), before);
    }),
  ),
]);
