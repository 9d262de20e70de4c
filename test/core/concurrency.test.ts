import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterRound,
  afterThrottle,
  BOUNDS,
  type Concurrency,
  type Round,
  startOf,
} from '../../src/core/concurrency.ts';

/* How many requests are let go at once, on models of a store. */

const round = (limit: number, requestsAMs: number, bytes = 0): Round => ({
  requests: limit,
  bytes: limit * bytes,
  ms: limit / requestsAMs,
});

/** Requests a millisecond of a store that answers each after `latency`, and no more than so many at all. */
const store = (latency: number, most: number) => (limit: number) => Math.min(limit / latency, most);

function played(rounds: number, gives: (limit: number) => number, from: Concurrency = startOf()): readonly number[] {
  const limits: number[] = [];
  let now = from;
  for (let nth = 0; nth < rounds; nth += 1) {
    now = afterRound(now, round(now.limit, gives(now.limit)));
    limits.push(now.limit);
  }
  return limits;
}

describe('grows while more work gets done', () => {
  const rows: readonly [what: string, gives: (limit: number) => number, limits: readonly number[]][] = [
    ['a far store: to the most, in two steps', store(20, 1_000), [32, 64, 64, 64]],
    ['a near one that is busy with eight: back to where it began', store(1, 8), [32, 16, 16, 16]],
    [
      'one that is busy with thirty: what the step gave was worth it, the next one was not',
      store(1, 30),
      [32, 64, 32, 32],
    ],
    ['one that gets slower with each request more', (limit) => 100 / limit, [32, 16, 16, 16]],
  ];
  test.each(rows)('%s', (_what, gives, limits) => expect(played(4, gives)).toEqual(limits));

  test('after a rest more is tried, in small steps', () => {
    const limits = played(40, store(1, 17));
    expect(limits.slice(1, 9)).toEqual(Array(8).fill(16));
    expect(limits.slice(9, 13)).toEqual([16, 18, 20, 18]);
  });
});

describe('falls', () => {
  const far = played(4, store(20, 1_000)).at(-1);

  test('by half when the store asks for less, to the least and no further', () => {
    let now: Concurrency = { ...startOf(), limit: far ?? 0 };
    const limits: number[] = [];
    for (let nth = 0; nth < 6; nth += 1) limits.push((now = afterThrottle(now)).limit);
    expect(limits).toEqual([32, 16, 8, 4, 4, 4]);
  });

  test('by a quarter when answers take more than twice as long with nothing changed here', () => {
    const calm: Concurrency = { limit: 64, best: null, isDoubling: false, rest: 9 };
    const measured = afterRound(calm, round(64, 3.2));
    expect(afterRound(measured, round(64, 1.7)).limit).toBe(64);
    expect(afterRound(measured, round(64, 1.5)).limit).toBe(48);
  });

  test('and grows again when that is over', () => {
    const fallen = afterThrottle(afterThrottle({ ...startOf(), limit: 64 }));
    expect(played(60, store(20, 1_000), fallen).at(-1)).toBe(64);
  });
});

test('large bodies are measured by their bytes, and rounds of other work are not compared', () => {
  const first = afterRound({ ...startOf(), isDoubling: false }, round(16, 0.1, 8 << 20));
  expect(first.limit).toBe(18);
  // Now small ones: eighty times the requests in the same time say nothing of the step.
  const other = afterRound(first, round(18, 8));
  expect(other).toMatchObject({ limit: 18, rest: 0 });
  expect(afterRound(other, round(18, 8)).limit).toBe(20);
});

test('whatever happens, it stays within its bounds, and never grows when the store asks for less', () => {
  const event = fc.oneof(
    fc.constant(null),
    fc.record({ requests: fc.nat(200), bytes: fc.nat(2 ** 30), ms: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let now = startOf();
      for (const one of events) {
        const next = one === null ? afterThrottle(now) : afterRound(now, one);
        if (one === null) expect(next.limit).toBeLessThanOrEqual(now.limit);
        expect(next.limit).toBeGreaterThanOrEqual(BOUNDS.least);
        expect(next.limit).toBeLessThanOrEqual(BOUNDS.most);
        expect(next.limit).toBeLessThanOrEqual(now.limit * 2);
        expect(Number.isInteger(next.limit)).toBe(true);
        now = next;
      }
    }),
  );
});

test('on a store that serves so many at once, it comes to rest near that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 64 }), fc.integer({ min: 1, max: 200 }), (serves, latency) => {
      const limits = played(300, store(latency, serves / latency));
      const settled = limits.slice(200);
      expect(Math.min(...settled)).toBeGreaterThanOrEqual(Math.min(BOUNDS.start, serves * 0.75));
      expect(Math.max(...settled)).toBeLessThanOrEqual(Math.max(2 * BOUNDS.start, 2.5 * serves));
    }),
  );
});
