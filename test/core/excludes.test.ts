import { expect, test } from 'vitest';
import { buildExcludes } from '../../src/adapters/excludes.ts';

type Look = readonly [path: string, isFolder: boolean];

/** What a walk finds: it asks for each folder on the way before it asks for the file. */
const reached = (skip: (path: string, isFolder: boolean) => boolean, path: string): boolean => {
  const segments = path.split('/');
  for (let depth = 1; depth < segments.length; depth++) {
    if (skip(segments.slice(0, depth).join('/'), true)) return false;
  }
  return !skip(path, false);
};

test.each<[what: string, rules: string[], directories: string[] | null, left: string[], kept: string[]]>([
  [
    'no rules: only ours and git',
    [],
    null,
    [
      '.git/config',
      'a/.git/x',
      '.datastore-staging/run/x',
      'a/.GIT/x',
      '.datastore.lock',
      '.datastore.lock.new-7-0',
      '.datastore.lock.aside-a1B2c3/.datastore.lock',
      '.datastore.lock.aside-claim',
      'a/.datastore-try-a1B2c3/a',
    ],
    ['a', 'a/b.json', '.gitignore', '.github/x', '.datastore.locks', '.datastore.yaml'],
  ],
  [
    'what only begins like ours is a person’s',
    [],
    null,
    [],
    ['.datastore.lock.new-mine', '.datastore.lock.aside-x/y', '.datastore-try-this/x', '.datastore-staging.old/x'],
  ],
  ['a pattern counts at any depth', ['*.tmp'], null, ['a.tmp', 'x/y/a.tmp', 'x.tmp/inside'], ['a.tmpx', 'tmp']],
  [
    'a pattern with / counts from the root',
    ['telemetry/**'],
    null,
    ['telemetry/a', 'telemetry/x/y'],
    ['x/telemetry/a', 'telemetry'],
  ],
  ['a pattern that ends in / is of folders', ['cache/'], null, ['cache/a', 'x/cache/b'], ['cache', 'x/cache']],
  [
    'a folder that is left out cannot be re-entered',
    ['logs/', '!logs/keep.txt'],
    null,
    ['logs/keep.txt'],
    ['keep.txt'],
  ],
  ['a later ! brings a file back', ['*.log', '!keep.log'], null, ['a.log'], ['keep.log', 'x/keep.log']],
  ['case counts', ['*.TMP'], null, ['a.TMP'], ['a.tmp']],
  [
    'only these directories',
    [],
    ['data', 'out/put'],
    ['x', 'out/x', 'database/x', 'out'],
    ['data/a', 'data/b/c', 'out/put/x'],
  ],
  ['directories and rules together', ['*.tmp'], ['data'], ['data/a.tmp', 'x'], ['data/a']],
  ['a name with odd characters', ['a b*'], null, ['a b c'], ['ä b', ' x']],
])('%s', (_what, exclude, directories, left, kept) => {
  const skip = buildExcludes({ exclude, directories });
  for (const path of left) {
    expect([path, 'as a key', skip(path, false)]).toEqual([path, 'as a key', true]);
    expect([path, 'in a walk', reached(skip, path)]).toEqual([path, 'in a walk', false]);
  }
  for (const path of kept) {
    expect([path, 'as a key', skip(path, false)]).toEqual([path, 'as a key', false]);
    expect([path, 'in a walk', reached(skip, path)]).toEqual([path, 'in a walk', true]);
  }
});

test('a walk enters the folders above a directory', () => {
  const skip = buildExcludes({ exclude: [], directories: ['a/b/c'] });
  const looks: Look[] = [
    ['a', true],
    ['a/b', true],
    ['a/b/c', true],
    ['a/b/d', true],
    ['a', false],
  ];
  expect(looks.map(([path, isFolder]) => skip(path, isFolder))).toEqual([false, false, false, true, true]);
});
