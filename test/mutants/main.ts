import { parseArgs } from 'node:util';
import { writeFigures } from '../support/figures.ts';
import { commitHere } from '../support/provenance.ts';
import { MUTANTS, type Mutant } from './catalogue.ts';
import { copyTree, type PlantedTree } from './planted-tree.ts';
import { compileErrors, runSimulation, runSuite } from './suites.ts';

/*
 * npm run mutants                       all of them, one at a time
 * npm run mutants -- --only 'size only' those whose names contain it
 * npm run mutants -- --minutes 0        without the simulation, which else gets 2 minutes for each
 * npm run mutants -- --write            the table into docs/safety.md
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const chosen = MUTANTS.filter(({ name }) => name.includes(values.only));
const rows: Row[] = [];
const tree = copyTree();
try {
  for (const mutant of chosen) {
    const row = judge(tree, mutant);
    rows.push(row);
    process.stdout.write(
      `${isAlive(row) ? 'ALIVE ' : 'killed'}  ${row.name}: ${row.killer ?? row.why}; ${row.simulation}\n`,
    );
  }
} finally {
  tree.remove();
}
const alive = rows.filter(isAlive);
process.stdout.write(`${rows.length - alive.length} of ${rows.length} mutants killed\n`);
if (values.write) writeFigures('mutants', table(rows, commitHere()));
process.exitCode = alive.length === 0 && rows.length > 0 ? 0 : 1;

interface Row {
  readonly name: string;
  /** The first red test that names what is broken; null: none. */
  readonly killer: string | null;
  readonly why: string;
  /** The first seed that went red and its invariant, or why there is none. */
  readonly simulation: string;
  readonly seen: boolean;
}

function isAlive({ killer, seen }: Row): boolean {
  return killer === null && !seen;
}

function judge(planted: PlantedTree, mutant: Mutant): Row {
  const { name, edits } = mutant;
  planted.plant(edits);
  const errors = compileErrors(planted.folder);
  const row = { name, killer: null, simulation: 'not played', seen: false };
  if (errors !== '') return { ...row, why: `it does not compile, which proves nothing:\n${errors}` };
  return { name, ...bySuite(planted, mutant), ...bySimulation(planted, mutant) };
}

function bySuite({ folder }: PlantedTree, { suites, breaks }: Mutant): Pick<Row, 'killer' | 'why'> {
  const others: string[] = [];
  for (const suite of suites) {
    const { red } = runSuite(folder, suite);
    const killer = red.find((test) => breaks.test(test));
    if (killer !== undefined) return { killer: `${suite.layer}: ${killer}`, why: '' };
    others.push(...red);
  }
  return {
    killer: null,
    why: others.length === 0 ? 'nothing went red' : `red, but for another reason: ${others.join('; ')}`,
  };
}

function bySimulation({ folder }: PlantedTree, { unseen }: Mutant): Pick<Row, 'simulation' | 'seen'> {
  if (unseen !== undefined) return { simulation: `not asked: ${unseen}`, seen: false };
  if (minutes === 0) return { simulation: 'not played', seen: false };
  const found = runSimulation(folder, minutes);
  switch (found) {
    case 'green':
      return { simulation: `green for ${minutes} minutes`, seen: false };
    case 'endless':
      return { simulation: 'a seed that never ends', seen: true };
    default:
      return { simulation: `seed ${found.seed}, ${found.invariant}`, seen: true };
  }
}

function table(all: readonly Row[], commit: string): string {
  const killed = all.filter((row) => !isAlive(row)).length;
  const seen = all.filter((row) => row.seen).length;
  return [
    `\`npm run mutants -- --write\`, ${new Date().toISOString().slice(0, 10)}, commit ${commit}: ${killed} of ${all.length} killed, ${seen} of them by the simulation too.`,
    '',
    '| Planted defect | Killed by | First seed of the simulation, and the invariant |',
    '|---|---|---|',
    ...all.map(({ name, killer, simulation }) => `| ${name} | ${killer ?? '**nothing**'} | ${simulation} |`),
  ].join('\n');
}
