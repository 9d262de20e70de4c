import { expect, test } from 'vitest';
import { flatnessText, goalsText } from '../bench/goals.ts';
import { hasWarmUp, roundsOf } from '../bench/rounds.ts';
import type { Sample } from '../bench/story.ts';
import { tableText, tabulate } from '../bench/table.ts';
import type { Workload } from '../bench/workload.ts';

/* What the page of the benchmark says, from samples. */

const sample = (wallMs: number, more: Partial<Sample> = {}): Sample => ({
  wallMs,
  flushMs: 0,
  cpuMs: 10,
  peakBytes: 100_000_000,
  requests: 1,
  bytesUp: 0,
  bytesDown: 0,
  ...more,
});

const tablesOf = (workload: Workload, rows: Readonly<Record<string, readonly Sample[]>>) =>
  tabulate(new Map([[workload, new Map(Object.entries(rows))]]), Object.keys(rows));
const column = (latency: number, ...args: Parameters<typeof tablesOf>) => ({
  name: 'here',
  latency,
  played: [{ tables: tablesOf(...args), baselines: { nodeMs: 40, copyMs: 500 }, profiles: {} }],
});
const row = (...args: Parameters<typeof column>) => goalsText([column(...args)])[2];

test('a goal is met against the best peer, not against some', () => {
  const one = row(0, 'W2', { ours: [sample(90)], slow: [sample(900)], quick: [sample(200)] });
  expect(one).toBe(
    '| W2 | 1 request, ≤ an empty Node program + 60 ms + one round trip | 2.2 × quick (goal 3): **not met**; bound: met |',
  );
  expect(row(20, 'W2', { ours: [sample(100)], quick: [sample(400)] })).toContain(
    '4.0 × quick (goal 4): met; bound: met',
  );
});

test('a pull is compared when what came is on the disk', () => {
  const rows = { ours: [sample(400, { flushMs: 0.5 })], quick: [sample(300, { flushMs: 1_000 })] };
  expect(row(0, 'W4', rows)).toContain('3.2 × quick (goal 3): met; bound: met');
  const [table] = tablesOf('W4', rows);
  expect(table && tableText(table)).toContain('on the disk');
});

test.each<[Workload, Sample, string]>([
  ['W1', sample(1, { requests: 41 }), 'bound: **not met**'],
  ['W5B-UP', sample(1, { bytesUp: 24 << 20 }), 'bound: met'],
  ['W6', sample(801), 'bound: **not met**'],
  ['W7-UP', sample(1, { peakBytes: 500_000_001 }), 'bound: **not met**'],
  ['W9', sample(4_000), 'bound: met'],
  ['W10', sample(151, { requests: 8 }), 'bound: **not met**'],
  ['W3', sample(1, { requests: Number.NaN }), 'bound: not counted'],
  ['W7-UP', sample(1, { requests: Number.NaN }), 'bound: met'],
])('the bound of %s', (workload, one, words) => expect(row(0, workload, { ours: [one] })).toContain(words));

test('without a workload that has a goal there is no table', () => {
  expect(goalsText([column(0, 'W0', { ours: [sample(1)] })])).toEqual([]);
});

test('what nobody counted is not shown as a count, and rounds are', () => {
  const [table] = tablesOf('W10', {
    ours: [sample(100, { cpuMs: Number.NaN }), sample(110, { cpuMs: Number.NaN })],
  });
  const text = table ? tableText(table) : '';
  expect(text).toMatch(/0\.10 to 0\.11 \| +\| +– \| +95 MiB/);
  expect(text).toMatch(/\| +2 \|/);
});

test('the cost of an entry, by how many there are', () => {
  const sizes = { files: 10_000, many: 100_000, million: 1_000_000, largeBytes: 1, runs: 5, warmUp: true };
  const played = [
    { sizes, tables: tablesOf('W2', { ours: [sample(100)] }) },
    { sizes, tables: tablesOf('W6', { ours: [sample(500)] }) },
  ];
  expect(flatnessText(played)).toContain('10.0 µs with 10,000, 5.0 µs with 100,000 (');
  expect(flatnessText(played.slice(1))).toBe('');
});

test('slow programs have fewer rounds, and none where they would take all the time there is', () => {
  expect(
    ['ours', 'fast', 'middling', 'slow', 'crawling'].map((pace) => roundsOf(pace as 'ours', 'files', 20, 5)),
  ).toEqual([5, 5, 5, 1, 0]);
  expect(roundsOf('slow', 'many', 20, 5)).toBe(0);
  expect(roundsOf('ours', 'million', 0, 5)).toBe(1);
  expect([hasWarmUp(5, 'files'), hasWarmUp(1, 'files'), hasWarmUp(3, 'many')]).toEqual([true, false, false]);
});
