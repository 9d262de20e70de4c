import { expect, test } from 'vitest';
import { closeHandle, openHandle } from './disk/kernel.ts';
import { locate } from './disk/locate.ts';
import { filesOf, ROOT } from './hands.ts';
import type { Machine } from './machine.ts';
import { makeScenario } from './make-scenario.ts';
import type { Scenario } from './scenario.ts';
import { createWorld } from './world.ts';

/* A folder that is out of sight has to come back: where it did not, the engine would rightly read its files as deleted. */

const SWAP_MS = 5_000;
const LONG_MS = 60_000;

test('a swapped folder comes back after its time', async () => {
  const { pass, files } = swapped();
  expect(files()).toEqual([]);
  await pass(LONG_MS);
  expect(files()).toEqual(['docs/a.md']);
});

test('a swapped folder comes back into its own root, not into what stands in its place meanwhile', async () => {
  const { world, machine, pass, files } = swapped();
  const { disk } = machine;
  const { folder, key, name, node } = locate(disk, ROOT, 'test', false);
  if (node === null) throw new Error('there is no root');
  const setRoot = (root: typeof node) =>
    world.oracle.unseen(0, () => disk.change([{ folder, key, becomes: { name, node: root } }], null));
  machine.rootIsAway = true;
  setRoot(disk.newFolder(0o755));
  await pass(SWAP_MS + 1_000);
  expect(files()).toEqual([]);
  setRoot(node);
  machine.rootIsAway = false;
  await pass(LONG_MS);
  expect(files()).toEqual(['docs/a.md']);
});

test('a person swaps the link back before', () => {
  const { world, machine, files } = swapped();
  expect(world.act(machine, { act: 'swap the link back', path: 'docs' })).toBe(true);
  expect(files()).toEqual(['docs/a.md']);
});

test('a person swaps nothing back where nothing was swapped', () => {
  const { world, machine } = swapped();
  expect(world.act(machine, { act: 'swap the link back', path: 'docs/a.md' })).toBe(false);
});

test.each([
  ['in place', 60_000, true],
  ['replace', 60_000, true],
  ['in place', 0, false],
  ['replace', 0, false],
] as const)('a file restored (%s) %i ms after its last change has its old time: %s', (style, ms, isOld) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const restored = { act: 'save', path: 'a', size: 'same', style, keepsTime: true } as const;
  const stamp = () => {
    const { mtime = 0, ctime = 0 } = filesOf(machine.disk).get('a') ?? {};
    return { mtime, ctime };
  };
  world.act(machine, { act: 'save', path: 'a', size: 20, style: 'replace' });
  const first = stamp();
  machine.aheadMs += ms;
  world.act(machine, restored);
  const second = stamp();
  expect(second.ctime - first.ctime > 0).toBe(isOld);
  machine.aheadMs += ms;
  world.act(machine, restored);
  expect(stamp().mtime).toBe(isOld ? first.mtime : second.ctime);
});

test('a swapped folder keeps its spelling, where case does not count', async () => {
  const { pass, files } = swapped('Docs/a.md', true);
  await pass(LONG_MS);
  expect(files()).toEqual(['Docs/a.md']);
});

test('nobody writes into a file that a program is writing', () => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const save = (style: 'in place' | 'replace') => world.act(machine, { act: 'save', path: 'a.md', size: 20, style });
  save('replace');
  const { node } = locate(machine.disk, `${ROOT}/a.md`, 'test', false);
  if (node?.kind !== 'file') throw new Error('it was not saved');
  const { process } = world.program(0, 'vscode');
  const open = (writes: boolean) =>
    openHandle({ proc: process, node, path: '/a.md', writes, appends: false, position: 0 });
  const reading = open(false);
  expect(save('in place')).toBe(true);
  const writing = open(true);
  expect(save('in place')).toBe(false);
  closeHandle(writing);
  expect(save('in place')).toBe(true);
  closeHandle(reading);
});

/** A machine with one file in a folder, for which a link stands. */
function swapped(path = 'docs/a.md', isCaseBlind = false) {
  const world = createWorld(onDisk(makeScenario(1, 2), { isCaseBlind }), false);
  const machine = world.machines[0] as Machine;
  world.act(machine, { act: 'save', path, size: 20, style: 'replace' });
  world.act(machine, { act: 'swap folder for a link', path: 'docs', ms: SWAP_MS });
  return {
    world,
    machine,
    files: () => [...filesOf(machine.disk).keys()],
    pass: async (ms: number) => {
      let isOver = false;
      world.loop.after(ms, null, () => {
        isOver = true;
      });
      await world.loop.run(() => isOver, 1_000);
    },
  };
}

const onDisk = (scenario: Scenario, traits: Partial<Scenario['clients'][number]['disk']>): Scenario => ({
  ...scenario,
  clients: scenario.clients.map((client) => ({ ...client, disk: { ...client.disk, ...traits } })),
});
