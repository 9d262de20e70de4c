import { expect, test } from 'vitest';
import type { Answer, Choice } from '../../src/core/plan/plan.ts';
import { planChoices } from '../../src/core/plan/plan-part.ts';
import { recordPlan } from '../../src/core/plan/plan-record.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { openWorld, type Replica } from '../support/replica.ts';

/* A decision about conflicts carries out that and nothing else, whatever else is pending. */

/** As a window does it: a plan with the choices, of which only their part is approved. */
async function decide(of: Replica, paths: readonly string[], answer: Answer, options: SyncOptions = {}) {
  const found = (await of.datastore.conflicts()).filter(({ path }) => paths.includes(path));
  const choices = found.map(
    ({ path, local, remote }): Choice => ({
      path,
      answer,
      localSha256: local?.sha256 ?? null,
      remoteSha256: remote?.sha256 ?? null,
    }),
  );
  const { plan, held, basis } = await of.datastore.preview({ ...options, choices });
  if (basis === null) throw new Error('it has no basis');
  const approved = planChoices(recordPlan(plan, held, basis, ''), choices);
  return of.sync({ ...options, choices, approved });
}

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
  expect(await decide(bob, ['k'], answer)).toMatchObject({ conflicts: [{ path: 'l' }], problems: [] });
  expect(bob.files()).toMatchObject({ ...rest, ...here });
  expect(await world.remoteFiles()).toMatchObject({ k: there, l: 'hers', up: '0', down: 'hers' });
  const copies = Object.entries(bob.files()).filter(([path]) => path.startsWith('k.conflict'));
  expect(copies.map(([, text]) => text)).toEqual(answer === 'both' ? ['his'] : []);
  expect((await bob.datastore.preview()).plan.steps.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['up', 'down']),
  );
});

test('is carried out though the rest of the plan would delete too much', async () => {
  const { world, bob } = await inConflict();
  for (let n = 0; n < 60; n++) bob.remove(`many/${n}`);
  expect(await bob.failing()).toMatchObject({ kind: 'veto' });
  expect(await decide(bob, ['k', 'l'], 'mine')).toMatchObject({ uploaded: 2, deletedRemote: 0, conflicts: [] });
  expect(await world.remoteFiles()).toMatchObject({ k: 'his', l: 'his', 'many/7': '7' });
});

test('about a file that is open and unsaved waits: the conflict stays, and the reason is told', async () => {
  const { bob } = await inConflict();
  bob.letGo('l');
  expect(await decide(bob, ['k', 'l'], 'theirs', { busyPaths: new Set(['k']) })).toMatchObject({
    downloaded: 1,
    conflicts: [{ path: 'k', reason: 'both-changed' }],
    problems: [{ path: 'k', reason: 'it is open and unsaved in an editor' }],
  });
  expect(bob.files()).toMatchObject({ ...rest, k: 'his', l: 'hers' });
  bob.letGo('k');
  expect(await decide(bob, ['k'], 'theirs')).toMatchObject({ downloaded: 1, conflicts: [], problems: [] });
});
