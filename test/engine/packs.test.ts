import { expect, test } from 'vitest';
import { PACK_LIMITS } from '../../src/core/plan/packs.ts';
import { drawn } from '../support/drawn.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { openWorld, type Replica } from '../support/replica.ts';

/* Small files travel together: one object goes up, ranges of it come down, each content verified by itself. */

test('many small files go up in one object and come down in one request', async () => {
  const { world, alice, bob } = await apart(300);
  expect(objects(alice)).toHaveLength(1);
  expect(await bob.sync()).toMatchObject({ downloaded: 300, problems: [] });
  expect(reads(bob)).toHaveLength(1);
  expect(bob.files()).toEqual(alice.files());
  expect(await world.remoteFiles()).toEqual(alice.files());
});

test('of a pack only what is wanted is asked for', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (let index = 0; index < 20; index += 1) alice.write(`${index + 10}.bin`, drawn(200 << 10, index + 1));
  await alice.sync();
  await bob.sync();
  for (const path of ['10.bin', '11.bin', '29.bin']) bob.remove(path);
  await bob.sync({ direction: 'pull' });
  bob.store.forget();
  // Put back under other names, as another workspace would: what stands in the pack is used where it lies.
  alice.rename('10.bin', 'a.bin');
  alice.rename('11.bin', 'b.bin');
  alice.rename('29.bin', 'c.bin');
  alice.store.forget();
  await alice.sync();
  expect(objects(alice)).toEqual([]);
  expect(await bob.sync()).toMatchObject({ downloaded: 3, problems: [] });
  expect(reads(bob)).toHaveLength(2);
  expect(bob.files()).toEqual(alice.files());
});

test('equal contents are in the pack once', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  for (let index = 0; index < 50; index += 1) alice.write(`same/${index}`, 'the same');
  alice.write('other', 'other');
  await alice.sync();
  const sizes = [...world.bucket].filter(([key]) => key.includes('/objects/')).map(([, { bytes }]) => bytes.byteLength);
  expect(sizes).toEqual(['the same'.length + 'other'.length]);
  expect(await world.remoteFiles()).toEqual(alice.files());
});

test('a file that moves while its pack is read stays out of it, and goes up in the same cycle', async () => {
  const world = openWorld({ packs: { ...PACK_LIMITS, keptBytes: 0 } });
  let left = 1;
  const alice = world.replica('alice', {
    files: (files) => ({
      ...oneByOne(files),
      async open(path) {
        const file = await files.open(path);
        if (path !== 'moves') return file;
        return {
          ...file,
          async read(offset, length) {
            const bytes = await file.read(offset, length);
            // The scan reads first, then the pack.
            if (left-- === 0) alice.write('moves', 'written meanwhile');
            return bytes;
          },
        };
      },
    }),
  });
  for (const path of ['before', 'moves', 'then']) alice.write(path, `content of ${path}`);
  expect(await alice.sync()).toMatchObject({ uploaded: 3, problems: [] });
  expect(await world.remoteFiles()).toEqual(alice.files());
  expect(alice.read('moves')).toBe('written meanwhile');
});

test.each([
  [1_000, 6],
  // Two of the three have room.
  [600, 7],
  [0, 10],
])(
  'with room for %i bytes, files are read %i times in two looks; one that moves before it is sent goes up in the same cycle',
  async (keptBytes, readings) => {
    const world = openWorld({ packs: { ...PACK_LIMITS, keptBytes } });
    let opened = 0;
    const alice = world.replica('alice', {
      files: (files) => ({
        ...oneByOne(files),
        open: (path) => {
          opened += 1;
          return files.open(path);
        },
      }),
    });
    for (const path of ['before', 'moves', 'then']) alice.write(path, `content of ${path}`);
    alice.store.plan({
      on: 'put',
      key: /^objects/,
      fault: { kind: 'between', run: () => alice.write('moves', 'written meanwhile') },
    });
    expect(await alice.sync()).toMatchObject({ uploaded: 3, problems: [] });
    expect(await world.remoteFiles()).toEqual(alice.files());
    expect(alice.read('moves')).toBe('written meanwhile');
    expect(opened).toBe(readings);
  },
);

