import { parseArgs } from 'node:util';
import { writeFigures } from '../support/figures.ts';
import { provenance } from '../support/provenance.ts';
import { attack } from './attack.ts';
import { hostileTable } from './figures.ts';

/*
 * npm run hostile -- [--keys N] [--seed N] [--write]
 * N generated keys (1,000,000) at the validator and the collision check; every twentieth one more at the disk, and at the whole engine.
 */
const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
    write: { type: 'boolean', default: false },
  },
});
const [keys, seed] = [Number(values.keys), Number(values.seed)];
const print = (line: string) => process.stdout.write(`${line}\n`);
const origin = provenance(`npm run hostile -- --keys ${keys} --seed ${seed} --write`);

const result = await attack({ seed, judged: keys, applied: Math.ceil(keys / 20), synced: Math.ceil(keys / 20) });
const table = hostileTable(origin, result);
print(table);
if (values.write) writeFigures('hostile', table);
for (const failure of result.failures) print(`FAILED (seed ${seed}): ${failure}`);
process.exitCode = result.failures.length === 0 ? 0 : 1;
