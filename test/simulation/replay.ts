import { simulateDisk } from './hooks.ts';
import { titleOf } from './oracle/invariants.ts';

simulateDisk();
const { makeScenario } = await import('./make-scenario.ts');
const { runScenario } = await import('./run-scenario.ts');
const { shrink } = await import('./shrink.ts');
const { tell } = await import('./story.ts');

/** Runs that shrinking may take. */
const MOST_RUNS = 400;

/** Every line of one seed's trace, ending with what it breaks, if anything. */
export async function replay(seed: number, clients: number | undefined): Promise<readonly string[]> {
  const outcome = await runScenario(makeScenario(seed, clients), { trace: true });
  return [
    ...outcome.trace,
    ...outcome.violations.map(({ invariant, detail }) => `${titleOf(invariant)}: ${detail}`),
    `trace ${outcome.digest}`,
  ];
}

/** What a failing seed comes down to, in plain words. */
export async function explain(seed: number, clients: number | undefined): Promise<readonly string[]> {
  const scenario = makeScenario(seed, clients);
  const [violation] = (await runScenario(scenario)).violations;
  if (violation === undefined) return ['it does not fail when it is run alone'];
  const smallest = await shrink(scenario, violation.invariant, (candidate) => runScenario(candidate), MOST_RUNS);
  const last = await runScenario(smallest, { trace: true });
  return [
    ...tell(smallest),
    '',
    ...last.trace.slice(-60),
    ...last.violations.slice(0, 3).map(({ invariant, detail }) => `${titleOf(invariant)}: ${detail}`),
  ];
}