test('what was read to plan and is gone, or another, when it is to be sent is not sent', async () => {
  const world = openWorld({ compression: { least: Number.POSITIVE_INFINITY } });
  const alice = world.replica('alice');
  for (let index = 0; index < 100; index += 1) alice.write(`many/${index}`, `content ${index}`);
  for (const path of ['stays', 'goes', 'changes']) alice.write(path, `secret of ${path}`);
  // The lease is taken between the look and the sending.
  alice.store.plan({
    on: 'put',
    key: /^head/,
    fault: {
      kind: 'between',
      run: () => {
        alice.remove('goes');
        alice.write('changes', 'as long, no more!');
      },
    },
  });
  expect(await alice.sync()).toMatchObject({ uploaded: 102, problems: [] });
  const sent = [...world.bucket.values()].map(({ bytes }) => Buffer.from(bytes).toString()).join();
  expect(sent).toContain('secret of stays');
  expect(sent).not.toMatch(/secret of (?:goes|changes)/);
  expect(await world.remoteFiles()).toEqual(alice.files());
});

test('what a failed push had packed is copied under the next epoch, not sent again, with what is new beside it', async () => {
  const { alice, bob, world } = await apart(1);
  await bob.sync();
  for (let index = 0; index < 40; index += 1) bob.write(`new/${index}`, `content ${index}`);
  bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  alice.write('meanwhile', 'hers');
  await alice.sync();
  bob.write('new/late-1', 'since then');
  bob.write('new/late-2', 'and this');
  bob.store.forget();
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 42, downloaded: 1 });
  expect(bob.store.calls.filter(({ operation }) => operation === 'copy')).toHaveLength(1);
  expect(objects(bob)).toHaveLength(1);
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('a pack that is remembered and no longer there is sent again', async () => {
  const { bob, world } = await apart(1);
  await bob.sync();
  for (let index = 0; index < 5; index += 1) bob.write(`new/${index}`, `content ${index}`);
  bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  const [pack = ''] = objects(bob);
  world.bucket.delete(`team/${pack}`);
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 5, problems: [] });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('a bit that flips in a pack harms one file of it; the others come', async () => {
  const { world, alice, bob } = await apart(30);
  const { content } = harm(world.bucket, alice, '7', (bytes, at) => bytes.with(at, (bytes[at] ?? 0) ^ 1));
  const report = await bob.sync();
  expect(report).toMatchObject({ downloaded: 29, problems: [{ path: 'many/7' }] });
  expect(report.problems[0]?.reason).toContain('hash');
  expect(Object.values(bob.files())).not.toContain(content);
  expect(await alice.datastore.verify({ repair: true })).toMatchObject({ drift: [], repaired: [{ path: 'many/7' }] });
  expect(await bob.sync()).toMatchObject({ downloaded: 1, problems: [] });
  expect(bob.files()).toEqual(alice.files());
});

test('verify reads a pack once', async () => {
  const { alice } = await apart(100);
  alice.store.forget();
  expect(await alice.datastore.verify()).toMatchObject({ remoteFiles: 100, drift: [] });
  expect(reads(alice)).toHaveLength(1);
});

test.each([
  ['is missing', null],
  ['is cut', (bytes: Uint8Array, at: number) => bytes.subarray(0, at)],
] as const)(
  'a pack that %s: what cannot be had is named, the rest comes, and a repair brings it back',
  async (_what, change) => {
    const { world, alice, bob } = await apart(30);
    alice.write('alone', 'in an object of its own');
    await alice.sync();
    harm(world.bucket, alice, '7', change);
    const report = await bob.sync();
    expect(report.downloaded + report.problems.length).toBe(31);
    expect(report.problems.map(({ path }) => path)).toContain('many/7');
    expect(bob.read('alone')).toBe('in an object of its own');
    await alice.datastore.verify({ repair: true });
    expect(await bob.sync()).toMatchObject({ downloaded: report.problems.length, problems: [] });
    expect(bob.files()).toEqual(alice.files());
  },
);

