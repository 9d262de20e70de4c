import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import type { Clock, ObjectStore } from '../../src/engine/ports.ts';
import { APART, openWorld, type Replica, type World } from '../support/replica.ts';

/* A push collects in passing, where it is due. */

const LEAST = { commits: 2, ms: 0 };
const HISTORY: HistoryPolicy = { ...LEAST, collects: true, least: LEAST };

async function grown(versions: number, history = HISTORY) {
  const world = openWorld({ packs: APART, history });
  const alice = world.replica('alice');
  for (let version = 1; version <= versions; version += 1) await push(alice, version);
  return { world, alice };
}

/** What only a collection asks for. */
const asked = ({ store }: Replica) =>
  store.calls.filter(
    ({ operation, key }) =>
      operation === 'list' || operation === 'delete' || (operation === 'get' && key.startsWith('commits/')),
  );

async function push(replica: Replica, version: number) {
  replica.write('a.txt', `version ${version}`);
  return replica.sync();
}

const generations = ({ bucket }: World): readonly number[] =>
  [...bucket.keys()]
    .flatMap((key) => (key.startsWith('team/commits/') ? [Number(key.slice(13, 23))] : []))
    .toSorted((a, b) => a - b);

const HOUR = 3_600_000;

const few = (requests: number) => ({ requests, ms: HOUR });

/** The clock of a machine on which so much time has passed. */
const later = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });

const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

/** All that was ever written is a day older by the store's clock. */
function passADay({ bucket }: World): void {
  for (const [key, stored] of bucket) bucket.set(key, { ...stored, lastModified: stored.lastModified - 25 * HOUR });
}

test('with the first push that has something to give, and then once a day', async () => {
  const { world, alice } = await grown(3);
  expect(generations(world)).toEqual([2, 3]);
  for (const version of [4, 5]) await push(alice, version);
  expect(generations(world)).toEqual([2, 3, 4, 5]);
  passADay(world);
  alice.restart({ clock: later(25 * HOUR) });
  await push(alice, 6);
  expect(generations(world)).toEqual([5, 6]);
  await world.remote();
});

test('once a day for all workspaces together, and each asks once, whatever the process', async () => {
  const { world } = await grown(3);
  const bob = world.replica('bob');
  await bob.sync();
  await push(bob, 4);
  bob.store.forget();
  bob.restart();
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
  const { world, alice } = await grown(2, { ...HISTORY, most: few(0) });
  await push(alice, 3);
  expect(generations(world)).toEqual([1, 2, 3]);
  expect(alice.warnings).toEqual([expect.stringContaining('`datastore gc`')]);
  for (const version of [4, 5]) {
    alice.restart({ history: HISTORY });
    alice.store.forget();
    await push(alice, version);
    expect(asked(alice)).toEqual([]);
  }
  alice.restart({ history: { ...HISTORY, most: few(0) }, clock: later(25 * HOUR) });
  await push(alice, 6);
  // It is the same still: that was told.
  expect(alice.warnings).toHaveLength(1);
  expect(generations(world)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await alice.datastore.gc()).toMatchObject({ commits: 4 });
  await world.remote();
});

test('what is too much is found out from a listing, before the lease is taken', async () => {
  const { world, alice } = await grown(30, { ...HISTORY, collects: false });
  const many = { commits: 25, ms: 0 };
  alice.restart({ history: { ...many, least: many, collects: true, most: few(40) } });
  alice.store.forget();
  await push(alice, 31);
  expect(asked(alice).map(({ operation }) => operation)).toEqual(['list']);
  expect(alice.store.puts().filter((key) => key === 'head.json')).toHaveLength(1);
  expect(generations(world)).toHaveLength(31);
});

test('deletions count, too: what is left is for the next time', async () => {
  const { world, alice } = await grown(40, { ...HISTORY, collects: false });
  alice.restart({ history: { ...HISTORY, most: few(30) } });
  alice.store.forget();
  await push(alice, 41);
  expect(asked(alice).length).toBeLessThanOrEqual(30);
  expect(generations(world).length).toBeLessThan(41);
  expect(alice.warnings).toEqual([expect.stringContaining('`datastore gc`')]);
  await world.remote();
});

