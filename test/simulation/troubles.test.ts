import { expect, test } from 'vitest';
import { makeScenario } from './make-scenario.ts';
import { makeTrouble } from './troubles.ts';
import { createWorld } from './world.ts';

test.each([
  ['as it should be', false, true],
  ['in trouble', true, false],
])('a state folder can be lost while the register is %s', (_how, headInTrouble, can) => {
  const world = createWorld(makeScenario(1, 2), false);
  world.remote.headInTrouble = headInTrouble;
  expect(makeTrouble(world, 0, { act: 'state lost' }, () => true)).toBe(can);
});
