import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { describe, it } from './harness.ts';
import { ID } from './in-host.ts';
import { loadedScripts } from './loaded-scripts.ts';

export const activation = describe('activation', [
  it('the extension is installed and runs where the files are', () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension, `${ID} is not among ${vscode.extensions.all.length} extensions`);
    assert.equal(extension.extensionKind, vscode.ExtensionKind.Workspace);
  }),
  it('it activates', async () => {
    const extension = vscode.extensions.getExtension(ID);
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  }),
  it('and has not loaded the SDK of the store', () => {
    const scripts = loadedScripts();
    assert.ok(
      scripts.some((url) => url.endsWith('/dist/extension.cjs')),
      'the extension itself is seen',
    );
    assert.deepEqual(
      scripts.filter((url) => url.endsWith('/dist/s3.cjs')),
      [],
    );
  }),
]);
