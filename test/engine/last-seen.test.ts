import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { createCoordinator } from '../../src/engine/coordinator/coordinator.ts';
import { HEAD_KEY } from '../../src/engine/remote/head-object.ts';
import { openWorld, type Replica } from '../support/replica.ts';

/* Cycles that begin from the register as their process saw it lately: what a save costs in requests, and that nothing else changes. */

const LATELY = { fromLastSeen: true };

/** Stands still unless it is told otherwise, so that no machine is too slow for what is lately. */
function standing() {
  let now = 0;
  const hurried = (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 3), signal);
  return { clock: { ...systemClock, monotonic: () => now, sleep: hurried }, pass: (ms: number) => void (now += ms) };
}

/** Alice has committed last and Bob has it all. */
async function inStep(shape: Parameters<typeof openWorld>[0] = {}) {
  const world = openWorld(shape);
  const { clock, pass } = standing();
  const [alice, bob] = [world.replica('alice', { clock }), world.replica('bob', { clock })];
  alice.write('a.txt', 'one');
  await alice.sync();
  await bob.sync();
  for (const { store } of [alice, bob]) store.forget();
  return { world, alice, bob, pass };
}

const asked = ({ store }: Replica): readonly string[] =>
  store.calls.map(({ operation, key }) => `${operation} ${key.replace(/(?<=\/).*/, '')}`);

const PUSH = ['put objects/', 'put index/', 'put commits/', 'put head.json'];
const FETCH = ['get commits/', 'get index/', 'get objects/'];

test('one file saved costs four requests here, and four in the other folder, whatever the watch and the poll ask', async () => {
  const { alice, bob } = await inStep();
  const [one, other] = [watched(alice), watched(bob)];
  await one.first;
  await other.first;
  for (const { store } of [alice, bob]) store.forget();
  alice.write('a.txt', 'two');
  await one.changed('a.txt');
  expect(asked(alice)).toEqual(PUSH);
  await other.polled();
  expect(asked(bob)).toEqual(['get head.json', ...FETCH]);
  expect(bob.read('a.txt')).toBe('two');
  expect(other.coordinator.status()).toMatchObject({ generation: 2, failure: null, lease: null });
});

/** A coordinator on a replica; what it did is awaited by its reports. */
function watched(replica: Replica) {
  let tell: (paths: readonly string[]) => void = () => {};
  const coordinator = createCoordinator({
    datastore: replica.datastore,
    watcher: {
      watch(_skip, changed) {
        tell = changed;
        return async () => {};
      },
    },
    skip: () => false,
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    autoSync: 'on',
    timing: DEFAULT_TIMING,
  });
  onTestFinished(() => coordinator.dispose());
  const synced = (): Promise<void> =>
    new Promise((resolve) => {
      const { last } = coordinator.status();
      let seen = last;
      const end = coordinator.onChange((status) => {
        if (status.last !== last) seen = status.last;
        // The register is told of after the report.
        if (seen === last || status.seenAt === null || status.generation !== seen?.report.generation) return;
        end();
        setImmediate(resolve);
      });
    });
  const first = synced();
  coordinator.start();
  return {
    coordinator,
    first,
    async changed(path: string) {
      const done = synced();
      tell([path]);
      await done;
    },
    async polled() {
      const done = synced();
      await coordinator.poll();
      await done;
    },
  };
}

test('a push that would collect garbage another day costs no more', async () => {
  const least = { commits: 1, ms: 0 };
  const { alice } = await inStep({ history: { ...least, collects: true, least } });
  for (const version of ['two', 'three']) {
    alice.write('a.txt', version);
    await alice.sync();
  }
  alice.store.forget();
  alice.write('a.txt', 'four');
  expect(await alice.sync(LATELY)).toMatchObject({ uploaded: 1, requests: 4 });
  expect(asked(alice)).toEqual(PUSH);
});

test('another commit came first: what was sent in vain is planned anew, and nobody loses anything', async () => {
  const { world, alice, bob } = await inStep();
  bob.write('b.txt', 'of bob');
  bob.write('a.txt', 'two of bob');
  await bob.sync();
  alice.write('c.txt', 'of alice');
  alice.write('a.txt', 'two of alice');
  const { conflicts, ...report } = await alice.sync(LATELY);
  expect(report).toMatchObject({ uploaded: 1, downloaded: 1, generation: 3 });
  expect(conflicts.map(({ path }) => path)).toEqual(['a.txt']);
  expect(await world.remoteFiles()).toEqual({ 'a.txt': 'two of bob', 'b.txt': 'of bob', 'c.txt': 'of alice' });
  expect((await world.remote()).lease).toBeNull();
  await world.expectNothingLost();
});

test.each<[why: string, happen: (on: Awaited<ReturnType<typeof inStep>>) => unknown]>([
  ['it was seen too long ago', ({ pass }) => pass(30_001)],
  [
    'another has committed last',
    async ({ alice, bob }) => {
      bob.write('b.txt', 'of bob');
      await bob.sync();
      await alice.sync();
      alice.store.forget();
    },
  ],
  ['another process of this workspace', ({ alice }) => alice.restart()],
  [
    'the last reading failed',
    async ({ alice }) => {
      alice.store.plan({ on: 'get', key: /head/, fault: { kind: 'fail-before', error: 'unreachable' } });
      await alice.datastore.lease().catch(() => {});
      alice.store.forget();
    },
  ],
])('it is asked first where %s', async (_why, happen) => {
  const on = await inStep();
  await happen(on);
  on.pass(2_001);
  on.alice.write('c.txt', 'of alice');
  await on.alice.sync(LATELY);
  expect(asked(on.alice)).toEqual(['get head.json', ...PUSH]);
});

