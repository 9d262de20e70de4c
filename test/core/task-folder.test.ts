import { expect, it } from 'vitest';
import { taskFolder } from '../../src/vscode/task-folder.ts';

const [a, b] = [{ id: 'file:///a' }, { id: 'file:///b' }];
const scope = (uri: string) => ({ uri: { toString: () => uri } });
const WORKSPACE = 2;

it.each([
  ['of a folder is for that folder', scope('file:///b'), [a, b], b],
  ['of a folder that is not open is for none', scope('file:///gone'), [a, b], undefined],
  ['of a folder that is not open is not for the only one', scope('file:///gone'), [a], undefined],
  ['of the window is for its only folder', WORKSPACE, [a], a],
  ['of the window is for none of several', WORKSPACE, [a, b], undefined],
  ['without a scope is for none of several', undefined, [a, b], undefined],
  ['is for none where none is open', WORKSPACE, [], undefined],
])('a task %s', (_, from, folders, found) => {
  expect(taskFolder(from, folders)).toBe(found);
});