test('it takes seconds at most, also where the store does not answer', async () => {
  const { world, alice } = await grown(4, { ...HISTORY, collects: false });
  const silent = (store: ObjectStore): ObjectStore => ({
    ...store,
    traffic: store.traffic,
    list: (prefix, options) =>
      prefix === 'commits/' ? untilAborted(options?.signal ?? undefined) : store.list(prefix, options),
  });
  alice.restart({ history: { ...HISTORY, most: { requests: 1_000, ms: 10 } }, decorate: silent });
  expect(await push(alice, 5)).toMatchObject({ uploaded: 1, problems: [] });
  expect(generations(world)).toEqual([1, 2, 3, 4, 5]);
  expect(alice.warnings).toEqual([expect.stringContaining('in passing. Collect it with `datastore gc`')]);
});

test('who may not delete keeps nobody from it who may', async () => {
  const { world, alice } = await grown(2);
  const bob = world.replica('bob');
  alice.store.plan({ on: 'delete', key: /./, times: 1_000, fault: { kind: 'fail-before', error: 'denied' } });
  await push(alice, 3);
  expect(generations(world)).toEqual([1, 2, 3]);
  await bob.sync();
  await push(bob, 4);
  expect(generations(world)).toEqual([3, 4]);
  await world.remote();
});

test('what was told is told again after a month', async () => {
  const { alice } = await grown(2, { ...HISTORY, most: few(0) });
  const told = [];
  for (const [day, version] of [0, 2, 29, 32].entries()) {
    alice.restart({ history: { ...HISTORY, most: few(0) }, clock: later(version * 24 * HOUR) });
    await push(alice, 3 + day);
    told.push(alice.warnings.length);
  }
  expect(told).toEqual([1, 1, 1, 2]);
});

test('a history that cannot be read costs one attempt a day, and is told once', async () => {
  const { world, alice } = await grown(6, { ...HISTORY, collects: false });
  const all = { commits: 4, ms: 30 * 24 * HOUR };
  const [lost] = [...world.bucket.keys()].filter((key) => key.includes('commits/0000000002'));
  world.bucket.delete(lost ?? '');
  for (const [version, tries] of [7, 8, 9].entries()) {
    alice.restart({ history: { ...all, least: all, collects: true } });
    alice.store.forget();
    expect(await push(alice, tries)).toMatchObject({ uploaded: 1, problems: [] });
    expect(asked(alice).length > 0).toBe(version === 0);
    expect(alice.store.puts().filter((key) => key === 'head.json')).toHaveLength(1);
  }
  expect(alice.warnings).toEqual([expect.stringContaining('cannot be read')]);
});

test('it decides for all workspaces: what is kept by default stays, whatever this one says', async () => {
  const { world, alice } = await grown(3, { ...LEAST, collects: true });
  expect(generations(world)).toEqual([1, 2, 3]);
  const least = { commits: 3, ms: 0 };
  alice.restart({ history: { commits: 1, ms: 0, collects: true, least } });
  for (const version of [4, 5]) await push(alice, version);
  expect(generations(world).slice(-3)).toEqual([3, 4, 5]);
  expect(generations(world)).not.toContain(1);
});

test('the sync tells of it, and counts what it took', async () => {
  const { alice } = await grown(2);
  alice.write('a.txt', 'version 3');
  const phases = new Set<string>();
  const before = alice.store.traffic.requests;
  const report = await alice.sync({ onProgress: ({ phase }) => void phases.add(phase) });
  expect(phases).toContain('collecting');
  expect(report.requests).toBe(alice.store.traffic.requests - before);
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
  alice.store.forget();
  expect(await push(alice, 3)).toMatchObject({ uploaded: 1, problems: [] });
  expect(generations(world)).toEqual([1, 2, 3]);
  // Nothing is read that would be of no use.
  expect(asked(alice)).toEqual([]);
  await (held as { release(): Promise<void> } | null)?.release();
  await push(alice, 4);
  expect(generations(world)).toEqual([1, 2, 3, 4]);
  alice.restart({ clock: later(HOUR / 4) });
  await push(alice, 5);
  expect(generations(world)).toEqual([4, 5]);
  expect(alice.warnings).toEqual([]);
});
