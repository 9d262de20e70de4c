import { enableCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { simulateDisk } from './hooks.ts';
import type { Pace } from './watch-requests.ts';

export interface Job {
  readonly from: number;
  readonly count: number;
  readonly clients: number | undefined;
}

export interface SeedResult {
  readonly seed: number;
  readonly invariant: number | null;
  readonly detail: string;
  readonly digest: string;
  readonly operations: number;
  readonly commits: number;
  readonly virtualMs: number;
  readonly faults: readonly (readonly [string, number])[];
  readonly pace: Pace;
}

/** Of each hundred seeds one is played twice: the same seed must give the same trace. */
const TWICE = 100;

// Types are taken out of the sources once, not in each worker.
enableCompileCache();
simulateDisk();
const { makeScenario } = await import('./make-scenario.ts');
const { runScenario } = await import('./run-scenario.ts');

// A failure is told by a replay, with stacks; here nobody reads them, and errors are thrown by the thousand.
Error.stackTraceLimit = 0;
const port = parentPort;
if (port === null) throw new Error('this runs in a worker only');

port.on('message', (job: Job) => {
  void work(job);
});

async function work({ from, count, clients }: Job): Promise<void> {
  const results: SeedResult[] = [];
  for (let seed = from; seed < from + count; seed += 1) results.push(await play(seed, clients));
  port?.postMessage(results);
}

async function play(seed: number, clients: number | undefined): Promise<SeedResult> {
  const scenario = makeScenario(seed, clients);
  const outcome = await runScenario(scenario);
  const again = seed % TWICE === 0 ? await runScenario(scenario) : outcome;
  const differs =
    again.digest !== outcome.digest ? { invariant: 12 as const, detail: 'a second run gives another trace' } : null;
  const violation = outcome.violations[0] ?? differs;
  return {
    seed,
    invariant: violation?.invariant ?? null,
    detail: violation?.detail ?? '',
    digest: outcome.digest,
    operations: outcome.operations,
    commits: outcome.commits,
    virtualMs: outcome.virtualMs,
    faults: [...outcome.faults],
    pace: outcome.pace,
  };
}
