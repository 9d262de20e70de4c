import { expect, test } from 'vitest';
import type { Answer, Choice } from '../../src/core/plan/plan.ts';
import { decideConflicts } from '../../src/engine/coordinator/decide-conflicts.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { openWorld, type Replica } from '../support/replica.ts';

/* A decision about conflicts carries out that and nothing else, whatever else is pending. */

const choicesOf = async (of: Replica, paths: readonly string[], answer: Answer): Promise<readonly Choice[]> =>
  (await of.datastore.conflicts())
    .filter(({ path }) => paths.includes(path))
    .map(({ path, local, remote }) => ({
      path,
      answer,
      localSha256: local?.sha256 ?? null,
      remoteSha256: remote?.sha256 ?? null,
    }));

/** As a window does it: what is busy is asked before every cycle. `before` is called before each cycle that is to change something. */
const partsOf = (
  of: Replica,
  { busy = [], before = () => {} }: { busy?: readonly string[]; before?: () => void } = {},
) => {
  const busyPaths = new Set(busy);
  return {
    preview: (options: SyncOptions = {}) => of.datastore.preview({ ...options, busyPaths }),
    async sync(options: SyncOptions = {}) {
      before();
      return of.sync({ ...options, busyPaths });
    },
  };
};

const decide = async (of: Replica, paths: readonly string[], answer: Answer, busy: readonly string[] = []) =>
  decideConflicts(partsOf(of, { busy }), await choicesOf(of, paths, answer));

const DONE = { held: [], moved: [], over: [] };

async function inConflict() {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (const path of ['k', 'l', 'up', 'down']) alice.write(path, '0');
  for (let n = 0; n < 60; n++) alice.write(`many/${n}`, String(n));
  await alice.sync();
  await bob.sync();
  for (const path of ['k', 'l', 'down']) alice.write(path, 'hers');
  await alice.sync();
  for (const path of ['k', 'l', 'up']) bob.write(path, 'his');
  return { world, alice, bob };
}

const rest = { up: 'his', down: '0', l: 'his' };

test.each([
  { answer: 'mine', here: { k: 'his' }, there: 'his' },
  { answer: 'theirs', here: { k: 'hers' }, there: 'hers' },
  { answer: 'both', here: { k: 'hers' }, there: 'hers' },
] as const)('$answer of one file moves no other', async ({ answer, here, there }) => {
  const { world, bob } = await inConflict();
  if (answer === 'theirs') bob.letGo('k');
  expect(await decide(bob, ['k'], answer)).toEqual(DONE);
  expect((await bob.datastore.conflicts()).map(({ path }) => path)).toEqual(['l']);
  expect(bob.files()).toMatchObject({ ...rest, ...here });
  expect(await world.remoteFiles()).toMatchObject({ k: there, l: 'hers', up: '0', down: 'hers' });
  const copies = Object.entries(bob.files()).filter(([path]) => path.startsWith('k.conflict'));
  expect(copies.map(([, text]) => text)).toEqual(answer === 'both' ? ['his'] : []);
  // Keeping both is keeping both for everybody: the copy goes along.
  expect(await world.remoteFiles()).toMatchObject(Object.fromEntries(copies));
  expect((await bob.datastore.preview()).plan.steps.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['up', 'down']),
  );
});

test('is carried out though the rest of the plan would delete too much', async () => {
  const { world, bob } = await inConflict();
  for (let n = 0; n < 60; n++) bob.remove(`many/${n}`);
  expect(await bob.failing()).toMatchObject({ kind: 'veto' });
  expect(await decide(bob, ['k', 'l'], 'mine')).toEqual(DONE);
  expect(await world.remoteFiles()).toMatchObject({ k: 'his', l: 'his', 'many/7': '7' });
});

test('about a file that is open and unsaved waits: the conflict stays, and the reason is told', async () => {
  const { bob } = await inConflict();
  bob.letGo('l');
  expect(await decide(bob, ['k', 'l'], 'theirs', ['k'])).toEqual({
    ...DONE,
    held: [{ path: 'k', reason: 'it is open and unsaved in an editor' }],
  });
  expect((await bob.datastore.conflicts()).map(({ path }) => path)).toEqual(['k']);
  expect(bob.files()).toMatchObject({ ...rest, k: 'his', l: 'hers' });
  bob.letGo('k');
  expect(await decide(bob, ['k'], 'theirs')).toEqual(DONE);
  expect(bob.files()).toMatchObject({ ...rest, k: 'hers', l: 'hers' });
});

test.each([
  ['here, before the look', (bob: Replica) => [bob, 'now'] as const],
  ['there, before the look', (_: Replica, alice: Replica) => [alice, 'now'] as const],
  ['here, after the look', (bob: Replica) => [bob, 'later'] as const],
])('of which one moved %s is carried out for the others', async (_what, who) => {
  const { alice, bob } = await inConflict();
  const choices = await choicesOf(bob, ['k', 'l'], 'theirs');
  for (const path of ['k', 'l']) bob.letGo(path);
  const [mover, when] = who(bob, alice);
  mover.write('k', 'anew');
  if (mover === alice) await alice.sync();
  if (when === 'later') {
    bob.write('k', 'his');
    bob.letGo('k');
  }
  const before = () => {
    if (when === 'later') bob.write('k', 'anew');
  };
  expect(await decideConflicts(partsOf(bob, { before }), choices)).toEqual({ ...DONE, moved: ['k'] });
  expect(bob.files()).toMatchObject({ ...rest, k: mover === bob ? 'anew' : 'his', l: 'hers' });
});

test('that is over does nothing, also where the same versions now go the other way by themselves', async () => {
  const { world, bob } = await inConflict();
  const choices = await choicesOf(bob, ['k', 'l'], 'theirs');
  // Taking theirs, and then what was here again, is a change of its own, of the same two versions.
  expect(await decide(bob, ['k'], 'theirs')).toEqual(DONE);
  bob.write('k', 'his');
  expect((await bob.datastore.preview()).plan.steps).toMatchObject([{}, { path: 'k', kind: 'upload' }, {}]);
  bob.letGo('l');
  expect(await decideConflicts(partsOf(bob), choices)).toEqual({ ...DONE, over: ['k'] });
  expect(bob.files()).toMatchObject({ k: 'his', l: 'hers' });
  expect(await world.remoteFiles()).toMatchObject({ k: 'hers' });
});

test('against a veto of its own deletions decides nothing, and says so', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  const names = Array.from({ length: 30 }, (_, n) => `many/${n}`);
  for (const name of names) alice.write(name, '0');
  await alice.sync();
  await bob.sync();
  for (const name of names) alice.write(name, 'hers');
  await alice.sync();
  for (const name of names) bob.remove(name);
  await expect(decide(bob, names, 'mine')).rejects.toMatchObject({ kind: 'veto' });
  expect(await world.remoteFiles()).toMatchObject({ 'many/7': 'hers' });
});
