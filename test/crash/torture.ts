import { parseArgs } from 'node:util';
import buildCli from '../cli/build-cli.ts';
import { keepProgram } from '../cli/program.ts';
import { writeFigures } from '../support/figures.ts';
import { commitHere, provenance } from '../support/provenance.ts';
import { allOrdeals, pointsTable } from './crash-points.ts';
import { tortureTable } from './figures.ts';
import { createBucket, STORES, type StoreName, startStore } from './stores.ts';
import { type TormentResult, torment } from './torment.ts';
import { readRounds, type TortureRound, writeRounds } from './torture-ledger.ts';

/*
 * npm run torture -- [--rounds R] [--kills N] [--stops M] [--store dev|ceph|both] [--ttl SECONDS] [--members N] [--seed N] [--write]
 * Six workspaces of one datastore, people writing in all, and the program killed or stopped in the middle of its cycles; R times, each with
 * so many kills and stops on a new bucket. What is written down adds up.
 *
 * npm run torture -- --points [--every] [--write]
 * One cycle after the other, cut off at each of its calls.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    kills: { type: 'string', default: '100' },
    stops: { type: 'string', default: '20' },
    store: { type: 'string', default: 'both' },
    ttl: { type: 'string', default: '1' },
    members: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
    points: { type: 'boolean', default: false },
    every: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);
const [kills, stops, firstSeed] = [Number(values.kills), Number(values.stops), Number(values.seed)];
const stores = STORES.filter((name) => values.store === 'both' || values.store === name);
if (stores.length === 0) throw new Error('--store is dev, ceph or both');

const stopping: (() => Promise<void>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.all(stopping.map((stop) => stop())).finally(() => process.exit(130)));
}

process.exitCode = (await (values.points ? dieEverywhere() : torture())) ? 0 : 1;

async function dieEverywhere(): Promise<boolean> {
  const flags = `--points${values.every ? ' --every' : ''}`;
  const origin = provenance(`npm run torture -- ${flags} --write`);
  const ordeals = await allOrdeals(values.every ? 'every' : 'distinct', ({ story, points, executed, failures }) => {
    for (const failure of failures) print(`FAILED: ${failure}`);
    print(`${story}: ${executed} of ${points} points, ${failures.length} failures`);
  });
  if (values.write) writeFigures('crash-points', pointsTable(origin, ordeals));
  return ordeals.every(({ points, executed, failures }) => points === executed && failures.length === 0);
}

async function torture(): Promise<boolean> {
  buildCli();
  const program = keepProgram();
  const commit = commitHere();
  let isWell = true;
  try {
    for (let round = 0; round < Number(values.rounds) && isWell; round += 1) {
      // Side by side: whoever is stopped, or waits for the lease of a dead one, leaves the processors to others.
      const results = await Promise.all(
        stores.map(async (name) => [name, await run(name, program.path, firstSeed + round)] as const),
      );
      isWell = results.every(([, { failures }]) => failures.length === 0);
      if (values.write && isWell) keep({ commit, seed: firstSeed + round, results: Object.fromEntries(results) });
    }
  } finally {
    program.drop();
  }
  return isWell;
}

function keep(round: Pick<TortureRound, 'commit' | 'seed' | 'results'>): void {
  const date = new Date().toISOString().slice(0, 10);
  const rounds = [...readRounds(), { ...round, date, ttl: Number(values.ttl), members: Number(values.members) }];
  writeRounds(rounds);
  writeFigures('torture', tortureTable(rounds));
}

async function run(name: StoreName, program: string, seed: number): Promise<TormentResult> {
  const store = await startStore(name);
  stopping.push(() => store.stop());
  await createBucket(store);
  let told = 0;
  try {
    const result = await torment({
      place: store,
      program,
      prefix: 'torture',
      seed,
      kills,
      stops,
      members: Number(values.members),
      ttlSeconds: Number(values.ttl),
      onProgress(now) {
        if (performance.now() - told < 10_000) return;
        told = performance.now();
        process.stderr.write(
          `${name}: ${now.kills} kills, ${now.stops} stops, ${now.starts} starts, ${now.versions} versions saved\n`,
        );
      },
    });
    const { failures, ...counts } = result;
    for (const failure of failures) print(`FAILED: ${failure}`);
    print(`${name} (seed ${seed}): ${JSON.stringify(counts)}`);
    print(`torture on ${name}: ${failures.length === 0 ? 'ok' : `${failures.length} failures`}`);
    return result;
  } finally {
    await store.stop();
  }
}
