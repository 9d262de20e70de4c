import { expect, test } from 'vitest';
import { locate } from './disk/locate.ts';
import { type FileNode, type FolderNode } from './disk/node.ts';
import { filesOf, ROOT } from './hands.ts';
import type { Machine, Process } from './machine.ts';
import { makeScenario } from './make-scenario.ts';
import type { Act } from './scenario.ts';
import { createWorld } from './world.ts';

const SAVED: Act = { act: 'save', path: 'a', size: 20, style: 'replace' };
const DELETED: Act = { act: 'delete', path: 'a' };
const renamedTo = (to: string): Act => ({ act: 'rename', path: 'a', to });

test.each<readonly [string, readonly (Act | 'moved aside' | 'put back')[], readonly number[]]>([
  ['its person deleted it', [DELETED], []],
  ['its person saved another over it', [SAVED], []],
  ['its person renamed and deleted it', [renamedTo('b'), { act: 'delete', path: 'b' }], []],
  ['its person deleted the folder it is in', [renamedTo('d/b'), { act: 'delete folder', path: 'd' }], []],
  ['a program moved it aside', ['moved aside'], [3]],
  ['a program moved it aside after its person renamed it', [renamedTo('b'), 'moved aside'], [3]],
  ['a program moved it aside, and its person deleted what came instead', ['moved aside', SAVED, DELETED], [3]],
  ['its person deleted it, and a program put it back and moved it aside', [DELETED, 'put back', 'moved aside'], [3]],
])('where %s, what an editor writes to it later is dropped with its names in staging', (_where, deeds, blamed) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const { disk } = machine;
  const program = world.program(0, 'vscode').process;
  world.act(machine, SAVED);
  const spot = locate(disk, `${ROOT}/a`, 'test', false);
  if (spot.node?.kind !== 'file') throw new Error('it was not saved');
  const { folder } = spot;
  const node: FileNode = spot.node;
  const staging = disk.newFolder(0o700);
  disk.change([{ folder, key: '.datastore-staging', becomes: { name: '.datastore-staging', node: staging } }], program);
  // As a power cut brings it back: the download that it was.
  rename(program, [staging, 'download', node]);
  disk.opened(node);
  for (const deed of deeds) {
    if (deed === 'moved aside') moveAside();
    else if (deed === 'put back') rename(program, [folder, 'a', node]);
    else expect(world.act(machine, deed)).toBe(true);
  }
  const late = Buffer.from('late');
  world.oracle.invented(late);
  disk.write(node, late, null);
  machine.aheadMs += 25 * 3_600_000;
  expect(world.violations).toEqual([]);
  for (const key of staging.entries.keys()) rename(program, [staging, key, null]);
  expect(world.violations.map(({ invariant }) => invariant)).toEqual(blamed);

  function moveAside(): void {
    const [path] = [...filesOf(disk)].find(([, file]) => file === node) ?? ['nowhere'];
    rename(program, [folder, path, null], [staging, 'aside', node]);
  }

  function rename(by: Process, ...names: (readonly [FolderNode, string, FileNode | null])[]): void {
    disk.change(
      names.map(([at, key, becomes]) => ({ folder: at, key, becomes: becomes && { name: key, node: becomes } })),
      by,
    );
  }
});

test.each([
  ['', false],
  [', not after the power went', true],
])('an editor writes to what it has open%s', async (_when, isCut) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  world.act(machine, SAVED);
  const bytes = () => filesOf(machine.disk).get('a')?.data;
  const before = bytes();
  world.act(machine, { act: 'save slowly', path: 'a', ms: 1_000 });
  if (isCut) world.power(machine);
  let isOver = false;
  world.loop.after(2_000, null, () => {
    isOver = true;
  });
  await world.loop.run(() => isOver, 1_000);
  expect(before?.length).toBe(20);
  expect(bytes() === before).toBe(isCut);
});

test('what a power cut gives its earlier name back has that name', () => {
  const names = Array.from({ length: 20 }, (_, seed) => {
    const world = createWorld(makeScenario(seed, 2), false);
    const machine = world.machines[0] as Machine;
    const { disk } = machine;
    world.act(machine, SAVED);
    const { folder, node } = locate(disk, `${ROOT}/a`, 'test', false);
    if (node?.kind !== 'file') throw new Error('it was not saved');
    const renamed = { folder, key: 'b', becomes: { name: 'b', node } };
    disk.change([{ folder, key: 'a', becomes: null }, renamed], world.program(0, 'vscode').process);
    world.power(machine);
    const [name] = filesOf(disk).keys();
    expect(node.at).toEqual({ folder, name });
    return name;
  });
  expect(new Set(names)).toEqual(new Set(['a', 'b']));
});
