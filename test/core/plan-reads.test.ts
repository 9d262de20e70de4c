import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { planReads } from '../../src/core/plan/plan-reads.ts';

const entry = (path: string, slices: Entry['slices'], size = slices[0]?.length ?? 0): Entry => ({
  path: path as SyncPath,
  size,
  mtime: 0,
  sha256: '0'.repeat(64),
  exec: false,
  by: 'alice@host',
  generation: 1,
  slices,
});

const KIB = 1024;
const at = (path: string, offset: number, length: number, object = 'objects/pack') =>
  entry(path, [{ object, offset, length }]);
const two = entry('two', [
  { object: 'objects/pack', offset: 0, length: 1 },
  { object: 'objects/pack', offset: 1, length: 1 },
]);
const packed = (path: string, length: number, size: number) =>
  entry(path, [{ object: 'objects/pack', offset: 0, length, encoding: 'zstd' }], size);
const zipped = packed('zip', 10, 400);

test.each<
  [title: string, entries: readonly Entry[], ranges: readonly (readonly [number, number, string])[], alone: string]
>([
  ['neighbours come in one request', [at('b', 10, 5), at('a', 0, 10)], [[0, 15, 'a b']], ''],
  ['with a small gap too', [at('a', 0, 10), at('b', 50 * KIB, 5)], [[0, 50 * KIB + 5, 'a b']], ''],
  ['not across a wide one', [at('a', 0, 10), at('b', 80 * KIB, 5)], [], 'a b'],
  ['the same bytes under two names', [at('a', 7, 10), at('b', 7, 10)], [[7, 10, 'a b']], ''],
  ['objects are not mixed', [at('a', 0, 10), at('b', 10, 5, 'objects/other')], [], 'a b'],
  ['one by itself is streamed', [at('a', 0, 10)], [], 'a'],
  ['an empty one needs no request', [entry('a', [])], [], 'a'],
  ['of several slices it is streamed', [two, at('a', 0, 9)], [], 'two a'],
  ['what is compressed comes with its neighbours', [zipped, at('a', 10, 9)], [[0, 19, 'zip a']], ''],
  ['what is large when it is decoded is streamed', [packed('zip', 10, 2 << 20), at('a', 10, 9)], [], 'zip a'],
  [
    'what nobody can decode is looked at by itself',
    [entry('a', [{ object: 'objects/pack', offset: 0, length: 4, encoding: 'lz5' }]), at('b', 4, 4)],
    [],
    'a b',
  ],
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
      offset: fc.nat({ max: 2 << 20 }),
      length: fc.integer({ min: 1, max: 1 << 20 }),
      size: fc.option(fc.nat({ max: 1 << 20 }), { nil: undefined }),
    }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(slices, (drawn) => {
      const entries = drawn.map(({ size, ...slice }, nth) =>
        entry(`f${nth}`, [size === undefined ? slice : { ...slice, encoding: 'zstd' }], size),
      );
      const { together, alone } = planReads(entries, (item) => item);
      expect([...alone, ...together.flatMap(({ wanted }) => wanted.map(({ item }) => item))].toSorted(byName)).toEqual(
        entries.toSorted(byName),
      );
      for (const { object, offset, length, decoded, wanted } of together) {
        expect(length).toBeLessThanOrEqual(8 << 20);
        expect(wanted.length).toBeGreaterThan(1);
        const sizes = wanted.map(({ item, slice }) => (slice.encoding === undefined ? 0 : item.size));
        expect(decoded).toBe(sizes.reduce((sum, size) => sum + size, 0));
        const distinct = new Map(wanted.map(({ slice }) => [`${slice.offset}+${slice.length}`, slice.length]));
        expect([...distinct.values()].reduce((sum, bytes) => sum + bytes, decoded)).toBeLessThanOrEqual(16 << 20);
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
