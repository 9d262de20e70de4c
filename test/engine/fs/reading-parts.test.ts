import { expect, test } from 'vitest';
import { inBatches } from '../../../src/adapters/fs/reading/batches.ts';
import { isUnlimited } from '../../../src/adapters/fs/threads/address-space.ts';

test.each([
  ['nothing', [], []],
  ['as many as may', [1, 1, 1], [[1, 1, 1]]],
  ['one more', [1, 1, 1, 1], [[1, 1, 1], [1]]],
  ['as much as may', [4, 6], [[4, 6]]],
  ['a byte more', [4, 7], [[4], [7]]],
  ['one that is larger than may be', [1, 20, 1], [[1], [20], [1]]],
  ['after a full one it begins anew', [9, 2, 8, 1], [[9], [2, 8], [1]]],
])('batches: %s', (_what, sizes, batches) => {
  const files = sizes.map((size) => ({ size }));
  const found = [...inBatches(files, { files: 3, bytes: 10 })];
  expect(found.map((batch) => batch.map(({ size }) => size))).toEqual(batches);
});

test.each([
  [
    'Max cpu time   unlimited  unlimited  seconds\nMax address space         unlimited            unlimited            bytes',
    true,
  ],
  ['Max address space         4096000000           unlimited            bytes', false],
  ['', true],
  [null, true],
])('%j: as much memory as it likes: %j', (limits, unlimited) => {
  expect(isUnlimited(limits)).toBe(unlimited);
});
