import { expect, test } from 'vitest';
import { batchesOf } from '../../src/core/plan/batches.ts';
import type { Step } from '../../src/core/plan/plan.ts';

test.each([
  ['nothing', [], []],
  ['fewer than may be', [1, 1], [[1, 1]]],
  ['as many as may be', [1, 1, 1], [[1, 1, 1]]],
  ['one more', [1, 1, 1, 1], [[1, 1, 1], [1]]],
  ['as much as may be', [4, 6, 1], [[4, 6], [1]]],
  ['what is larger than may be comes with those before it', [1, 20, 1], [[1, 20], [1]]],
  ['deletions have no bytes', [null, null, 9, 1], [[null, null, 9], [1]]],
])('batches: %s', (_what, sizes, batches) => {
  const steps = sizes.map((size) => ({ remote: size === null ? null : ({ size } as Step['remote']) }));
  const found = [...batchesOf(steps, { files: 3, bytes: 10 })];
  expect(found.map((batch) => batch.map(({ remote }) => remote?.size ?? null))).toEqual(batches);
});
