import { expect, test } from 'vitest';
import { keepTenure, momentOf } from '../../src/engine/lease/keep-tenure.ts';
import type { Clock, Log } from '../../src/engine/ports.ts';
import { clockOf, type Machine } from './machine.ts';
import { makeScenario } from './make-scenario.ts';
import { createRandom } from './random.ts';
import { createWorld, type World } from './world.ts';

/* Virtual time goes on: a program that waits for it cannot wait at one moment for ever. One that waits again and again is seen. */

/** More than a tenure needs that ends. */
const MOST_EVENTS = 100;
const TTL_MS = 30_000;

test('a tenure runs out on the simulated clock, whenever it began, also where the wall clock was set back', async () => {
  const random = createRandom('tenures');
  const { world, clock } = started();
  const { loop } = world;
  for (let nth = 0; nth < 300; nth += 1) {
    let isBegun = false;
    // All digits of a number are needed: sums of times have to be rounded.
    loop.after((random.next() * 100_000) / 3, null, () => {
      isBegun = true;
    });
    await loop.run(() => isBegun, MOST_EVENTS);
    const tenure = keepTenure({
      clock,
      log: silent,
      ttlMs: TTL_MS,
      what: 'lease',
      remedy: '',
      begun: momentOf(clock),
      renew: () => new Promise(() => {}),
    });
    // By the wall clock its time would never be over.
    (world.machines[0] as Machine).aheadMs -= 3_600_000;
    expect(await loop.run(() => tenure.signal.aborted, MOST_EVENTS), `over at ${loop.time}`).toBe('over');
    expect(tenure.isValid()).toBe(false);
  }
});

test.each([0, 1e-9, 1])('whoever waits %d ms again and again, without an end, is found out', async (ms) => {
  const { world, clock } = started();
  const again = () => void clock.after(ms, again);
  again();
  expect(await world.loop.run(() => false, MOST_EVENTS)).toBe('too much');
});

function started(): { readonly world: World; readonly clock: Clock } {
  const world = createWorld(makeScenario(1, 2), false);
  return { world, clock: clockOf(world.loop, world.program(0, 'vscode').process) };
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
