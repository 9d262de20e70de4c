import { expect, it } from 'vitest';
import { pathBelow } from '../../src/vscode/path-below.ts';

it.each<readonly [string, string, string, boolean, string | null]>([
  ['Linux', '/home/me/data', '/home/me/data/a/b.txt', false, 'a/b.txt'],
  ['Linux: another case is another folder', '/home/me/data', '/home/me/Data/a', false, null],
  ['Linux: a name that begins so is no folder of it', '/home/me/data', '/home/me/data2/a', false, null],
  ['the root itself is not below it', '/home/me/data', '/home/me/data', false, null],
  ['a root that ends with a slash', '/mnt/', '/mnt/a', false, 'a'],
  ['the root of the disk', '/', '/a', false, 'a'],
  ['Windows: the drive letter in either case', '/C:/ws/data', '/c:/ws/data/a.txt', true, 'a.txt'],
  [
    'Windows: any name in either case, and the rest as it is written',
    '/c:/WS/Data',
    '/C:/ws/data/Sub/A.txt',
    true,
    'Sub/A.txt',
  ],
  ['Windows: another drive', '/c:/ws', '/d:/ws/a', true, null],
  ['Windows: a share, by its path', '/share/team', '/Share/Team/a', true, 'a'],
  ['macOS: folds case', '/Users/me/Data', '/Users/me/data/x', true, 'x'],
  ['letters beside ASCII', '/home/me/Dätä', '/home/me/dätä/x', true, 'x'],
])('%s', (_, root, file, foldsCase, path) => {
  expect(pathBelow(root, file, foldsCase)).toBe(path);
});
