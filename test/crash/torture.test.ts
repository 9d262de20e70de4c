import { expect, onTestFinished, test } from 'vitest';
import { keepProgram } from '../cli/program.ts';
import { describeStores } from '../cli/stores.ts';
import { torment } from './torment.ts';

/** DATASTORE_SEED=… chooses again as in one run. */
const SEED = Number(process.env['DATASTORE_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

await describeStores((open) => {
  test(`six workspaces, killed 20 times and stopped 5 times: all equal, nothing lost (seed ${SEED})`, async () => {
    const program = keepProgram();
    onTestFinished(() => program.drop());
    const result = await torment({
      program: program.path,
      place: open().place,
      prefix: 'torture',
      seed: SEED,
      kills: 20,
      stops: 5,
      members: 6,
      ttlSeconds: 1,
    });
    expect(result.failures).toEqual([]);
    expect(result.killsInCycle).toBeGreaterThan(10);
    expect(result.stopsInCycle).toBeGreaterThan(1);
    expect(result.whereabouts.LOST).toBe(0);
    expect(result.versions).toBeGreaterThan(100);
  }, 480_000);
});
