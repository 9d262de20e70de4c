import { expect, test } from 'vitest';
import { tapDisk } from './disk-tap.ts';
import { goThrough } from './ordeal.ts';
import { RECOVERIES } from './stories.ts';

test.each(RECOVERIES)(
  'whenever it dies again, the start after that finishes: $name',
  { timeout: 240_000 },
  async (story) => {
    const { failures, points, executed, told } = await goThrough(tapDisk(), story, 'of each kind');
    expect(failures).toEqual([]);
    expect(executed).toBe(points);
    expect(points).toBeGreaterThan(15);
    expect(told).toBeGreaterThan(points / 2);
  },
);
