import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

test('two clients commit at once: one waits or plans again, and both changes are in', async () => {
  const { world, alice, bob } = await inStep();
  for (let round = 0; round < 5; round += 1) {
    alice.write('a', `hers ${round}`);
    bob.write('b', `his ${round}`);
    alice.write(`alice/${round}`, 'new');
    bob.write(`bob/${round}`, 'new');
    const reports = await Promise.all([alice.sync(), bob.sync()]);
    expect(reports.flatMap(({ conflicts, problems }) => [...conflicts, ...problems])).toEqual([]);
  }
  await settle(world, [alice, bob]);
  expect(alice.files()).toMatchObject({ a: 'hers 4', b: 'his 4', 'alice/4': 'new', 'bob/4': 'new' });
});

test('eight clients at once, each with new files, edits of its own and deletions: one chain, nothing lost', async () => {
  const { world, alice } = await inStep();
  const clients = Array.from({ length: 8 }, (_, index) => world.replica(`client-${index}`, { waitMs: 20_000 }));
  for (const client of clients) client.write(`${client.name}/doomed`, 'x');
  await Promise.all(clients.map((client) => client.sync()));
  for (const client of clients) {
    for (let index = 0; index < 5; index += 1) client.write(`${client.name}/${index}`, `${client.name} ${index}`);
    client.remove(`${client.name}/doomed`);
  }
  const reports = await Promise.all(clients.map((client) => client.sync()));
  expect(reports.flatMap(({ conflicts, problems }) => [...conflicts, ...problems])).toEqual([]);
  await settle(world, [alice, ...clients]);
  expect(Object.keys(alice.files())).toHaveLength(2 + 8 * 5);
  const { chain, generation } = await world.remote();
  expect(chain).toHaveLength(generation);
});

test('three small pushes lost, then the lease: others must stand back', async () => {
  const { world, alice, bob } = await inStep();
  let round = 0;
  const rival = async () => {
    round += 1;
    if ((await world.remote()).lease !== null) return;
    alice.write('a', `hers ${round}`);
    await alice.sync();
  };
  bob.write('b', 'his');
  const rivalry = bob.store.plan({ on: 'put', key: /^commits/, times: 50, fault: { kind: 'between', run: rival } });
  expect(await bob.sync()).toMatchObject({ uploaded: 1, problems: [] });
  // Three losses, and a fourth time under the lease.
  expect(rivalry.hits()).toBe(4);
  const takings = bob.store.calls.filter(({ operation, key }) => operation === 'put' && key === 'head.json');
  // Three lost swaps, acquire, commit, release.
  expect(takings).toHaveLength(6);
  await settle(world, [alice, bob]);
});

test('the remote moves between plan and lease: planned again, so a colleague is not overwritten', async () => {
  const { world, alice, bob } = await inStep();
  for (let index = 0; index < 80; index += 1) bob.write(`many/${index}`, 'x');
  bob.write('a', 'his');
  const rival = async () => {
    alice.write('a', 'hers');
    await alice.sync();
  };
  bob.store.plan({ on: 'put', key: /^head/, fault: { kind: 'between', run: rival } });
  const report = await bob.sync();
  expect(report).toMatchObject({ uploaded: 80, conflicts: [{ path: 'a' }] });
  expect((await world.remoteFiles())['a']).toBe('hers');
  expect(bob.read('a')).toBe('his');
});

test('a cycle saves no work for a file that the user writes while it runs, and loses none', async () => {
  const { world, alice, bob } = await inStep();
  alice.write('a', 'hers');
  await alice.sync();
  bob.store.plan({
    on: 'get',
    key: /^objects/,
    fault: { kind: 'between', run: () => bob.write('a', 'his, just now') },
  });
  const report = await bob.sync();
  expect(report.conflicts).toMatchObject([{ path: 'a', reason: 'both-changed' }]);
  expect(bob.read('a')).toBe('his, just now');
  expect(await world.remoteFiles()).toMatchObject({ a: 'hers' });
  await world.expectNothingLost();
});

test('a file that comes back while its deletion goes up is kept, and stays on the remote', async () => {
  const { world, bob } = await inStep();
  bob.remove('a');
  bob.write('c', 'new');
  bob.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'between', run: () => bob.write('a', 'back again') } });
  await bob.sync();
  await bob.sync();
  expect(await world.remoteFiles()).toEqual({ a: 'back again', b: '1', c: 'new' });
});

