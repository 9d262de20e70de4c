import { expect, test } from 'vitest';
import { holdLockRaces } from './hold-lock-races.ts';

test('two hosts by two paths, a hundred rounds for the lock of one folder: one owner each time', async () => {
  const result = await holdLockRaces({ contenders: 2, rounds: 100 });
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ tenures: 200, stolen: 20 });
  // Both come at once: in most rounds one of them has to wait.
  expect(result.waited).toBeGreaterThan(50);
}, 240_000);
