import { parseArgs } from 'node:util';
import { writeFigures } from '../support/figures.ts';
import { provenance } from '../support/provenance.ts';
import { STORE_TITLES } from './figures.ts';
import { holdLockRaces } from './hold-lock-races.ts';
import { holdRaces, type RaceResult } from './hold-races.ts';
import { createBucket, STORES, startStore } from './stores.ts';

/*
 * npm run races -- [--racers N] [--rounds N] [--store ceph|dev] [--write]
 * Processes contend for the lease and for a small push; in each round exactly one may win.
 * npm run races -- --lock [--racers N] [--rounds N] [--write]
 * Processes with different host names, by two paths, contend for the lock of a folder used in place; one at a time may have it.
 */
const { values } = parseArgs({
  options: {
    racers: { type: 'string' },
    rounds: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'ceph' },
    lock: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (values.lock) {
  await raceForLock(Number(values.racers ?? '2'), Number(values.rounds), values.write);
  process.exit();
}
const [racers, rounds] = [Number(values.racers ?? '32'), Number(values.rounds)];
const name = STORES.find((store) => store === values.store);
if (name === undefined) throw new Error('--store is dev or ceph');
const origin = provenance(`npm run races -- --racers ${racers} --rounds ${rounds} --store ${name} --write`);

const store = await startStore(name);
try {
  await createBucket(store);
  const result = await holdRaces({
    place: store,
    prefix: 'races',
    racers,
    rounds,
    onRound(round) {
      if (round % 50 === 0) process.stderr.write(`${name}: ${round} of ${rounds} rounds\n`);
    },
  });
  for (const failure of result.failures) process.stdout.write(`FAILED: ${failure}\n`);
  process.stdout.write(`${JSON.stringify({ ...result, failures: result.failures.length })}\n`);
  process.stdout.write(`races on ${name}: ${result.failures.length === 0 ? 'ok' : 'failed'}\n`);
  if (values.write) writeFigures('races', page(result));
  process.exitCode = result.failures.length === 0 ? 0 : 1;
} finally {
  await store.stop();
}

function page({ rounds: played, answers, winners, seconds, failures }: RaceResult): string {
  const rows = Object.entries(played).map(([game, count]) => {
    const how = Object.entries(answers)
      .filter(([answer]) => answer.startsWith(`${game}: `))
      .map(([answer, times]) => `${answer.slice(game.length + 2)}: ${times}`);
    return `| ${game} | ${count} | ${how.join(', ')} |`;
  });
  return [
    origin,
    '',
    `${racers} processes on ${STORE_TITLES[name ?? 'ceph']}, ${rounds} rounds, ${winners} winners, ${failures.length} failures, ${Math.round(seconds)} s.`,
    '',
    '| Contended for | Rounds | What the contenders were told |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

async function raceForLock(contenders: number, rounds: number, write: boolean): Promise<void> {
  const onRound = (round: number): void => {
    if (round % 100 === 0) process.stderr.write(`lock: ${round} of ${rounds} rounds\n`);
  };
  const { tenures, waited, stolen, seconds, failures } = await holdLockRaces({ contenders, rounds, onRound });
  for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
  const sum = `${contenders} processes, ${rounds} rounds (${stolen} of them began with the lock of a host that was gone), ${tenures} tenures, ${waited} of them waited for, ${failures.length} failures, ${Math.round(seconds)} s.`;
  process.stdout.write(`${sum}\nraces for a lock: ${failures.length === 0 ? 'ok' : 'failed'}\n`);
  const command = `npm run races -- --lock --racers ${contenders} --rounds ${rounds} --write`;
  if (write) writeFigures('lock-races', [provenance(command), '', sum].join('\n'));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
