import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import { HEAD_KEY } from '../../src/engine/remote/head-object.ts';
import { APART, openWorld } from '../support/replica.ts';

test('re-entry in one process is counted: one tenure, free when all have given it back', async () => {
  const { world, alice } = await inStep();
  const [outer, inner] = await Promise.all([
    alice.datastore.acquire({ purpose: 'outer' }),
    alice.datastore.acquire({ purpose: 'inner', waitMs: 0 }),
  ]);
  const again = await alice.datastore.acquire({ purpose: 'again', waitMs: 0 });
  expect(new Set([outer, inner, again].map(({ record }) => record.nonce)).size).toBe(1);
  await inner.release();
  await inner.release();
  await again.release();
  expect((await world.remote()).lease).toMatchObject({ purpose: 'outer' });
  await outer.release();
  expect((await world.remote()).lease).toBeNull();
});

test('a cycle inside a held lease uses it and leaves it; another client is told who holds it', async () => {
  const { world, alice, bob } = await inStep();
  const lease = await alice.datastore.acquire({ purpose: 'a long run' });
  alice.write('a', 'hers');
  expect(await alice.sync()).toMatchObject({ uploaded: 1 });
  expect((await world.remote()).lease).toMatchObject({ nonce: lease.record.nonce });
  expect(await alice.datastore.lease()).toMatchObject({ ours: 'this-process', generation: 2 });
  bob.restart({ waitMs: 50 });
  bob.write('b', 'his');
  expect(await bob.failing()).toMatchObject({
    kind: 'locked',
    details: { holder: 'alice@host', purpose: 'a long run' },
  });
  // It needs no lease to bring what is there.
  expect(bob.read('a')).toBe('hers');
  await lease.release();
  expect(await bob.sync()).toMatchObject({ uploaded: 1 });
});

test('another process of the workspace gives it back by the nonce in the state folder, and ends the tenure', async () => {
  const { world, alice } = await inStep();
  alice.restart({ ttlMs: 300 });
  const holder = alice.datastore;
  const lease = await holder.acquire({ purpose: 'held' });
  alice.restart();
  expect(await alice.datastore.lease()).toMatchObject({ ours: 'this-workspace' });
  // A heartbeat comes between its reading and its writing.
  alice.store.plan({ on: 'put', key: /^head/, fault: { kind: 'between', run: () => systemClock.sleep(150) } });
  expect(await alice.datastore.release()).toBe(true);
  expect((await world.remote()).lease).toBeNull();
  await systemClock.sleep(250);
  expect(lease.signal.aborted).toBe(true);
  expect(await alice.datastore.release()).toBe(false);
  await holder.close();
});

test('of a tenure that was named no other is given back, whoever of the workspace has it now', async () => {
  const { world, alice } = await inStep();
  const first = await alice.datastore.acquire({ purpose: 'shown' });
  const shown = first.record.nonce;
  await first.release();
  const second = await alice.datastore.acquire({ purpose: 'another' });
  expect(await alice.datastore.release(shown)).toBe(false);
  const holder = alice.datastore;
  alice.restart();
  expect(await alice.datastore.release(shown)).toBe(false);
  expect((await world.remote()).lease).toMatchObject({ nonce: second.record.nonce });
  expect(await alice.datastore.release(second.record.nonce)).toBe(true);
  expect((await world.remote()).lease).toBeNull();
  await holder.close();
});

test('force release takes exactly the tenure that was shown, between heartbeats too, and raises the epoch', async () => {
  const { world, alice, bob } = await inStep();
  alice.restart({ ttlMs: 300 });
  const lease = await alice.datastore.acquire({ purpose: 'held' });
  const { lease: shown } = await bob.datastore.lease();
  const { epoch } = await world.remote();
  await systemClock.sleep(250);
  expect(await bob.datastore.forceRelease(shown as LeaseRecord)).toEqual({ kind: 'released' });
  expect(await world.remote()).toMatchObject({ lease: null, epoch: epoch + 1 });
  await systemClock.sleep(250);
  expect(lease.signal.aborted).toBe(true);
  alice.write('a', 'after');
  await alice.datastore.acquire({ purpose: 'again' });
  expect(await bob.datastore.forceRelease(shown as LeaseRecord)).toMatchObject({
    kind: 'moved',
    lease: { purpose: 'again' },
  });
  expect((await world.remote()).lease).toMatchObject({ purpose: 'again' });
});

