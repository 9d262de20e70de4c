import { expect, test } from 'vitest';
import { tapDisk } from './disk-tap.ts';
import { goThrough } from './ordeal.ts';
import { STORIES } from './stories.ts';

test.each(STORIES)(
  'whenever it dies, the next start finishes or undoes: $name',
  { timeout: 240_000 },
  async (story) => {
    const { failures, points, executed, told } = await goThrough(tapDisk(), story, 'of each kind');
    expect(failures).toEqual([]);
    expect(executed).toBe(points);
    expect(points).toBeGreaterThan(25);
    // It held its root's lock nearly all the time, and the next start said so.
    expect(told).toBeGreaterThan(points / 2);
  },
);
