import { afterAll, describe, expect, test } from 'vitest';
import { openRig } from './harness.ts';
import { type Migration, migrate } from './migration.ts';
import { describeStores } from './stores.ts';

/*
 * Every pair of datastores, killed on the way at random moments. `npm run test:long` does it with 5,000 files and ten kills, on
 * every store this machine can run; SEED=N tries other moments.
 */

const IS_LONG = process.env['MIGRATION'] === 'long';
const [FILES, KILLS] = IS_LONG ? [5000, 10] : [200, 2];
const SEED = Number(process.env['SEED'] ?? 20_261_121);

const PAIRS: readonly Pick<Migration, 'from' | 'to' | 'deletes'>[] = [
  { from: '.swamp', to: 'folder', deletes: false },
  { from: '.swamp', to: 's3', deletes: false },
  { from: 'folder', to: 'folder', deletes: false },
  { from: 'folder', to: 's3', deletes: false },
  { from: 's3', to: 'folder', deletes: false },
  { from: 's3', to: 's3', deletes: false },
  { from: 'folder', to: 'folder', deletes: true },
  { from: 'folder', to: 's3', deletes: true },
  { from: 's3', to: 'folder', deletes: true },
];

function tell(open: () => Migration['workspaces']): void {
  const random = mulberry(SEED);
  let [killed, attempts, halved] = [0, 0, 0];
  test.each(PAIRS)(
    `$from to $to, deleted: $deletes, ${FILES} files, ${KILLS} kills`,
    async (pair) => {
      const done = await migrate({ ...pair, workspaces: open(), files: FILES, kills: KILLS, random });
      killed += done.killed;
      attempts += done.ends.length;
      halved += done.halved;
      console.log(`seed ${SEED}: ${pair.from} to ${pair.to}, ${done.halved} half deleted: ${done.ends.join(', ')}`);
    },
    IS_LONG ? 3_600_000 : 240_000,
  );

  test('most of them were killed in the middle, some of them while a source was deleted', () => {
    expect(killed).toBeGreaterThan(attempts / 2);
    expect(halved).toBeGreaterThan(0);
  });
}

if (IS_LONG) await describeStores(tell);
else
  describe('on the dev server', async () => {
    const rig = await openRig();
    afterAll(() => rig.close());
    tell(() => rig);
  });

/** Numbers in [0, 1), the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
