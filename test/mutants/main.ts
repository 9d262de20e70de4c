import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { writeFigures } from '../support/figures.ts';
import { MUTANTS, type Mutant } from './catalogue.ts';
import { copyTree, type PlantedTree } from './planted-tree.ts';
import { compileErrors, runSuite } from './suites.ts';

/*
 * npm run mutants                       all of them, one at a time
 * npm run mutants -- --only 'size only' those whose names contain it
 * npm run mutants -- --write            the table into docs/safety.md
 */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
});
const chosen = MUTANTS.filter(({ name }) => name.includes(values.only));
const rows: Row[] = [];
const tree = copyTree();
try {
  for (const mutant of chosen) {
    const row = judge(tree, mutant);
    rows.push(row);
    process.stdout.write(`${row.killedBy === null ? 'ALIVE ' : 'killed'}  ${row.name}: ${row.killedBy ?? row.why}\n`);
  }
} finally {
  tree.remove();
}
const alive = rows.filter(({ killedBy }) => killedBy === null);
process.stdout.write(`${rows.length - alive.length} of ${rows.length} mutants killed\n`);
if (values.write) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  writeFigures('mutants', table(rows, commit));
}
process.exitCode = alive.length === 0 && rows.length > 0 ? 0 : 1;

interface Row {
  readonly name: string;
  /** The first red test that names what is broken. */
  readonly killedBy: string | null;
  readonly why: string;
}

function judge(planted: PlantedTree, { name, edits, suites, breaks }: Mutant): Row {
  planted.plant(edits);
  const errors = compileErrors(planted.folder);
  if (errors !== '') return { name, killedBy: null, why: `it does not compile, which proves nothing:\n${errors}` };
  const others: string[] = [];
  for (const suite of suites) {
    const { red } = runSuite(planted.folder, suite);
    const killer = red.find((test) => breaks.test(test));
    if (killer !== undefined) return { name, killedBy: `${suite.layer}: ${killer}`, why: '' };
    others.push(...red);
  }
  return {
    name,
    killedBy: null,
    why: others.length === 0 ? 'nothing went red' : `red, but for another reason: ${others.join('; ')}`,
  };
}

function table(all: readonly Row[], commit: string): string {
  return [
    `\`npm run mutants -- --write\`, ${new Date().toISOString().slice(0, 10)}, commit ${commit}: ${all.filter(({ killedBy }) => killedBy !== null).length} of ${all.length} killed.`,
    '',
    '| Planted defect | Killed by |',
    '|---|---|',
    ...all.map(({ name, killedBy }) => `| ${name} | ${killedBy ?? '**alive**'} |`),
  ].join('\n');
}
