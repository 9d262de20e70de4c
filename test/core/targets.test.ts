import { expect, it } from 'vitest';
import type { Folder } from '../../src/vscode/folder.ts';
import { asTarget, chosenIn, targetsOf } from '../../src/vscode/views/target.ts';

/* What a command is about, in each way that VS Code hands it over. */

const row = (path: string) => asTarget({ folder: {} as Folder, path });
const [a, b, c] = [row('a'), row('b'), row('c')];

it.each([
  ['a row of a tree', [a], [a]],
  ['a row and all that are chosen', [a, [a, b, c]], [a, b, c]],
  ['a row beside those that are chosen', [a, [b, c]], [a]],
  ['changes of source control', [a, b, c], [a, b, c]],
  ['one change, and what is none', [a, 'b', undefined, {}], [a]],
  ['nothing', [], []],
  ['what anybody hands over', [{ path: 'a' }, b], []],
])('%s', (_, given, targets) => {
  expect(targetsOf(given[0], chosenIn(given))).toEqual(targets);
});
