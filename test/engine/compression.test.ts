import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { bounded, createBudget } from '../../src/adapters/store/bounded.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import { drawn } from '../support/drawn.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

const KIB = 1 << 10;
const CHUNKS: ChunkLimits = { least: 16 * KIB, average: 32 * KIB, most: 64 * KIB };

const textOf = (lines: number, seed = 0): string =>
  Array.from({ length: lines }, (_, nth) => `line ${nth} of text number ${seed}, much like the others\n`).join('');

const objects = (replica: Replica) => replica.store.puts().filter((key) => key.startsWith('objects/'));
const reads = (replica: Replica) =>
  replica.store.calls.filter(({ operation, key }) => operation === 'get' && key.startsWith('objects/'));

const storedBytes = ({ bucket }: World): number =>
  [...bucket].filter(([key]) => key.includes('/objects/')).reduce((sum, [, { bytes }]) => sum + bytes.byteLength, 0);

async function slicesOf(replica: Replica, path: string) {
  const contents = await replica.datastore.contents();
  return [...contents.values()].flatMap((entry) => (entry.path === path && 'slices' in entry ? entry.slices : []));
}

test('small files are compressed where it is worth it, and still travel together', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (let nth = 0; nth < 30; nth += 1) alice.write(`text/${nth}`, textOf(400, nth));
  alice.write('tiny', 'tiny tiny tiny tiny tiny tiny tiny tiny tiny');
  alice.write('photo', drawn(20 * KIB));
  await alice.sync();
  expect(objects(alice)).toHaveLength(1);
  expect(storedBytes(world)).toBeLessThan(100 * KIB);
  expect(await slicesOf(alice, 'text/7')).toMatchObject([{ encoding: 'zstd' }]);
  for (const path of ['tiny', 'photo']) expect((await slicesOf(alice, path))[0]).not.toHaveProperty('encoding');
  expect(await bob.sync()).toMatchObject({ downloaded: 32, problems: [] });
  expect(reads(bob)).toHaveLength(1);
  expect(bob.files()).toEqual(alice.files());
  expect(await bob.datastore.verify()).toMatchObject({ drift: [] });
  await world.remote();
});

test('of a large text that was edited only the chunks that changed are sent', async () => {
  const world = openWorld({ chunks: CHUNKS });
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  alice.write('large.txt', textOf(30_000));
  await alice.sync();
  await bob.sync();
  const slices = await slicesOf(alice, 'large.txt');
  expect(slices.length).toBeGreaterThan(10);
  expect(slices.every(({ encoding, sha256 }) => encoding === 'zstd' && sha256 !== undefined)).toBe(true);
  bob.write('large.txt', `${textOf(15_000)}inserted\n${textOf(30_000).slice(textOf(15_000).length)}appended\n`);
  bob.store.forget();
  await bob.sync();
  expect(objects(bob).length).toBeGreaterThan(0);
  expect(objects(bob).length).toBeLessThan(6);
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
  await world.remote();
});

test('what was compressed for a push that failed is copied, and named as it is', async () => {
  const world = openWorld({ chunks: CHUNKS });
  const alice = world.replica('alice');
  alice.write('large.txt', textOf(10_000));
  for (let nth = 0; nth < 5; nth += 1) alice.write(`text/${nth}`, textOf(400, nth));
  alice.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await alice.failing()).kind).toBe('offline');
  alice.restart();
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: 6 });
  expect(objects(alice)).toEqual([]);
  expect(await world.remoteFiles()).toEqual(alice.files());
});

test('where the machine has no zstd, all goes as it is, and what is compressed is a problem of its own', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const old = world.replica('old', {
    codec: WITHOUT,
    decorate: (store) => bounded(store, createBudget({ requests: 2 })),
  });
  old.write('plain.txt', textOf(400));
  await old.sync();
  expect((await slicesOf(old, 'plain.txt'))[0]).not.toHaveProperty('encoding');
  for (const nth of [1, 2, 3]) alice.write(`text/${nth}`, textOf(400, nth));
  alice.write('tiny', 'tiny');
  await alice.sync();
  const { problems, downloaded } = await old.sync();
  expect(downloaded).toBe(1);
  expect(problems).toHaveLength(3);
  for (const { reason } of problems) expect(reason).toMatch(/zstd.*22\.15/);
  const { drift } = await old.datastore.verify();
  expect(new Set(drift.map(({ kind }) => kind))).toEqual(new Set(['remote-unreadable']));
  // What could not be read is neither deleted nor replaced there.
  old.write('plain.txt', textOf(400, 4));
  await old.sync();
  expect(await world.remoteFiles()).toMatchObject({ 'text/1': textOf(400, 1), 'plain.txt': textOf(400, 4) });
});

/** As on a Node that has none: the probe of `nodeCodec` finds the same there. */
const WITHOUT = { ...nodeCodec, zstd: null };
