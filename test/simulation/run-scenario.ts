import { createOperations, type Operations } from './deeds.ts';
import { Killed } from './disk/errno.ts';
import type { Violation } from './oracle/invariants.ts';
import type { Scenario } from './scenario.ts';
import { settle } from './settle.ts';
import type { Pace } from './watch-requests.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  /** The first is what went wrong; others may follow from it. */
  readonly violations: readonly Violation[];
  /** Of every line of the trace. */
  readonly digest: string;
  readonly trace: readonly string[];
  /** How often each fault struck. */
  readonly faults: ReadonlyMap<string, number>;
  /** How often a program allowed itself more requests at once, and fewer. */
  readonly pace: Pace;
  /** Steps in which something was begun or done, not those where that was impossible. */
  readonly operations: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly commits: number;
}

/** More than any run needs that comes to an end. */
const MOST_EVENTS = 2_000_000;
/** The longest an operation may take, awake, milliseconds. */
const DEADLINE_MS = 3_600_000;
/** By then every late request has arrived. */
const LATE_MS = 1_300_000;

/** Plays a scenario from beginning to end, or to the first violation. */
export async function runScenario(scenario: Scenario, options: { readonly trace?: boolean } = {}): Promise<Outcome> {
  const world = createWorld(scenario, options.trace === true);
  const operations = createOperations(world);
  let played = 0;
  let begun = 0;
  for (const step of scenario.steps) {
    // Nobody uses a laptop that sleeps.
    world.loop.after(step.at, world.machines[step.client] ?? null, () => {
      played += 1;
      if (operations.begin(step)) begun += 1;
    });
  }
  const unhandled = (error: unknown) => {
    // What a killed process leaves behind has nobody who could hear of it.
    if (!(error instanceof Killed))
      world.violations.push({ invariant: 11, detail: `nobody hears of ${stackOf(error)}` });
  };
  process.on('unhandledRejection', unhandled);
  try {
    await play(world, operations, () => played === scenario.steps.length);
    if (world.violations.length === 0) await comeToAnEnd(world, operations, scenario);
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  for (const machine of world.machines) for (const process of machine.processes) process.isDead = true;
  return {
    violations: world.violations,
    digest: world.trace.digest(),
    trace: world.trace.lines,
    faults: world.faults,
    pace: world.pace,
    operations: begun,
    virtualMs: world.loop.time,
    events: world.loop.happened,
    commits: world.oracle.chain.head?.commit?.generation ?? 0,
  };
}

async function comeToAnEnd(world: World, operations: Operations, scenario: Scenario): Promise<void> {
  const { loop, violations } = world;
  const longest = Math.max(0, ...scenario.steps.map(({ deed }) => ('ms' in deed ? deed.ms : 0)));
  await pass(longest + LATE_MS, () => false);
  world.calm();
  await pass(DEADLINE_MS, () => operations.underWay.length === 0);
  const [stuck] = operations.underWay;
  if (stuck)
    violations.push({
      invariant: 11,
      detail: `client ${stuck.program.process.machine.client + 1}: ${stuck.what} does not end`,
    });
  if (violations.length > 0) return;
  for (const machine of world.machines)
    for (const process of machine.processes) if (process.tool === 'cli') process.isDead = true;

  async function pass(ms: number, isEarly: () => boolean): Promise<void> {
    let isOver = false;
    loop.after(ms, null, () => {
      isOver = true;
    });
    await play(world, operations, () => isOver || isEarly());
  }

  let isSettled = false;
  let failure: unknown;
  void settle(world, operations).then(
    () => {
      isSettled = true;
    },
    (error: unknown) => {
      failure = error;
      isSettled = true;
    },
  );
  await play(world, operations, () => isSettled);
  if (failure !== undefined) throw failure;
}

async function play(world: World, operations: Operations, isOver: () => boolean): Promise<void> {
  const { loop, violations } = world;
  const ended = await loop.run(() => violations.length > 0 || isOver(), MOST_EVENTS);
  if (ended === 'too much') violations.push({ invariant: 11, detail: 'it goes on for ever' });
  if (ended === 'nothing left') {
    const [stuck] = operations.underWay;
    violations.push({
      invariant: 11,
      detail: stuck ? `${stuck.what} waits for nothing` : 'nothing is left to happen',
    });
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
