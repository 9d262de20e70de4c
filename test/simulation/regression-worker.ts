import { parentPort, workerData } from 'node:worker_threads';
import { simulateDisk } from './hooks.ts';

simulateDisk();
const { REGRESSIONS } = await import('./regressions.ts');
const { runScenario } = await import('./run-scenario.ts');
const { titleOf } = await import('./oracle/invariants.ts');

const make = REGRESSIONS.get(String(workerData));
if (make === undefined) throw new Error(`there is no story named ${String(workerData)}`);
const { violations } = await runScenario(make());
parentPort?.postMessage(
  violations.map(({ invariant, detail }) => `${titleOf(invariant)}: ${detail}`),
  [],
);
