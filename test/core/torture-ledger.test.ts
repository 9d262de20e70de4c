import { expect, test } from 'vitest';
import { tortureTable } from '../crash/figures.ts';
import { sumOfRounds, type TortureRound } from '../crash/torture-ledger.ts';

/* Rounds of the torture add up. */

const round = (seed: number, more: Partial<TortureRound['results']['dev']> = {}): TortureRound => {
  const whereabouts = {
    'in a folder': 5,
    'conflict copy': 1,
    history: 2,
    'replaced by who had seen it': 3,
    LOST: 0,
  };
  const result = {
    kills: 10,
    stops: 2,
    starts: 30,
    versions: 11,
    killsInCycle: 8,
    stopsInCycle: 2,
    ends: { '0': 20, killed: 10 },
    commits: 4,
    epoch: 9,
    files: 7,
    decided: 1,
    whereabouts,
    seconds: 3.2,
    failures: [],
    ...more,
  };
  return { commit: 'abc1234', date: '2026-11-22', seed, ttl: 1, members: 6, results: { dev: result } };
};

test('counts are summed, key by key, and a store that was in no round is left out', () => {
  const sum = sumOfRounds([round(1), round(2, { ends: { '0': 1, '3 conflicts': 2 } })]);
  expect([...sum.keys()]).toEqual(['dev']);
  expect(sum.get('dev')).toMatchObject({
    killsInCycle: 16,
    ends: { '0': 21, killed: 10, '3 conflicts': 2 },
    whereabouts: { 'in a folder': 10, LOST: 0 },
    failures: [],
  });
});

test('the table says which rounds it is of', () => {
  const table = tortureTable([round(1), round(2)]);
  expect(table).toContain('2 rounds');
  expect(table).toContain('2026-11-22, `abc1234`, seeds 1, 2');
  expect(table).toContain('| SIGKILL in the middle of a cycle | 16 |');
  expect(table).toContain('| … lost | 0 |');
});
