import { expect, test } from 'vitest';
import { findCollisions } from '../../src/core/paths/collisions.ts';
import { withholder } from '../../src/core/paths/credential-paths.ts';
import { parseSyncPath } from '../../src/core/paths/sync-path.ts';
import { isInTheWay } from './in-the-way.ts';

const problemOf = (path: string): string => {
  const parsed = parseSyncPath(path);
  if (parsed.ok) throw new Error(`${path} can travel`);
  return parsed.problem;
};

test.each<[what: string, reasons: readonly string[]]>([
  ['twins', [...findCollisions(['a/B', 'a/b', 'c', 'c/d']).values()]],
  ['names that cannot travel', ['a:b', 'a\\b', 'a.', 'nul', 'e\u0301'].map(problemOf)],
  ['names that look like credentials', ['.env', 'k.pem'].flatMap((path) => withholder([])(path) ?? [])],
  ['a folder in the place of a file', ['a folder has its name: move it, or remove it when it is empty']],
  ['a link in the place of a folder', ['`docs` is a link', '`docs` leads elsewhere']],
  ['a link where the remote has a file', ['it is a link, and the remote has a file or folder of this name']],
])('a person makes way for %s', (_what, reasons) => {
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.filter((reason) => !isInTheWay(reason))).toEqual([]);
});

test.each([
  'permission denied (EACCES): check the owner and the mode of the file and its folder',
  'the disk is full (ENOSPC): free some space on it',
  'it changes while it is read',
  'its folder was replaced meanwhile',
  'its download was changed while it waited in staging',
  'its bytes do not match their hash',
  'a version that was written while it was replaced is kept as a.conflict-1',
])('and the program has to get over this by itself: %s', (reason) => expect(isInTheWay(reason)).toBe(false));
