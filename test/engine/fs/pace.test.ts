import { expect, test } from 'vitest';
import { openPace } from '../../../src/adapters/fs/pace.ts';

/* When small files are read at once, and when through the thread pool. Times in milliseconds. */

function paceWithClock() {
  let now = 1_000;
  const pace = openPace({ monotonic: () => now });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { pace, pass, inPool: (ms: number) => pace.inPool(async () => pass(ms)) };
}

test('of a disk nobody knows nothing is asked at once', () => {
  expect(paceWithClock().pace.isQuick()).toBe(false);
});

test.each([
  [0, true],
  [2, true],
  [2.1, false],
  [40, false],
])('after a trip through the pool of %d ms: at once is %s', async (ms, expected) => {
  const { pace, inPool } = paceWithClock();
  await inPool(ms);
  expect(pace.isQuick()).toBe(expected);
});

test('after a while one goes through the pool again, and while it is on its way all do', async () => {
  const { pace, pass, inPool } = paceWithClock();
  await inPool(1);
  pass(11);
  expect(pace.isQuick()).toBe(true);
  pass(1);
  expect(pace.isQuick()).toBe(false);
  let arrive = () => {};
  const slow = pace.inPool(
    () =>
      new Promise<void>((resolve) => {
        arrive = resolve;
      }),
  );
  await inPool(1);
  expect(pace.isQuick()).toBe(false);
  arrive();
  await slow;
  expect(pace.isQuick()).toBe(true);
});

test.each([
  ['and did it', null],
  ['and failed', new Error('gone')],
])('what took long at once %s is asked through the pool from then on', async (_, error) => {
  const { pace, pass, inPool } = paceWithClock();
  await inPool(0);
  const work = () => {
    pass(3);
    if (error) throw error;
    return 'done';
  };
  if (error) expect(() => pace.atOnce(work)).toThrow(error);
  else expect(pace.atOnce(work)).toBe('done');
  expect(pace.isQuick()).toBe(false);
});
