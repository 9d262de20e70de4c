import { writeFigures } from '../support/figures.ts';
import { commitHere } from '../support/provenance.ts';
import { kill, MUTANTS } from './mutants.ts';
import { SAFETY } from './oracle.ts';
import { RULES } from './rules.ts';
import { SCOPES } from './scopes.ts';
import { search } from './search.ts';
import { createTakeovers, LIVENESS } from './takeover.ts';
import type { Scope } from './world.ts';

/*
 * npm run exhaustive               every state of every scope; exit code 1 and the shortest path to it at a violation
 * npm run exhaustive -- --write    and the figures into docs/safety.md
 * npm run exhaustive -- --traces   and the paths that show each wrong rule to be wrong
 */
const writes = process.argv.includes('--write');
const traces = process.argv.includes('--traces');
const print = (line: string) => process.stdout.write(`${line}\n`);

const count = (number: number): string => number.toLocaleString('en-US');

function describe({ clients, changes, wildClocks, ...faults }: Scope): string {
  const names = {
    steals: 'steals',
    forces: 'force releases',
    crashes: 'crashes',
    pauses: 'pauses',
    losses: 'losses',
    copies: 'copies',
  };
  const some = (Object.keys(names) as (keyof typeof names)[]).filter((kind) => faults[kind] > 0);
  const words = some.map((kind) => `${names[kind]}: ${faults[kind]}`).join(', ');
  return `${clients} clients, ${changes} change${changes > 1 ? 's' : ''} each; ${words}${wildClocks === true ? '; no clock is trusted' : ''}`;
}

const rows: string[] = [];
let failed = false;
for (const [name, scope] of Object.entries(SCOPES)) {
  const started = performance.now();
  const takeovers = createTakeovers(scope, RULES);
  const found = search(scope, RULES, takeovers.check);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  print(`${name} (${describe(scope)})`);
  print(
    `  ${count(found.states)} distinct states, ${count(found.transitions)} transitions, depth ${found.depth}, ${seconds} s; ` +
      `${count(takeovers.abandoned)} with an abandoned lease, ${count(takeovers.runs)} solo runs, the longest ${takeovers.longest} steps`,
  );
  if (found.violation !== null) {
    failed = true;
    print(`  violated: ${found.violation.property}\n${found.violation.trace.join('\n')}`);
  }
  rows.push(
    `| ${name} | ${describe(scope)} | ${count(found.states)} | ${count(found.transitions)} | ${found.depth} | ` +
      `${count(takeovers.abandoned)} | ${takeovers.longest} | ${found.violation?.property ?? 'none'} |`,
  );
}

const kills: string[] = [];
for (const [name, mutant] of Object.entries(MUTANTS)) {
  const { violation } = kill(mutant);
  const isKilled = violation !== null && mutant.violates.includes(violation.property);
  failed ||= !isKilled;
  const by = violation === null ? 'NOT FOUND' : `${violation.property} (${violation.trace.length} steps)`;
  print(`wrong rule: ${name}: ${by}`);
  if (traces && violation !== null) print(violation.trace.join('\n'));
  kills.push(`| ${name} | ${by} |`);
}

if (writes && !failed) {
  writeFigures('exhaustive', page(new Date().toISOString().slice(0, 10), commitHere()));
}
process.exitCode = failed ? 1 : 0;

function page(date: string, commit: string): string {
  return `
\`npm run exhaustive\` of ${date}, commit ${commit}: every order of steps of the clients, the network and the store, over the
functions of \`core/swap.ts\` and \`core/format/lease-record.ts\` themselves, by the engine's order of read, judge, send, read back.

| Scope | What may happen | Distinct states | Transitions | Depth | With an abandoned lease | Longest takeover, steps | Violations |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

*Losses* are requests or answers that never arrive and read-backs that fail; *copies* are requests that a gateway sends twice or so
late that their sender has given them up. A state leaves out names, absolute numbers, which client is which, and how much may
still go wrong; a state is explored again for every amount that an earlier visit did not cover. A request without a lease from a
version that is gone is taken as sent before and slow. On smaller scopes a test compares this with an exploration without any such reduction.

In every state: ${Object.values(SAFETY).join('; ')}. And ${LIVENESS}: each client, and a newcomer, is run alone from every state,
with all others dead.

Not in the model: a head that vanishes or is damaged, a store that breaks its conditions, the answer of the register to more
than 32 commits behind one's back, the shortcut by the store's own dates, the contents of commits.

| A rule made wrong | What the same search finds violated first |
|---|---|
${kills.join('\n')}
`;
}
