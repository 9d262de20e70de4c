import { expect, test } from 'vitest';
import { describeStores } from '../cli/stores.ts';
import { holdRaces } from './hold-races.ts';

await describeStores((open) => {
  test('eight processes, twenty rounds: in each exactly one wins, and nobody else believes it', async () => {
    const { place } = open();
    const result = await holdRaces({ place, prefix: 'races', racers: 8, rounds: 20 });
    expect(result.failures).toEqual([]);
    expect(result.winners).toBe(20);
    expect(result.rounds).toEqual({ lease: 8, 'stale lease': 2, 'small push': 10 });
  }, 480_000);
});
