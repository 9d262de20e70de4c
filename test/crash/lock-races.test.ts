import { expect, test } from 'vitest';
import { holdLockRaces } from './hold-lock-races.ts';

test('two hosts by two paths, a hundred rounds for the lock of one folder: one owner each time', async () => {
  const result = await holdLockRaces({ contenders: 2, rounds: 100 });
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ tenures: 200, stolen: 20 });
  // Both come at once: in most rounds one of them has to wait.
  expect(result.waited).toBeGreaterThan(50);
}, 240_000);

test('six hosts, of whom several find a lock stale at once: one owner each time', async () => {
  const result = await holdLockRaces({ contenders: 6, rounds: 40 });
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ tenures: 240, stolen: 8 });
}, 240_000);
