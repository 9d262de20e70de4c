import { expect, test } from 'vitest';
import type { BaseEntry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { StateFiles } from '../../src/engine/ports.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { openLedger } from '../../src/engine/state/ledger.ts';
import { locate } from './disk/locate.ts';
import type { Machine } from './machine.ts';
import { makeScenario } from './make-scenario.ts';
import { makeTrouble } from './troubles.ts';
import { createWorld } from './world.ts';

const MANY = Array.from({ length: 100 }, (_, nth) => `${nth}`);

test.each([
  ['as it should be', false, true],
  ['in trouble', true, false],
])('a state folder can be lost while the register is %s', (_how, headInTrouble, can) => {
  const world = createWorld(makeScenario(1, 2), false);
  world.remote.headInTrouble = headInTrouble;
  expect(makeTrouble(world, 0, { act: 'state lost' }, () => true)).toBe(can);
});

/* A root in step with little, or with nothing any more, is noted in another form than one in step with much. */
test.each<[how: string, come: readonly string[], go: readonly string[], can: boolean]>([
  ['not in step yet', [], [], false],
  ['in step with a file that came later', ['a'], [], true],
  ['in step with many files', MANY, [], true],
  ['in step with what is left of many files', MANY, MANY.slice(1), true],
  ['in step with files that are all deleted', ['a', 'b'], ['a', 'b'], false],
])('whether a root can be away that is %s', async (_how, come, go, can) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const store = createBaseStore(stateOn(machine));
  const cycles = [
    { advanced: [], forgotten: [] },
    { advanced: come.map(entryOf), forgotten: [] },
    { advanced: [], forgotten: go.map((path) => path as SyncPath) },
  ];
  for (const { advanced, forgotten } of cycles) {
    const ledger = await openLedger(store, 'remote');
    ledger.note({ epoch: 1 });
    ledger.advance(advanced, forgotten);
    await ledger.save();
  }
  expect(makeTrouble(world, 0, { act: 'root away', ms: 1_000, leavesEmpty: false }, () => true)).toBe(can);
  expect(machine.rootIsAway).toBe(can);
});

const entryOf = (path: string): BaseEntry => ({
  path: path as SyncPath,
  sha256: 'ab'.repeat(32),
  stamp: { size: 1, mtime: 0, ctime: 0, inode: 1, exec: false },
  seenAt: 0,
});

/** The state folder of a machine, written at once and for good. */
function stateOn({ disk }: Machine): StateFiles {
  const at = (name: string) => locate(disk, `/state/${name}`, 'test', false);
  return {
    folder: '/state',
    async read(name) {
      const { node } = at(name);
      return node?.kind === 'file' ? node.data : null;
    },
    async write(name, bytes) {
      const { folder, key, node } = at(name);
      const made = disk.newFile(0o600);
      made.data = bytes;
      if (node !== null) disk.change([{ folder, key, becomes: null }], null);
      disk.change([{ folder, key, becomes: { name, node: made } }], null);
    },
    async remove(name) {
      const { folder, key } = at(name);
      disk.change([{ folder, key, becomes: null }], null);
    },
  };
}
