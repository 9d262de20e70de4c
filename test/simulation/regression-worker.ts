import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { simulateDisk } from './hooks.ts';

enableCompileCache();
simulateDisk();
const { REGRESSIONS } = await import('./regressions.ts');
const { runScenario } = await import('./run-scenario.ts');
const { titleOf } = await import('./oracle/invariants.ts');

const make = REGRESSIONS.get(String(workerData));
if (make === undefined) throw new Error(`there is no story named ${String(workerData)}`);
const broken: string[] = [];
for (const scenario of make()) {
  const { violations } = await runScenario(scenario);
  broken.push(...violations.map(({ invariant, detail }) => `${titleOf(invariant)}: ${detail}`));
}
parentPort?.postMessage(broken, []);