test('two cycles of one root at once: one after the other, also from two processes', async () => {
  const { world, bob } = await inStep();
  bob.write('b', 'his');
  const first = bob.datastore;
  bob.restart({ waitMs: 10_000 });
  const reports = await Promise.all([first.sync(), bob.datastore.sync(), bob.datastore.sync()]);
  expect(reports.reduce((sum, { uploaded }) => sum + uploaded, 0)).toBe(1);
  expect((await world.remote()).generation).toBe(2);
});

test.each([
  ['keeps no base of before', ['sync', 'revert']],
  ['brings nothing more to disk', ['revert', 'sync']],
] as const)('a process that stood still until another took its root over %s', async (_title, order) => {
  const { world, alice, bob } = await inStep();
  alice.write('a', '2');
  await alice.sync();
  // Its heartbeats stand still, as those of a process that Ctrl-Z has stopped.
  const clock = createManualClock({ hurries: true });
  bob.restart({ clock });
  const stopped = bob.datastore;
  const meanwhile = {
    async sync() {
      bob.restart({ clock: createManualClock({ hurries: true }), waitMs: 120_000 });
      await bob.sync();
    },
    async revert() {
      alice.write('a', '1');
      await alice.sync();
    },
  };
  const run = async () => {
    for (const step of order) await meanwhile[step]();
    clock.jump(60_000);
  };
  bob.store.plan({ on: 'get', key: /^objects/, fault: { kind: 'between', run } });
  await expect(stopped.sync()).rejects.toMatchObject({ kind: 'locked' });
  bob.restart();
  await settle(world, [bob, alice]);
  expect(alice.read('a')).toBe('1');
});

test('a root that another process is syncing: locked, and said by whom', async () => {
  const { bob } = await inStep();
  const first = bob.datastore;
  let refused: unknown;
  bob.write('b', 'his');
  bob.restart({ waitMs: 20 });
  const second = async () => {
    refused = await bob.failing();
  };
  bob.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'between', run: second } });
  await first.sync();
  expect(refused).toMatchObject({ kind: 'locked', details: { pid: process.pid, purpose: 'sync' } });
});

test.each([
  ['a small push', 1],
  ['a push under the lease', 80],
  ['taking the lease', 0],
])(
  'a gateway that changes how it takes ETags: %s fails in doubt, and the next cycle probes again',
  async (_title, files) => {
    const { world, alice, bob } = await inStep();
    let changed = false;
    const gateway = (store: ObjectStore) => withoutQuotes(store, () => changed);
    bob.restart({ decorate: gateway });
    bob.write('b', 'his');
    await bob.sync();
    changed = true;
    for (let index = 0; index < files; index += 1) bob.write(`many/${index}`, `content ${index}`);
    const taking = () => bob.datastore.acquire({ purpose: 'x' }).then((lease) => lease.release());
    if (files === 0) await expect(taking()).rejects.toMatchObject({ kind: 'unknown-outcome' });
    else expect((await bob.failing()).kind).toBe('unknown-outcome');
    bob.restart({ decorate: gateway });
    if (files === 0) await taking();
    expect(await bob.sync()).toMatchObject({ uploaded: files, conflicts: [] });
    await settle(world, [alice, bob]);
  },
);

test('a gateway that changes how it takes ETags, before there is a root: the next taking probes again', async () => {
  const { bob } = await inStep();
  let changed = false;
  bob.restart({ decorate: (store) => withoutQuotes(store, () => changed) });
  await (await bob.datastore.acquire({ purpose: 'x' })).release();
  rmSync(bob.root, { recursive: true });
  changed = true;
  await expect(bob.datastore.acquire({ purpose: 'x' })).rejects.toMatchObject({ kind: 'unknown-outcome' });
  await (await bob.datastore.acquire({ purpose: 'x' })).release();
});

async function inStep() {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a', '1');
  alice.write('b', '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

/** Everybody syncs in turn; then all are equal, and nobody has anything left to do. */
async function settle(world: World, replicas: readonly Replica[]) {
  for (const replica of [...replicas, ...replicas]) await replica.sync();
  const there = await world.remoteFiles();
  for (const replica of replicas) {
    expect(replica.files()).toEqual(there);
    expect(await replica.sync()).toMatchObject({ requests: 1, uploaded: 0, downloaded: 0 });
  }
  await world.expectNothingLost();
}

/** Takes ETags without their quotes from some day on, and answers 412 to any other. */
function withoutQuotes(store: ObjectStore, changed: () => boolean): ObjectStore {
  return {
    ...store,
    traffic: store.traffic,
    put(key, body, options = {}) {
      const quoted = options.condition?.kind === 'match' && options.condition.etag.startsWith('"');
      const refused = { ...options, condition: { kind: 'match', etag: '"no"' } } as const;
      return store.put(key, body, changed() && quoted ? refused : options);
    },
  };
}
