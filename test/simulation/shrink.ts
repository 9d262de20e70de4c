import type { Outcome } from './run-scenario.ts';
import type { Scenario, Step, Strike } from './scenario.ts';

/**
 * The smallest scenario found that still breaks the same invariant: leaves out steps, then what goes wrong in them, until nothing
 * more can go or `most` runs are over.
 */
export async function shrink(
  scenario: Scenario,
  invariant: number,
  run: (scenario: Scenario) => Promise<Outcome>,
  most: number,
): Promise<Scenario> {
  let best = scenario;
  let left = most;

  async function tryOut(steps: readonly Step[]): Promise<void> {
    if (left <= 0) return;
    left -= 1;
    const candidate = { ...best, steps };
    if ((await run(candidate)).violations[0]?.invariant === invariant) best = candidate;
  }

  /** From the end: what came later is needed more rarely. */
  async function leaveOutSteps(size: number): Promise<void> {
    for (let end = best.steps.length; end > 0; end -= size) {
      const { steps } = best;
      await tryOut([...steps.slice(0, Math.max(0, end - size)), ...steps.slice(end)]);
    }
  }

  for (let size = best.steps.length >> 1; size > 1; size >>= 1) await leaveOutSteps(size);
  for (let before = Number.POSITIVE_INFINITY; best.steps.length < before; ) {
    before = best.steps.length;
    await leaveOutSteps(1);
  }
  for (const [index, { strikes }] of best.steps.entries()) {
    for (const strike of strikes)
      await tryOut(best.steps.map((step, at) => (at === index ? withoutStrike(step, strike) : step)));
  }
  return best;
}

const withoutStrike = (step: Step, strike: Strike): Step => ({
  ...step,
  strikes: step.strikes.filter((one) => one !== strike),
});