test('a store that refuses what is missing: verify names the files of the pack, and the rest', async () => {
  const { alice } = await apart(3);
  alice.write('alone', 'in an object of its own');
  await alice.sync();
  const [pack = ''] = objects(alice);
  alice.store.plan({ on: 'get', key: new RegExp(pack), times: 99, fault: { kind: 'fail-before', error: 'denied' } });
  const { drift } = await alice.datastore.verify();
  expect(drift.map(({ kind, path }) => [kind, path])).toEqual(
    ['many/0', 'many/1', 'many/2'].map((path) => ['remote-unreadable', path]),
  );
});

test.each(['{}', '[1]', '7', '["x"]', `[["${'0'.repeat(64)}","objects/of an older version"]]`, 'no JSON'])(
  'a record of uploads that reads %s is no record',
  async (text) => {
    const { bob, world } = await apart(1);
    await bob.sync();
    await bob.state.write('uploads.json', new TextEncoder().encode(text));
    for (let index = 0; index < 5; index += 1) bob.write(`new/${index}`, `content ${index}`);
    expect(await bob.sync()).toMatchObject({ uploaded: 5, problems: [] });
    expect(await world.remoteFiles()).toEqual(bob.files());
  },
);

test('a pack of an earlier try that was cut since is sent again, under whatever epoch', async () => {
  const { alice, bob, world } = await apart(1);
  await bob.sync();
  for (let index = 0; index < 5; index += 1) bob.write(`new/${index}`, `content ${index}`);
  bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  const key = `team/${objects(bob)[0]}`;
  const pack = world.bucket.get(key);
  if (pack) world.bucket.set(key, { ...pack, bytes: pack.bytes.subarray(0, 4) });
  alice.write('meanwhile', 'hers');
  await alice.sync();
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 5, problems: [] });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('files of many packs come down in no more than two groups at once', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  for (let pack = 0; pack < 12; pack += 1) {
    for (let index = 0; index < 15; index += 1) alice.write(`${pack}/${index}`, `content ${pack} ${index}`);
    await alice.sync();
  }
  let [open, most] = [0, 0];
  const bob = world.replica('bob', {
    files: (files) => ({
      ...files,
      async stageAll(contents) {
        open += 1;
        most = Math.max(most, open);
        try {
          return await files.stageAll(contents);
        } finally {
          open -= 1;
        }
      },
    }),
  });
  expect(await bob.sync()).toMatchObject({ downloaded: 180, problems: [] });
  expect(most).toBe(2);
});

/** Alice has sent `count` small files; Bob has nothing yet. */
async function apart(count: number) {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (let index = 0; index < count; index += 1) alice.write(`many/${index}`, `content ${index}`);
  await alice.sync();
  return { world, alice, bob };
}

type Bucket = ReturnType<typeof openWorld>['bucket'];

/** Changes the pack that holds `many/<index>` at the place where that lies; null takes the pack away. */
function harm(
  bucket: Bucket,
  replica: Replica,
  index: string,
  change: ((bytes: Uint8Array, at: number) => Uint8Array) | null,
) {
  const content = replica.read(`many/${index}`);
  for (const [key, object] of bucket) {
    const at = Buffer.from(object.bytes).indexOf(content);
    if (!key.includes('/objects/') || at < 0) continue;
    if (change === null) bucket.delete(key);
    else bucket.set(key, { ...object, bytes: change(object.bytes, at) });
  }
  return { content };
}

const objects = (replica: Replica) => replica.store.puts().filter((key) => key.startsWith('objects/'));

const reads = (replica: Replica) =>
  replica.store.calls.filter(({ operation, key }) => operation === 'get' && key.startsWith('objects/'));
