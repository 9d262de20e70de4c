import { parseArgs } from 'node:util';
import { writeFigures } from '../support/figures.ts';
import { provenance, STORE_TITLES } from './figures.ts';
import { holdRaces, type RaceResult } from './hold-races.ts';
import { createBucket, STORES, startStore } from './stores.ts';

/*
 * npm run races -- [--racers N] [--rounds N] [--store ceph|dev] [--write]
 * Processes contend for the lease and for a small push; in each round exactly one may win.
 */
const { values } = parseArgs({
  options: {
    racers: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'ceph' },
    write: { type: 'boolean', default: false },
  },
});
const [racers, rounds] = [Number(values.racers), Number(values.rounds)];
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
