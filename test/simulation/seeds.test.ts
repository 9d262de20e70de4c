import { expect, test } from 'vitest';
import { FAULTS } from './fault-names.ts';
import { type Invariant, titleOf } from './oracle/invariants.ts';
import { playRegression } from './play-regression.ts';
import { REGRESSIONS } from './regressions.ts';
import { type Failure, runSeeds } from './run-seeds.ts';

const SEEDS = 2_000;
/** Of each kind of fault: ten in a thousand seeds. */
const LEAST_STRIKES = SEEDS / 100;

test(`${SEEDS} seeds keep every invariant`, { timeout: 900_000 }, async () => {
  const { failures, seeds, operations, faults, pace } = await runSeeds({ from: 1, count: SEEDS });
  expect(failures.map(inWords)).toEqual([]);
  expect(seeds).toBe(SEEDS);
  // Seeds in which little happens would keep everything easily.
  expect(operations).toBeGreaterThan(100 * SEEDS);
  expect(Object.values(faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10 * SEEDS);
  // What strikes hardly ever shows nothing.
  expect(FAULTS.filter((name) => (faults[name] ?? 0) < LEAST_STRIKES)).toEqual([]);
  expect(pace.more).toBeGreaterThan(SEEDS);
  expect(pace.fewer).toBeGreaterThan(SEEDS / 4);
});

test('the same seeds give the same traces, in whatever worker and company', { timeout: 120_000 }, async () => {
  const [together, alone] = await Promise.all([
    runSeeds({ from: 5_000, count: 12, workers: 2 }),
    runSeeds({ from: 5_000, count: 12, workers: 1 }),
  ]);
  expect([...together.digests]).toEqual([...alone.digests]);
  expect(new Set(together.digests.values()).size).toBe(12);
});

test.concurrent.each([...REGRESSIONS.keys()])('found once and mended: %s', { timeout: 300_000 }, async (name) => {
  expect(await playRegression(name)).toEqual([]);
});

const inWords = ({ seed, invariant, detail }: Failure): string =>
  `${titleOf(invariant as Invariant)}: ${detail} (npm run sim -- --from ${seed} --seeds 1 --trace)`;
