import { describe, expect, test } from 'vitest';
import { objectKey } from '../../src/core/format/sync-index.ts';
import type { Entry, Slice } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { isSparse, livingPacks, mostOf } from '../../src/core/plan/sparse-packs.ts';

const hash = (letter: string) => letter.repeat(64);
const PACK = objectKey(hash('a'), 3);

const entry = (path: string, sha256: string, slices: readonly Slice[]): Entry => ({
  path: path as SyncPath,
  size: slices.reduce((sum, { length }) => sum + length, 0),
  mtime: 1,
  sha256,
  exec: false,
  by: 'x',
  generation: 1,
  slices,
});
const inPack = (path: string, offset: number, length: number, more: Partial<Slice> = {}): Entry =>
  entry(path, hash(path), [{ object: PACK, offset, length, ...more }]);

describe('packs by what lives in them', () => {
  test('equal contents count once, and the last one tells how far it reaches at least', () => {
    const [pack] = livingPacks([
      inPack('1', 0, 10),
      inPack('2', 50, 20),
      { ...inPack('3', 50, 20), sha256: hash('2') },
    ]);
    expect(pack).toMatchObject({ object: PACK, alive: 30, extent: 70, bytes: 50 });
    expect(pack?.entries.map(({ path }) => path)).toEqual(['1', '2', '3']);
  });

  test('those with least in them come first', () => {
    const other = objectKey(hash('b'), 3);
    const packs = livingPacks([inPack('1', 0, 10), entry('2', hash('2'), [{ object: other, offset: 3, length: 5 }])]);
    expect(packs.map(({ object }) => object)).toEqual([other, PACK]);
  });

  const none: readonly [what: string, entries: readonly Entry[]][] = [
    ['an object of one content alone', [entry('1', hash('a'), [{ object: PACK, offset: 0, length: 9 }])]],
    ['an empty file', [entry('1', hash('e'), [])]],
    [
      'one that a large file has a part in',
      [inPack('1', 0, 9), entry('2', hash('2'), [...inPack('x', 20, 9).slices, ...inPack('y', 40, 9).slices])],
    ],
    ['one with what this version does not know', [inPack('1', 0, 9), inPack('2', 9, 9, { unknown: { key: 1 } })]],
  ];
  test.each(none)('%s is none', (_what, entries) => expect(livingPacks(entries)).toEqual([]));

  test('a compressed content may be alone in its object, or not: its size tells', () => {
    expect(livingPacks([inPack('1', 0, 10, { encoding: 'zstd' })])).toMatchObject([{ alive: 10, extent: 10 }]);
  });
});

test.each([
  [29, false],
  [30, false],
  [31, true],
])('15 bytes of %i: sparse is %s', (size, sparse) => {
  const [pack] = livingPacks([inPack('1', 0, 15)]);
  expect(pack && isSparse(pack, size)).toBe(sparse);
});

describe('what a pack of at most four files, of 10 bytes each, and 35 in all, has at most', () => {
  test.each<[what: string, offsets: readonly number[], bytes: number]>([
    ['when all of them live', [0, 5, 10, 15], 20],
    ['when one is gone from the middle', [0, 5, 15], 20],
    ['when one is gone from the beginning', [5, 10, 15], 20],
    ['when two are gone from one place', [0, 15], 30],
    ['when one is gone from the end', [0, 5, 10], 25],
    ['when one is left', [0], 35],
    ['when it reaches further than any of ours', [0, 90], 95],
  ])('%s', (_what, offsets, bytes) => {
    const [pack] = livingPacks(offsets.map((offset) => inPack(`f${offset}`, offset, 5)));
    expect(pack && mostOf(pack, { files: 4, fileBytes: 10, packBytes: 35 })).toBe(bytes);
  });
});
