import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { busyPathsBelow } from '../../src/vscode/busy-paths.ts';
import { unsavedFiles } from '../../src/vscode/unsaved-files.ts';
import { describe, it } from './harness.ts';
import { until } from './in-host.ts';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('a folder is open');
const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);
const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
const paths = (uris: readonly vscode.Uri[]) => uris.map(({ path }) => path);

export const unsaved = describe('unsaved files', [
  it('are those of documents and of tabs, until they are saved', async () => {
    const uri = file('unsaved.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('saved\n'));
    const editor = await vscode.window.showTextDocument(uri);
    assert.deepEqual([...busyPathsBelow(folder())], []);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'not '));
    assert.deepEqual([...busyPathsBelow(folder())], ['unsaved.txt']);
    // As of a custom editor, whose document is not among those of text.
    await until(
      'its tab',
      () => paths(unsavedFiles([], tabs())),
      (found) => (found.includes(uri.path) ? true : null),
    );
    await editor.document.save();
    await until(
      'none',
      () => [...busyPathsBelow(folder())],
      (found) => (found.length === 0 ? true : null),
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(uri);
  }),
  ...(
    [
      ['a custom editor', () => new vscode.TabInputCustom(file('a.bin'), 'hex'), ['a.bin']],
      ['a notebook', () => new vscode.TabInputNotebook(file('a.ipynb'), 'jupyter'), ['a.ipynb']],
      ['a comparison', () => new vscode.TabInputTextDiff(file('old'), file('new')), ['new']],
      ['a terminal', () => new vscode.TabInputTerminal(), []],
      ['what is unknown', () => undefined, []],
    ] as const
  ).map(([what, input, names]) =>
    it(`are told by a tab of ${what}`, async () => {
      const expected = names.map((name) => file(name).path);
      assert.deepEqual(paths(unsavedFiles([], [{ isDirty: true, input: input() }])), expected);
      assert.deepEqual(unsavedFiles([], [{ isDirty: false, input: input() }]), []);
    }),
  ),
]);