test('nothing goes up: it is asked at the end, and what is new there comes in the same cycle', async () => {
  const { alice, bob, pass } = await inStep();
  pass(2_001);
  expect(await alice.sync(LATELY)).toMatchObject({ requests: 1 });
  bob.write('b.txt', 'of bob');
  await bob.sync();
  pass(2_001);
  expect(await alice.sync(LATELY)).toMatchObject({ downloaded: 1, generation: 2 });
  expect(alice.read('b.txt')).toBe('of bob');
});

test('a commit whose outcome is not known is settled by what stands now, before anything goes up', async () => {
  const { world, alice, bob } = await inStep();
  alice.write('a.txt', 'two');
  alice.store.plan({ on: 'put', key: /head/, times: 9, fault: { kind: 'fail-after', error: 'unreachable' } });
  alice.store.plan({ on: 'get', key: /head/, skip: 1, times: 9, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await alice.failing()).kind).toBe('unknown-outcome');
  alice.store.heal();
  await alice.datastore.lease();
  alice.store.forget();
  alice.write('c.txt', 'of alice');
  expect(await alice.sync(LATELY)).toMatchObject({ uploaded: 1, generation: 3, conflicts: [] });
  expect(asked(alice)[0]).toBe('get head.json');
  await bob.sync();
  expect(bob.files()).toEqual(await world.remoteFiles());
});

test('another process of this workspace has seen more: that is no register which was set back', async () => {
  const { alice } = await inStep();
  const first = alice.datastore;
  alice.restart();
  alice.write('a.txt', 'two');
  await alice.sync();
  alice.write('a.txt', 'three');
  expect(await first.sync(LATELY)).toMatchObject({ uploaded: 1, generation: 3 });
  await first.close();
});

/** Alice is at the fifth commit; then head is the first again, which another process of hers accepts, by a pull or for good. */
async function setBackAndAccepted(direction: 'pull' | 'both') {
  const { world, alice, pass } = await inStep();
  const older = [...world.bucket].filter(([key]) => key.endsWith(HEAD_KEY));
  alice.write('b.txt', 'of the second commit');
  await alice.sync();
  for (const version of ['two', 'three', 'four']) {
    alice.write('a.txt', version);
    await alice.sync();
  }
  const first = alice.datastore;
  onTestFinished(() => first.close());
  for (const [key, stored] of older) world.bucket.set(key, stored);
  alice.restart({ clock: standing().clock });
  await alice.sync({ acceptRemote: 1, onConflict: 'theirs', direction });
  return { world, alice, first, pass };
}

test('a register that was set back, and accepted so by another process of this workspace, is not that of before again', async () => {
  const { alice, first, pass } = await setBackAndAccepted('pull');
  pass(2_001);
  expect(await first.sync(LATELY)).toMatchObject({ downloaded: 0, conflicts: [], generation: 2 });
  expect(alice.files()).toEqual({ 'a.txt': 'one', 'b.txt': 'of the second commit' });
});

test.each([0, 2_001])('nor is a person stopped by it (%i ms later)', async (ms) => {
  const { alice, first, pass } = await setBackAndAccepted('both');
  pass(ms);
  alice.write('c.txt', 'new');
  expect(await first.sync(LATELY)).toMatchObject({ uploaded: 1, downloaded: 0, generation: 3 });
});

test.each([
  [0, 2_001],
  [1, 2_001],
  [100, 2_001],
  [100, 0],
])(
  'another datastore stands there by now: a veto, and it is left alone (%i files to send, %i ms later)',
  async (files, ms) => {
    const { world, alice, pass } = await inStep();
    pass(ms);
    for (const [key, stored] of world.bucket) {
      if (!key.endsWith(HEAD_KEY)) continue;
      const text = new TextDecoder().decode(stored.bytes).replace(/"datastoreId":"[^"]+"/, '"datastoreId":"another"');
      world.bucket.set(key, { ...stored, bytes: new TextEncoder().encode(text), etag: '"another"' });
    }
    for (let nth = 0; nth < files; nth += 1) alice.write(`c/${nth}.txt`, 'of alice');
    const before = { ...alice.files() };
    expect((await alice.failing(LATELY)).kind).toBe('veto');
    expect(alice.files()).toEqual(before);
    expect([...world.bucket].filter(([key]) => key.endsWith(HEAD_KEY)).map(([, { etag }]) => etag)).toEqual([
      '"another"',
    ]);
  },
);

test('a veto is told of what was asked for', async () => {
  const { alice, pass } = await inStep();
  pass(2_001);
  alice.remove('a.txt');
  expect((await alice.failing(LATELY)).kind).toBe('veto');
  expect(asked(alice)).toEqual(['get head.json']);
});

test('the register that was just read is shown without a request, and one read longer ago is not', async () => {
  const { alice, pass } = await inStep();
  await alice.datastore.lease();
  alice.store.forget();
  expect(await alice.datastore.lease(undefined, LATELY)).toMatchObject({ generation: 1, lease: null });
  expect(asked(alice)).toEqual([]);
  pass(2_001);
  await alice.datastore.lease(undefined, LATELY);
  expect(asked(alice)).toEqual(['get head.json']);
});

test('a lease whose release nobody confirmed is not shown from memory', async () => {
  const { alice } = await inStep();
  const held = await alice.datastore.acquire({ purpose: 'test' });
  await alice.datastore.lease();
  alice.store.plan({ on: 'put', key: /head/, times: 99, fault: { kind: 'fail-after', error: 'unreachable' } });
  alice.store.plan({ on: 'get', key: /head/, times: 99, fault: { kind: 'fail-before', error: 'unreachable' } });
  await held.release();
  alice.store.heal();
  expect(await alice.datastore.lease(undefined, LATELY)).toMatchObject({ lease: null });
});
