import { describe, expect, test } from 'vitest';
import { applyKeys } from './apply-keys.ts';
import { judgeKeys } from './judge-keys.ts';
import { createRandom } from './random.ts';
import { syncKeys } from './sync-keys.ts';

/* A part of `npm run hostile`, always with the same keys. */

describe('generated hostile keys', () => {
  test('100,000: the validator takes what the letter of the format takes, and nothing that leads out', () => {
    const { counts, wrong, twins } = judgeKeys(createRandom(1), 100_000);
    expect(wrong).toEqual([]);
    expect(twins.missed).toEqual([]);
    expect(twins.pairs).toBeGreaterThan(1_000);
    const verdicts = [...counts.values()];
    expect(verdicts.reduce((sum, { taken, refused }) => sum + taken + refused, 0)).toBe(100_000);
    expect(verdicts.filter(({ taken }) => taken > 0).length).toBeGreaterThan(10);
    expect(verdicts.filter(({ refused }) => refused > 0).length).toBeGreaterThan(10);
  });

  test('2,000 on a real disk, also past the validator: each file is where its key says, and nothing around the root changes', async () => {
    const { paths, others } = await applyKeys(createRandom(2), 2_000);
    expect([paths.done, paths.refused, others.refused].every((count) => count > 0)).toBe(true);
  });

  test('1,500 in an index: good entries arrive, bad ones are named, and no line is lost by the next push', async () => {
    const { entries, arrived, refused, good } = await syncKeys(createRandom(3), 1_500);
    expect(entries).toBe(1_500);
    expect([arrived, refused, good].every((count) => count > 0)).toBe(true);
  });
});
