import { expect, test } from 'vitest';
import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import { APART, openWorld, type Replica, type World } from '../support/replica.ts';

/* A push collects in passing, where it is due. */

const HISTORY: HistoryPolicy = { commits: 2, ms: 0, collects: true };

async function grown(versions: number, history = HISTORY) {
  const world = openWorld({ packs: APART, history });
  const alice = world.replica('alice');
  for (let version = 1; version <= versions; version += 1) await push(alice, version);
  return { world, alice };
}

async function push(replica: Replica, version: number) {
  replica.write('a.txt', `version ${version}`);
  return replica.sync();
}

const generations = ({ bucket }: World): readonly number[] =>
  [...bucket.keys()]
    .flatMap((key) => (key.startsWith('team/commits/') ? [Number(key.slice(13, 23))] : []))
    .toSorted((a, b) => a - b);

/** All that was ever written is a day older by the store's clock. */
function passADay({ bucket }: World): void {
  for (const [key, stored] of bucket)
    bucket.set(key, { ...stored, lastModified: stored.lastModified - 25 * 3_600_000 });
}

test('with the first push that has something to give, and then once a day', async () => {
  const { world, alice } = await grown(3);
  expect(generations(world)).toEqual([2, 3]);
  for (const version of [4, 5]) await push(alice, version);
  expect(generations(world)).toEqual([2, 3, 4, 5]);
  passADay(world);
  alice.restart();
  await push(alice, 6);
  expect(generations(world)).toEqual([5, 6]);
  await world.remote();
});

test('once a day for all workspaces together, and it is asked once for each process', async () => {
  const { world } = await grown(3);
  const bob = world.replica('bob');
  await bob.sync();
  await push(bob, 4);
  bob.store.forget();
  await push(bob, 5);
  expect(generations(world)).toEqual([2, 3, 4, 5]);
  expect(bob.store.calls.filter(({ operation, key }) => operation === 'get' && key.startsWith('commits/'))).toEqual([]);
});

test('not where it is turned off, and not after a sync that pushed nothing', async () => {
  const { world, alice } = await grown(5, { ...HISTORY, collects: false });
  expect(generations(world)).toHaveLength(5);
  alice.restart({ history: HISTORY });
  await alice.sync();
  expect(generations(world)).toHaveLength(5);
});

test.each(['delete', 'list'] as const)(
  'a store that refuses to %s fails no push, and is not asked again',
  async (on) => {
    const { world, alice } = await grown(2);
    alice.store.plan({ on, key: /./, times: 1_000, fault: { kind: 'fail-before', error: 'denied' } });
    for (const version of [3, 4, 5]) {
      alice.store.forget();
      expect(await push(alice, version)).toMatchObject({ uploaded: 1, problems: [] });
      const tried = alice.store.calls.filter(({ operation }) => operation === on).length;
      if (version > 3) expect(tried).toBe(0);
    }
    expect((await world.remote()).lease).toBeNull();
    expect(generations(world)).toHaveLength(5);
  },
);

test('what would take too many requests is left to a person, and not tried by every push', async () => {
  const { world, alice } = await grown(2, { ...HISTORY, mostRequests: 0 });
  await push(alice, 3);
  expect(generations(world)).toEqual([1, 2, 3]);
  alice.restart({ history: HISTORY });
  await push(alice, 4);
  expect(generations(world)).toEqual([1, 2, 3, 4]);
  expect(await alice.datastore.gc()).toMatchObject({ commits: 2 });
  await world.remote();
});

test('another holds the lease just then: later', async () => {
  const { world, alice } = await grown(2);
  const bob = world.replica('bob');
  await bob.sync();
  let held: { release(): Promise<void> } | null = null;
  // The swap that commits; what comes next is the swap that takes the lease.
  alice.store.plan({
    on: 'put',
    key: /^head/,
    fault: { kind: 'afterwards', run: async () => (held = await bob.datastore.acquire({ purpose: 'test' })) },
  });
  expect(await push(alice, 3)).toMatchObject({ uploaded: 1, problems: [] });
  expect(generations(world)).toEqual([1, 2, 3]);
  await (held as { release(): Promise<void> } | null)?.release();
});
