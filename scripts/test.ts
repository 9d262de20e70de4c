import { mkdirSync } from 'node:fs';
import { type Lane, print, results, run, runLayer } from './layer-run.ts';

/*
 * npm test                all layers, then one line `N passed, N failed, N skipped`
 * npm test -- core cli    some of them
 *
 * Two lanes: one waits for windows, programs and leases; the other computes, with what the first leaves of the processors.
 */
const WAITING = ['crash', 'cli', 'vscode', 'ui'];
const COMPUTING = ['core', 'simulation', 'exhaustive', 'hostile', 'mutants', 'engine', 'contract'];
const layers = [...COMPUTING, ...WAITING];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !layers.includes(name));
if (unknown.length > 0) {
  print(`unknown layer ${unknown.join(', ')}; there are: ${layers.join(', ')}`);
  process.exit(2);
}
const among = (lane: readonly string[]): readonly string[] =>
  asked.length > 0 ? lane.filter((name) => asked.includes(name)) : lane;

const total = { passed: 0, failed: 0, skipped: 0 };
mkdirSync(results, { recursive: true });
if ((await run('build', { live: true, low: false }, ['esbuild.mjs'])) !== 0) total.failed += 1;
const [waiting, computing] = [among(WAITING), among(COMPUTING)];
const live = waiting.length === 0 || computing.length === 0;
await Promise.all([runLane(waiting, { live, low: false }), runLane(computing, { live, low: waiting.length > 0 })]);
print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

async function runLane(names: readonly string[], lane: Lane): Promise<void> {
  for (const layer of names) {
    if (!lane.live) print(`${layer}: begins`);
    const count = await runLayer(layer, lane);
    print(`${layer}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += count[key];
  }
}
