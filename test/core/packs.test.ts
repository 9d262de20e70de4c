import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PACK_LIMITS, planPacks, planReads } from '../../src/core/packs.ts';
import type { Step } from '../../src/core/plan.ts';
import type { SyncPath } from '../../src/core/sync-path.ts';
import type { Entry } from '../../src/core/tree.ts';

const HASH = '0'.repeat(64);

const upload = (path: string, size: number, reuse = false): Step => ({
  kind: 'upload',
  path: path as SyncPath,
  base: null,
  remote: null,
  local: { path: path as SyncPath, sha256: HASH, stamp: { size, mtime: 1, ctime: 1, inode: 1, exec: false } },
  ...(reuse && { reuse: entry(path, [{ object: 'objects/x', offset: 0, length: size }]) }),
});

const entry = (path: string, slices: Entry['slices'], size = slices[0]?.length ?? 0): Entry => ({
  path: path as SyncPath,
  size,
  mtime: 0,
  sha256: HASH,
  exec: false,
  by: 'alice@host',
  generation: 1,
  slices,
});

const pathsOf = (packs: readonly (readonly Step[])[]) => packs.map((pack) => pack.map(({ path }) => path));

test.each<[title: string, steps: readonly Step[], packs: readonly (readonly string[])[]]>([
  ['nothing', [], []],
  ['small files, in the order of their paths', [upload('b', 1), upload('a', 1)], [['a', 'b']]],
  ['the largest that is packed', [upload('a', 10), upload('b', 1)], [['a', 'b']]],
  ['a larger one travels alone', [upload('a', 11), upload('b', 1), upload('c', 1)], [['b', 'c'], ['a']]],
  ['an empty one needs no object', [upload('a', 0), upload('b', 1), upload('c', 1)], [['b', 'c'], ['a']]],
  ['what is there already is not sent', [upload('a', 5, true), upload('b', 1), upload('c', 1)], [['b', 'c'], ['a']]],
  ['a full pack is closed', [upload('a', 10), upload('b', 10), upload('c', 1)], [['a', 'b'], ['c']]],
])('%s', (_title, steps, packs) => {
  expect(pathsOf(planPacks(steps, { fileBytes: 10, packBytes: 20 }))).toEqual(packs);
});

test('every step is in one pack, and no pack of several is over its limit', () => {
  const sizes = fc.array(fc.record({ size: fc.nat({ max: 50 }), reuse: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.nat({ max: 40 }), fc.nat({ max: 80 }), (files, fileBytes, packBytes) => {
      const steps = files.map(({ size, reuse }, nth) => upload(`f${nth}`, size, reuse));
      const packs = planPacks(steps, { fileBytes, packBytes });
      expect(packs.flat().toSorted(byPath)).toEqual(steps.toSorted(byPath));
      for (const pack of packs.filter(({ length }) => length > 1)) {
        const bytes = pack.map(({ local }) => local?.stamp.size ?? 0);
        expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(packBytes);
        expect(Math.max(...bytes)).toBeLessThanOrEqual(fileBytes);
        expect(pack.some(({ reuse }) => reuse)).toBe(false);
      }
    }),
  );
});

const byPath = (one: Step, other: Step) => (one.path < other.path ? -1 : 1);

const KIB = 1024;
const at = (path: string, offset: number, length: number, object = 'objects/pack') =>
  entry(path, [{ object, offset, length }]);
const two = entry('two', [
  { object: 'objects/pack', offset: 0, length: 1 },
  { object: 'objects/pack', offset: 1, length: 1 },
]);
const zipped = entry('zip', [{ object: 'objects/pack', offset: 0, length: 10, encoding: 'zstd' }]);

test.each<
  [title: string, entries: readonly Entry[], ranges: readonly (readonly [number, number, string])[], alone: string]
>([
  ['neighbours come in one request', [at('b', 10, 5), at('a', 0, 10)], [[0, 15, 'a b']], ''],
  ['with a small gap too', [at('a', 0, 10), at('b', 200 * KIB, 5)], [[0, 200 * KIB + 5, 'a b']], ''],
  ['not across a wide one', [at('a', 0, 10), at('b', 300 * KIB, 5)], [], 'a b'],
  ['the same bytes under two names', [at('a', 7, 10), at('b', 7, 10)], [[7, 10, 'a b']], ''],
  ['objects are not mixed', [at('a', 0, 10), at('b', 10, 5, 'objects/other')], [], 'a b'],
  ['one by itself is streamed', [at('a', 0, 10)], [], 'a'],
  ['an empty one needs no request', [entry('a', [])], [], 'a'],
  ['of several slices, or packed, it is streamed', [two, zipped, at('a', 0, 9)], [], 'two zip a'],
  [
    'a slice that is not the whole content is looked at by itself',
    [entry('a', [{ object: 'objects/pack', offset: 0, length: 4 }], 5), at('b', 4, 4)],
    [],
    'a b',
  ],
])('%s', (_title, entries, ranges, alone) => {
  const plan = planReads(entries, (item) => item);
  expect(
    plan.together.map(({ offset, length, wanted }) => [offset, length, wanted.map(({ item }) => item.path).join(' ')]),
  ).toEqual(ranges);
  expect(plan.alone.map(({ path }) => path).join(' ')).toBe(alone);
});

test('everything is asked for once, within the range that is read for it, and no range is over 8 MiB', () => {
  const slices = fc.array(
    fc.record({
      object: fc.constantFrom('objects/a', 'objects/b'),
      offset: fc.nat({ max: 20 << 20 }),
      length: fc.integer({ min: 1, max: 6 << 20 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(slices, (drawn) => {
      const entries = drawn.map((slice, nth) => entry(`f${nth}`, [slice]));
      const { together, alone } = planReads(entries, (item) => item);
      expect([...alone, ...together.flatMap(({ wanted }) => wanted.map(({ item }) => item))].toSorted(byName)).toEqual(
        entries.toSorted(byName),
      );
      for (const { object, offset, length, wanted } of together) {
        expect(length).toBeLessThanOrEqual(PACK_LIMITS.packBytes);
        expect(wanted.length).toBeGreaterThan(1);
        for (const { slice } of wanted) {
          expect(slice.object).toBe(object);
          expect(slice.offset).toBeGreaterThanOrEqual(offset);
          expect(slice.offset + slice.length).toBeLessThanOrEqual(offset + length);
        }
      }
    }),
  );
});

const byName = (one: Entry, other: Entry) => (one.path < other.path ? -1 : 1);
