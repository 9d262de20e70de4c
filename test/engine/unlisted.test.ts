import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { StoreError } from '../../src/core/errors.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { APART, openWorld, type Replica } from '../support/replica.ts';

/* Where listing is not allowed, S3 says `denied` of a key that is gone: what a collector took away must not look like a lost permission. */

/** As S3 answers who lacks s3:ListBucket. */
const unlisted = (store: ObjectStore): ObjectStore => {
  const denied = (error: unknown): never => {
    throw error instanceof StoreError && error.kind === 'missing' ? new StoreError('denied', 'Access Denied') : error;
  };
  return {
    ...store,
    get name() {
      return store.name;
    },
    get traffic() {
      return store.traffic;
    },
    get: (key, options) => store.get(key, options).catch(denied),
    head: (key, options) => store.head(key, options).catch(denied),
    copy: (from, to, options) => store.copy(from, to, options).catch(denied),
    list: () => Promise.reject(new StoreError('denied', 'Access Denied')),
  };
};

const BOTH = 'it is missing, or may not be read';

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** bob may not list, and is in step with what alice has written. */
async function pair() {
  const world = openWorld({ packs: APART, history: { commits: 1, ms: 0, collects: false } });
  const alice = world.replica('alice');
  for (const path of ['a.txt', 'b.txt', 'c.txt']) alice.write(path, `first of ${path}`);
  await alice.sync();
  const bob = world.replica('bob', { decorate: unlisted });
  await bob.sync();
  return { world, alice, bob };
}

/** More commits than head remembers; gives the latest generation. */
async function goOn(replica: Replica): Promise<number> {
  let generation = 0;
  for (let version = 1; version <= 40; version += 1) {
    replica.write('a.txt', `version ${version}`);
    generation = (await replica.sync()).generation ?? 0;
  }
  return generation;
}

test('away for longer than the history: it is asked, and joined, and nothing is deleted', async () => {
  const { world, alice, bob } = await pair();
  alice.remove('b.txt');
  const generation = await goOn(alice);
  await alice.datastore.gc();
  bob.write('mine.txt', 'mine');
  const asked = await bob.failing();
  expect(asked).toMatchObject({ kind: 'veto', details: [{ kind: 'unrelated-remote', generation }] });
  expect(asked.message).toContain('the last commit that was seen here is not in the history of the remote');
  expect(bob.files()).toMatchObject({ 'b.txt': 'first of b.txt', 'mine.txt': 'mine' });
  expect(await bob.sync({ acceptRemote: generation })).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
  expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'first of b.txt', 'mine.txt': 'mine' });
  expect(await bob.sync()).toMatchObject({ problems: [], conflicts: [{ path: 'a.txt' }] });
});

test.each([
  ['of contents', /^objects/],
  ['of a shard', /^index/],
])('a pull that meets a collection in the middle %s starts from the new commit', async (_title, key) => {
  const { alice, bob } = await pair();
  alice.write('a.txt', 'second');
  await alice.sync();
  bob.store.plan({
    on: 'get',
    key,
    fault: {
      kind: 'between',
      async run() {
        alice.write('a.txt', 'third');
        await alice.sync();
        await alice.datastore.gc();
      },
    },
  });
  expect(await bob.sync()).toMatchObject({ problems: [], conflicts: [] });
  expect(bob.files()).toEqual(alice.files());
});

test('a content that is lost names its path, and what it may be; the rest proceeds', async () => {
  const { world, alice, bob } = await pair();
  for (const path of ['a.txt', 'b.txt']) alice.write(path, `second of ${path}`);
  await alice.sync();
  const object = (await alice.datastore.contents()).get('a.txt' as SyncPath)?.slices[0]?.object;
  world.bucket.delete(`team/${object}`);
  expect(await bob.sync()).toMatchObject({
    downloaded: 1,
    problems: [{ path: 'a.txt', reason: `the store refuses its content: ${BOTH}` }],
  });
  expect(bob.files()).toMatchObject({ 'a.txt': 'first of a.txt', 'b.txt': 'second of b.txt' });
});

test.each([
  ['shard', 'index/', 'corrupt'],
  ['commit', 'commits/', 'denied'],
])('a %s that is lost is said to be, or not to be readable, and nothing is done', async (_what, folder, kind) => {
  const { world, alice, bob } = await pair();
  alice.write('a.txt', 'second');
  await alice.sync();
  bob.write('b.txt', 'mine');
  for (const key of world.bucket.keys()) if (key.startsWith(`team/${folder}`)) world.bucket.delete(key);
  const failed = await bob.failing();
  expect(failed).toMatchObject({ kind });
  expect(failed.message).toContain(BOTH);
  expect(bob.files()).toMatchObject({ 'a.txt': 'first of a.txt', 'b.txt': 'mine', 'c.txt': 'first of c.txt' });
  expect(bob.store.puts()).toEqual([]);
});

test('a version of a collected commit is said to be gone', async () => {
  const { alice, bob } = await pair();
  alice.write('a.txt', 'second');
  await alice.sync();
  await alice.datastore.gc();
  await bob.sync();
  const read = bob.datastore.readVersion('a.txt', versionOf('first of a.txt'))[Symbol.asyncIterator]();
  await expect(read.next()).rejects.toMatchObject({ kind: 'usage' });
});

/** bob's last push, which deletes c.txt, has landed without his knowing; c.txt is there again, and he is far behind. */
async function landedUnheard() {
  const { world, alice, bob } = await pair();
  bob.write('warm', 'w');
  await bob.sync();
  bob.remove('c.txt');
  bob.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'fail-after', error: 'unreachable' } });
  bob.store.plan({ on: 'get', key: /^head/, skip: 1, times: 99, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect(await bob.failing()).toMatchObject({ kind: 'unknown-outcome' });
  bob.store.heal();
  bob.write('c.txt', 'first of c.txt');
  await alice.sync();
  expect(alice.files()['c.txt']).toBeUndefined();
  const generation = await goOn(alice);
  const older = new RegExp(`^commits/(?!${String(generation).padStart(10, '0')})`);
  bob.store.plan({ on: 'get', key: older, times: 999, fault: { kind: 'fail-before', error: 'denied' } });
  expect(await bob.failing()).toMatchObject({ kind: 'veto', details: [{ kind: 'unrelated-remote' }] });
  return { world, bob, generation };
}

test('commits that may not be read for a while: a push of unknown outcome is not forgotten meanwhile', async () => {
  const { world, bob } = await landedUnheard();
  bob.store.heal();
  // Without the note of that push, its being gone there would look like a deletion of another.
  expect(await bob.sync()).toMatchObject({ deletedLocal: 0, uploaded: 1 });
  expect(await world.remoteFiles()).toMatchObject({ 'c.txt': 'first of c.txt' });
});

test('where they are given up, that push is, too, and what it had deleted comes back', async () => {
  const { world, bob, generation } = await landedUnheard();
  expect(await bob.sync({ acceptRemote: generation })).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
  bob.store.heal();
  bob.store.forget();
  expect(await bob.sync()).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
  // Nothing of the history is looked for any more.
  expect(bob.store.calls.filter(({ key }) => key.startsWith('commits/'))).toEqual([]);
  expect(await world.remoteFiles()).toMatchObject({ 'c.txt': 'first of c.txt' });
});
