import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { openWorld } from '../support/replica.ts';

test('the first push fills an empty prefix, the first pull an empty root', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a.txt', 'one');
  alice.write('deep/er/b.txt', 'two');
  alice.write('empty', '');
  expect(await alice.sync()).toMatchObject({ generation: 1, uploaded: 3, downloaded: 0, problems: [], conflicts: [] });
  expect(await bob.sync()).toMatchObject({ generation: 1, uploaded: 0, downloaded: 3, problems: [], conflicts: [] });
  expect(bob.files()).toEqual({ 'a.txt': 'one', 'deep/er/b.txt': 'two', empty: '' });
  expect(await world.remoteFiles()).toEqual(bob.files());
  expect((await world.remote()).lease).toBeNull();
  await world.expectNothingLost();
});

test('nothing to do costs one request, writes nothing and takes no lease', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a.txt', 'one');
  await alice.sync();
  for (const again of ['the same process', 'another process']) {
    if (again === 'another process') alice.restart();
    alice.store.forget();
    expect(await alice.sync(), again).toMatchObject({ requests: 1, uploaded: 0 });
    expect(alice.store.calls).toEqual([{ operation: 'get', key: 'head.json', outcome: 'done' }]);
  }
});

test('both directions in one cycle', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a.txt', 'one');
  await alice.sync();
  bob.write('b.txt', 'two');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, downloaded: 1, generation: 2 });
  expect(await alice.sync()).toMatchObject({ uploaded: 0, downloaded: 1 });
  expect(alice.files()).toEqual(bob.files());
});

test('a touch makes no commit, and the first mtime stays on the remote', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a.txt', 'one');
  utimesSync(join(alice.root, 'a.txt'), 1_700_000_000.123, 1_700_000_000.123);
  await alice.sync();
  utimesSync(join(alice.root, 'a.txt'), 1_710_000_000, 1_710_000_000);
  expect(await alice.sync()).toMatchObject({ generation: 1, uploaded: 0, requests: 1 });
  alice.write('b.txt', 'two');
  await alice.sync();
  await bob.sync();
  expect(statSync(join(bob.root, 'a.txt')).mtimeMs).toBeCloseTo(1_700_000_000_123, 2);
});

test('hidden files travel like others, both ways, and are not taken for gone', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('.settings', 'one');
  alice.write('.cache/deep/.mark', 'two');
  await alice.sync();
  await bob.sync();
  expect(bob.files()).toEqual({ '.cache/deep/.mark': 'two', '.settings': 'one' });
  bob.write('.settings', 'one more');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, deletedRemote: 0 });
  expect(await alice.sync()).toMatchObject({ downloaded: 1, deletedLocal: 0 });
  expect(alice.files()).toEqual(bob.files());
  await world.expectNothingLost();
});

test('a push is in step with the commit it makes, unless others have written what is not here yet', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  const known = async () => (await createBaseStore(alice.state).load())?.meta.commit;
  alice.write('a.txt', 'one');
  await alice.sync({ direction: 'push' });
  alice.write('a.txt', 'two');
  await alice.sync({ direction: 'push' });
  expect(await known()).toEqual({ id: (await world.remote()).chain[0], files: 1 });

  await bob.sync();
  bob.write('b.txt', 'of bob');
  await bob.sync();
  const before = await known();
  alice.write('c.txt', 'of alice');
  await alice.sync({ direction: 'push' });
  alice.write('c.txt', 'of alice again');
  await alice.sync({ direction: 'push' });
  expect(await known()).toEqual(before);
  expect(await alice.sync()).toMatchObject({ downloaded: 1 });
  expect(await known()).toEqual({ id: (await world.remote()).chain[0], files: 3 });
  await world.expectNothingLost();
});

test('what a conflict left to bring is not forgotten by a push after the conflict is gone', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  alice.write('a.txt', 'one');
  await alice.sync();
  await bob.sync();
  bob.write('a.txt', 'of bob');
  await bob.sync();
  alice.write('a.txt', 'of alice');
  expect(await alice.sync()).toMatchObject({ conflicts: [{ path: 'a.txt' }] });
  alice.write('a.txt', 'one');
  alice.write('b.txt', 'more');
  await alice.sync({ direction: 'push' });
  await alice.sync();
  expect(alice.files()).toEqual({ 'a.txt': 'of bob', 'b.txt': 'more' });
});
