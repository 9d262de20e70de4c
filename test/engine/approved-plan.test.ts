import { expect, test } from 'vitest';
import type { ApprovedPlan } from '../../src/core/plan/approved-plan.ts';
import { recordPlan } from '../../src/core/plan/plan-record.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { openWorld, type Replica } from '../support/replica.ts';

/** The plan of a sync now, of which only `chosen` is approved. */
async function planned(of: Replica, options: SyncOptions = {}, chosen?: readonly string[]): Promise<ApprovedPlan> {
  const { plan, held, basis } = await of.datastore.preview(options);
  if (basis === null) throw new Error('it has no basis');
  const { steps } = recordPlan(plan, held, basis, '');
  return { basis, steps: steps.filter(({ path }) => chosen === undefined || chosen.includes(path)) };
}

async function apart() {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (const path of ['a', 'b', 'c', 'd']) alice.write(path, `${path}1`);
  await alice.sync();
  await bob.sync();
  alice.write('a', 'a2');
  alice.remove('d');
  alice.write('there', '1');
  await alice.sync();
  bob.write('b', 'b2');
  bob.remove('c');
  bob.write('here', '1');
  return { world, alice, bob };
}

const BOTH = { a: 'a2', b: 'b2', here: '1', there: '1' };

test('an approved plan is carried out whole, and the next sync has nothing left', async () => {
  const { world, bob } = await apart();
  const approved = await planned(bob);
  expect(await bob.sync({ approved })).toMatchObject({
    uploaded: 2,
    downloaded: 2,
    deletedLocal: 1,
    deletedRemote: 1,
    problems: [],
  });
  expect(bob.files()).toEqual(BOTH);
  expect(await world.remoteFiles()).toEqual(BOTH);
  expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0, generation: 3 });
});

test('of a part only that is done; what was left out is done by the next sync, on both sides', async () => {
  const { world, alice, bob } = await apart();
  const approved = await planned(bob, {}, ['a', 'here', 'c']);
  expect(await bob.sync({ approved })).toMatchObject({ uploaded: 1, downloaded: 1, deletedRemote: 1, deletedLocal: 0 });
  expect(bob.files()).toEqual({ a: 'a2', b: 'b2', d: 'd1', here: '1' });
  expect(await world.remoteFiles()).toEqual({ a: 'a2', b: 'b1', here: '1', there: '1' });
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 1, downloaded: 1, deletedLocal: 1, conflicts: [], problems: [] });
  expect(bob.files()).toEqual(BOTH);
  await alice.sync();
  expect(alice.files()).toEqual(BOTH);
});

test('downloads alone that were left out still come, though the commit was seen', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (const path of ['a', 'b']) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  for (const path of ['a', 'b']) alice.write(path, '2');
  await alice.sync();
  expect(await bob.sync({ approved: await planned(bob, {}, ['a']) })).toMatchObject({ downloaded: 1 });
  expect(bob.files()).toEqual({ a: '2', b: '1' });
  expect(await bob.sync()).toMatchObject({ downloaded: 1 });
  expect(bob.files()).toEqual({ a: '2', b: '2' });
});

test('when one of its files has moved nothing is changed, and the file is named', async () => {
  const { world, alice, bob } = await apart();
  const approved = await planned(bob);
  alice.write('a', 'a3');
  await alice.sync();
  bob.write('b', 'b3');
  const [here, there] = [bob.files(), await world.remoteFiles()];
  const failed = await bob.failing({ approved });
  expect(failed).toMatchObject({
    kind: 'moved',
    details: {
      moved: [
        { path: 'a', reason: 'it changed there since' },
        { path: 'b', reason: 'it changed here since' },
      ],
    },
  });
  expect(bob.files()).toEqual(here);
  expect(await world.remoteFiles()).toEqual(there);
  await bob.sync();
  await world.expectNothingLost();
});

test('what is not in it does not hold it up, and is not done', async () => {
  const { world, alice, bob } = await apart();
  const approved = await planned(bob);
  alice.write('later', '1');
  await alice.sync();
  bob.write('mine', '1');
  expect(await bob.sync({ approved })).toMatchObject({ uploaded: 2, problems: [] });
  expect(bob.files()).toEqual({ ...BOTH, mine: '1' });
  expect(await world.remoteFiles()).toEqual({ ...BOTH, later: '1' });
  await bob.sync();
  expect(bob.files()).toEqual({ ...BOTH, mine: '1', later: '1' });
});

test('a file that moves while the plan is applied is left alone and named', async () => {
  const { world, alice, bob } = await apart();
  const approved = await planned(bob);
  const rival = async () => {
    alice.write('b', 'hers');
    await alice.sync();
  };
  bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'between', run: rival } });
  const report = await bob.sync({ approved });
  expect(report.conflicts.map(({ path }) => path)).toEqual(['b']);
  expect(report.problems.map(({ path }) => path)).toEqual(['b']);
  expect(bob.read('b')).toBe('b2');
  expect(await world.remoteFiles()).toEqual({ ...BOTH, b: 'hers' });
  await world.expectNothingLost();
});

test('a step that needs another is refused without it, before anything is done', async () => {
  const world = openWorld();
  const bob = world.replica('bob');
  bob.write('a', '1');
  await bob.sync();
  bob.remove('a');
  bob.write('a/b', '2');
  const failed = await bob.failing({ approved: await planned(bob, {}, ['a/b']) });
  expect(failed).toMatchObject({ kind: 'usage', message: expect.stringContaining('a/b: it cannot stand beside "a"') });
  expect(await world.remoteFiles()).toEqual({ a: '1' });
});

test('the plan of another remote is refused', async () => {
  const { bob } = await apart();
  const { steps, basis } = await planned(bob);
  const approved = { steps, basis: { ...basis, remote: 's3://other/team' } };
  expect(await bob.failing({ approved })).toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('s3://other/team'),
  });
});

test('vetoes see what is left of it: half a move of many is a mass deletion', async () => {
  const world = openWorld();
  const bob = world.replica('bob');
  const names = Array.from({ length: 30 }, (_, nth) => `f${nth}`);
  for (const name of names) bob.write(name, name);
  await bob.sync();
  for (const name of names) bob.rename(name, `to/${name}`);
  const { basis, steps } = await planned(bob);
  const halved = { basis, steps: steps.filter(({ kind }) => kind === 'delete-remote') };
  expect(await bob.failing({ approved: halved })).toMatchObject({ kind: 'veto' });
  expect(await bob.sync({ approved: { basis, steps } })).toMatchObject({ uploaded: 30, deletedRemote: 30 });
});

test('conflicts decided with the plan keep the names that were shown', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  alice.write('k', '0');
  await alice.sync();
  await bob.sync();
  alice.write('k', 'hers');
  await alice.sync();
  bob.write('k', 'his');
  const approved = await planned(bob, { onConflict: 'both' });
  const [step] = approved.steps;
  expect(await bob.sync({ approved })).toMatchObject({ downloaded: 1, conflicts: [], problems: [] });
  expect(bob.files()).toEqual({ k: 'hers', [step?.copyTo ?? '']: 'his' });
});
