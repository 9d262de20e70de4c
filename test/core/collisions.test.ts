import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCollisions, occupiedKeys } from '../../src/core/paths/collisions.ts';
import { collisionKey } from '../../src/core/paths/sync-path.ts';

describe('collisions', () => {
  test.each<[what: string, paths: string, colliding: string]>([
    ['different names', 'a b c/d c/e', ''],
    ['the same path twice', 'a a', ''],
    ['case twins', 'a A b', 'A a'],
    ['three of a kind', 'ab AB Ab', 'AB Ab ab'],
    ['folders that differ in case, with different files', 'A/x a/y', 'A/x a/y'],
    ['a folder far above', 'A/b/c/x a/d/y', 'A/b/c/x a/d/y'],
    ['everything below both folders', 'A/x A/z a/y b', 'A/x A/z a/y'],
    ['a file where a folder is needed', 'a a/b a/c', 'a a/b a/c'],
    ['a file where a folder of another case is needed', 'A a/b', 'A a/b'],
    ['full folding', 'straße STRASSE x', 'STRASSE straße'],
    ['a name that is only the beginning of another', 'a ab a-b', ''],
    ['no collision of what lies below one folder', 'A/x A/y', ''],
  ])('%s', (_what, paths, colliding) => {
    const found = findCollisions(paths.split(' '));
    expect([...found.keys()].toSorted().join(' ')).toBe(colliding);
  });

  test('each names a twin', () => {
    const found = findCollisions(['A/x', 'a/y', 'b', 'b/c']);
    expect(found.get('A/x')).toContain('"a/y"');
    expect(found.get('a/y')).toContain('"A/x"');
    expect(found.get('b')).toContain('"b/c"');
    expect(found.get('b/c')).toContain('"b"');
  });

  test('those found are exactly those of a slow comparison of all pairs', () => {
    const path = fc.array(fc.constantFrom('a', 'A', 'b', 'ß', 'ss', 'SS'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (lists) => {
        const paths = [...new Set(lists.map((segments) => segments.join('/')))];
        const expected = paths.filter((one) => paths.some((other) => clash(one.split('/'), other.split('/'))));
        expect([...findCollisions(paths).keys()]).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Side by side: the first level where the spelling differs decides; without one, the shorter is a file in the longer's way. */
function clash(a: readonly string[], b: readonly string[]): boolean {
  for (let level = 0; level < Math.min(a.length, b.length); level += 1) {
    if (a[level] === b[level]) continue;
    return a[level]?.toLowerCase().replace('ß', 'ss') === b[level]?.toLowerCase().replace('ß', 'ss');
  }
  return a.length !== b.length;
}

test('occupied are the keys of paths and of the folders above them', () => {
  expect([...occupiedKeys(['A/B/c', 'd'])].toSorted()).toEqual(['A', 'A/B', 'A/B/c', 'd'].map(collisionKey).toSorted());
});