test('force release of what was given back meanwhile: moved, to nobody', async () => {
  const { alice, bob } = await inStep();
  const lease = await alice.datastore.acquire({ purpose: 'held' });
  const { lease: shown } = await bob.datastore.lease();
  await lease.release();
  expect(await bob.datastore.forceRelease(shown as LeaseRecord)).toEqual({ kind: 'moved', lease: null });
});

test('the state folder cannot be written: the lease does not stay taken', async () => {
  const { world, alice } = await inStep();
  alice.onState = (name) => {
    if (name === 'lease.json') throw new Error('disk full');
  };
  await expect(alice.datastore.acquire({ purpose: 'held' })).rejects.toThrow('disk full');
  expect((await world.remote()).lease).toBeNull();
});

test.each([
  ['the objects', /^objects/],
  ['the shards', /^index/],
  ['the commit', /^commits/],
])(
  'the lease is lost while %s go up: no commit, nothing lost, and the next cycle goes through',
  async (_title, key) => {
    const { world, alice, bob } = await inStep();
    for (let index = 0; index < 260; index += 1) bob.write(`many/${index}`, `content ${index}`);
    const { generation } = await world.remote();
    const steal = async () => {
      const { lease } = await alice.datastore.lease();
      await alice.datastore.forceRelease(lease as LeaseRecord);
      alice.write('a', 'hers');
      await alice.sync();
    };
    bob.store.plan({ on: 'put', key, fault: { kind: 'between', run: steal } });
    const failure = await bob.failing();
    expect(failure.kind).toBe('lease-lost');
    expect(await world.remote()).toMatchObject({ generation: generation + 1, lease: null });
    expect(await bob.sync()).toMatchObject({ uploaded: 260, downloaded: 1 });
    expect(await world.remoteFiles()).toEqual(bob.files());
    await world.expectNothingLost();
  },
);

test('a purpose of any length leaves a register that everybody can read', async () => {
  const { alice, bob } = await inStep();
  const held = await bob.datastore.acquire({ purpose: `${'x'.repeat(199)}👍${'y'.repeat(70_000)}` });
  expect((await alice.datastore.lease()).lease?.purpose).toMatch(/^x{199}…$/);
  await held.release();
});

test('after the lease is known to be lost nothing more is sent', async () => {
  const { world, alice, bob } = await inStep();
  bob.restart({ ttlMs: 200 });
  for (let index = 0; index < 260; index += 1) bob.write(`many/${index}`, `content ${index}`);
  bob.store.plan({
    on: 'put',
    key: /^head/,
    skip: 1,
    times: 999,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  bob.store.plan({
    on: 'put',
    key: /^objects/,
    skip: 100,
    fault: { kind: 'between', run: () => systemClock.sleep(400) },
  });
  const failure = await bob.failing();
  expect(failure.kind).toBe('lease-lost');
  const sent = bob.store.puts().length;
  await systemClock.sleep(200);
  expect(bob.store.puts().length).toBe(sent);
  expect((await world.remote()).generation).toBe(1);
  bob.store.heal();
  await systemClock.sleep(250);
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 260 });
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
});

async function inStep() {
  const world = openWorld({ packs: APART });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a', '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

test('another datastore stands there when it comes to the swap: it is left alone', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a.txt', 'one');
  await alice.sync();
  const key = [...world.bucket.keys()].find((one) => one.endsWith(HEAD_KEY)) ?? '';
  const become = async () => {
    const stored = world.bucket.get(key);
    const text = new TextDecoder().decode(stored?.bytes).replace(/"datastoreId":"[^"]+"/, '"datastoreId":"another"');
    if (stored) world.bucket.set(key, { ...stored, bytes: new TextEncoder().encode(text), etag: '"another"' });
  };
  alice.store.plan({ on: 'get', key: /^head/, fault: { kind: 'afterwards', run: become } });
  await expect(alice.datastore.acquire({ purpose: 'test' })).rejects.toMatchObject({ kind: 'veto' });
  expect(world.bucket.get(key)?.etag).toBe('"another"');
});
