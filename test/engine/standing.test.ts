import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import { drawn } from '../support/drawn.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

/* What the commit has already is not sent again, unless the bucket lost it meanwhile. */

const CHUNKS: ChunkLimits = { least: 1_000, average: 3_048, most: 8_000 };
const large = drawn(60_000);
const more = Buffer.concat([large, drawn(5_000, 7)]);

const objects = (replica: Replica) => replica.store.puts().filter((key) => key.startsWith('objects/'));

async function openLarge() {
  const world = openWorld({ chunks: CHUNKS });
  const alice = world.replica('alice');
  alice.write('large.bin', large);
  await alice.sync();
  const keys = objects(alice);
  expect(keys.length).toBeGreaterThan(10);
  alice.store.forget();
  return { world, alice, keys: keys.map((key) => `team/${key}`) };
}

const harms: Record<string, (world: World, keys: readonly string[]) => void> = {
  'is gone': ({ bucket }, keys) => keys.forEach((key) => bucket.delete(key)),
  'was cut': ({ bucket }, keys) =>
    keys.forEach((key) => {
      const found = bucket.get(key);
      if (found) bucket.set(key, { ...found, bytes: found.bytes.subarray(0, 9) });
    }),
  'has other bytes, as its checksum tells': ({ bucket }, keys) =>
    keys.forEach((key) => {
      const found = bucket.get(key);
      const bytes = found?.bytes.map((byte) => 255 - byte);
      if (found && bytes) bucket.set(key, { ...found, bytes, sha256: sha256(bytes) });
    }),
};

/** What its checksum does not tell. */
const grown: typeof harms = {
  'has grown': ({ bucket }, keys) =>
    keys.forEach((key) => {
      const found = bucket.get(key);
      if (found) bucket.set(key, { ...found, bytes: Buffer.concat([found.bytes, Buffer.of(0)]) });
    }),
};

test.each(Object.entries({ ...harms, ...grown }))(
  'a chunk that %s is sent again with the file that was edited',
  async (_how, harm) => {
    const { world, alice, keys } = await openLarge();
    harm(world, keys.slice(2, 5));
    alice.write('large.bin', more);
    expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
    // Those that stood, and no more, were spared.
    expect(objects(alice).length).toBeGreaterThanOrEqual(4);
    expect(objects(alice).length).toBeLessThan(8);
    await expectToArrive(world, { 'large.bin': more });
  },
);

test.each(Object.entries(harms))('a file whose object %s is sent again when it is renamed', async (_how, harm) => {
  const { world, alice, keys } = await openLarge();
  alice.write('small.txt', 'small');
  await alice.sync();
  harm(world, [keys[3] ?? '', ...objects(alice).map((key) => `team/${key}`)]);
  alice.rename('large.bin', 'renamed.bin');
  alice.rename('small.txt', 'renamed.txt');
  expect(await alice.sync()).toMatchObject({ uploaded: 2, deletedRemote: 2, problems: [] });
  await expectToArrive(world, { 'renamed.bin': large, 'renamed.txt': Buffer.from('small') });
});

test('a renamed file that is whole there is not sent, and a store that says nothing of it is no reason to trust', async () => {
  const { world, alice } = await openLarge();
  alice.rename('large.bin', 'renamed.bin');
  expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
  expect(objects(alice)).toEqual([]);
  alice.rename('renamed.bin', 'again.bin');
  alice.store.plan({ on: 'head', key: /^objects/, times: 1_000, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await alice.failing()).kind).toBe('offline');
  alice.store.heal();
  // As S3 answers for what is missing, where listing is not allowed.
  alice.store.plan({ on: 'head', key: /^objects/, times: 1_000, fault: { kind: 'fail-before', error: 'denied' } });
  expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
  expect(objects(alice).length).toBeGreaterThan(10);
  alice.store.heal();
  await expectToArrive(world, { 'again.bin': large });
});

test('each object is asked for once, and of a small push nothing is', async () => {
  const { alice } = await openLarge();
  alice.write('small.txt', 'small');
  await alice.sync();
  expect(alice.store.calls.filter(({ operation }) => operation === 'head')).toEqual([]);
  alice.write('large.bin', more);
  alice.write('copy.bin', large);
  await alice.sync();
  const asked = alice.store.calls.flatMap(({ operation, key }) => (operation === 'head' ? [key] : []));
  expect(asked.length).toBeGreaterThan(10);
  expect(new Set(asked).size).toBe(asked.length);
});

async function expectToArrive(world: World, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const bob = world.replica('bob');
  const seen = Object.keys(files).length;
  expect(await bob.sync()).toMatchObject({ downloaded: seen, problems: [] });
  expect(await bob.datastore.verify()).toMatchObject({ drift: [], remoteFiles: seen });
  const contents = [...(await bob.datastore.contents()).values()];
  expect(new Map(contents.map(({ path, sha256 }) => [path as string, sha256]))).toEqual(
    new Map(Object.entries(files).map(([path, content]) => [path, sha256(content)])),
  );
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
