import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { planPacks } from '../../src/core/plan/packs.ts';
import type { Step } from '../../src/core/plan/plan.ts';

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
  ['a pack of many files is closed', ['a', 'b', 'c', 'd'].map((path) => upload(path, 1)), [['a', 'b', 'c'], ['d']]],
  ['a full pack is closed', [upload('a', 10), upload('b', 10), upload('c', 1)], [['a', 'b'], ['c']]],
])('%s', (_title, steps, packs) => {
  expect(pathsOf(planPacks(steps, { fileBytes: 10, packBytes: 20, files: 3 }))).toEqual(packs);
});

test('every step is in one pack, and no pack of several is over its limit', () => {
  const sizes = fc.array(fc.record({ size: fc.nat({ max: 50 }), reuse: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(
      sizes,
      fc.nat({ max: 40 }),
      fc.nat({ max: 80 }),
      fc.integer({ min: 1, max: 9 }),
      (drawn, fileBytes, packBytes, files) => {
        const steps = drawn.map(({ size, reuse }, nth) => upload(`f${nth}`, size, reuse));
        const packs = planPacks(steps, { fileBytes, packBytes, files });
        expect(packs.flat().toSorted(byPath)).toEqual(steps.toSorted(byPath));
        for (const pack of packs.filter(({ length }) => length > 1)) {
          const bytes = pack.map(({ local }) => local?.stamp.size ?? 0);
          expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(packBytes);
          expect(Math.max(...bytes)).toBeLessThanOrEqual(fileBytes);
          expect(pack.length).toBeLessThanOrEqual(files);
          expect(pack.some(({ reuse }) => reuse)).toBe(false);
        }
      },
    ),
  );
});

const byPath = (one: Step, other: Step) => (one.path < other.path ? -1 : 1);
