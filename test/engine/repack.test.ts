import { expect, test } from 'vitest';
import { drawn } from '../support/drawn.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

/* A pack that is less than half alive is rewritten by a push that is under way anyhow; for nobody anything changes. */

const name = (nth: number) => `f/${String(nth).padStart(3, '0')}.txt`;
const content = (nth: number) => `the content of ${nth}`;

/** `files` small ones in one pack. */
async function packed(files: number) {
  const world = openWorld({ history: { commits: 1, ms: 0, collects: false } });
  const alice = world.replica('alice');
  for (let nth = 0; nth < files; nth += 1) alice.write(name(nth), content(nth));
  await alice.sync();
  const [pack = ''] = objects(world);
  expect(objects(world)).toEqual([pack]);
  alice.store.forget();
  return { world, alice, pack };
}

const objects = ({ bucket }: World): readonly string[] =>
  [...bucket.keys()].map((key) => key.replace('team/', '')).filter((key) => key.startsWith('objects/'));

const reads = ({ store }: Replica) =>
  store.calls.filter(({ operation, key }) => operation === 'get' && key.startsWith('objects/'));
const asks = ({ store }: Replica) => store.calls.filter(({ operation }) => operation === 'head');

/** By path, of the commit that stands. */
async function named({ datastore }: Replica): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await datastore.contents();
  return new Map([...found].map(([path, { slices }]) => [path, slices.map(({ object }) => object)]));
}

/** Of the commit that stands. */
async function statsOf(world: World): Promise<unknown> {
  const key =
    [...world.bucket.keys()]
      .filter((one) => one.startsWith('team/commits/'))
      .toSorted()
      .at(-1) ?? '';
  return (JSON.parse(Buffer.from(world.bucket.get(key)?.bytes ?? []).toString()) as { stats: unknown }).stats;
}

const change = (replica: Replica, from: number, to: number) => {
  for (let nth = from; nth < to; nth += 1) replica.write(name(nth), `${content(nth)}, changed`);
};

test('less than half alive: what lives in it goes to a new pack with a small push, and is read here', async () => {
  const { world, alice, pack } = await packed(20);
  const before = await alice.datastore.contents();
  change(alice, 0, 12);
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: 12, problems: [] });
  expect(reads(alice)).toEqual([]);
  expect(asks(alice)).toEqual([]);
  // The changed ones, and the others.
  expect(alice.store.puts().filter((key) => key.startsWith('objects/'))).toHaveLength(2);
  expect([...(await named(alice)).values()].flat()).not.toContain(pack);
  // What is only moved is no change of the tree.
  expect(await statsOf(world)).toMatchObject({ files: 20, added: 0, changed: 12, removed: 0 });
  const files = await world.remoteFiles();
  for (let nth = 12; nth < 20; nth += 1) expect(files[name(nth)]).toBe(content(nth));
  const after = await alice.datastore.contents();
  for (const [path, entry] of [...before].slice(12))
    expect(after.get(path)).toEqual({ ...entry, slices: after.get(path)?.slices });
  expect(await alice.datastore.gc()).toMatchObject({ objects: 1 });
  expect(objects(world)).not.toContain(pack);
  await world.remote();
});

test('half alive: it stays', async () => {
  const { alice, pack } = await packed(20);
  change(alice, 0, 9);
  await alice.sync();
  expect([...(await named(alice)).values()].flat().filter((object) => object === pack)).toHaveLength(11);
});

test('for another workspace nothing has changed', async () => {
  const { world, alice } = await packed(20);
  const bob = world.replica('bob');
  await bob.sync();
  change(alice, 0, 12);
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ downloaded: 12, uploaded: 0, problems: [] });
  expect(bob.files()).toEqual(alice.files());
  expect(await bob.sync()).toMatchObject({ downloaded: 0, uploaded: 0 });
  expect(await alice.sync()).toMatchObject({ downloaded: 0, uploaded: 0 });
});

test('only its beginning lives: a push that takes the lease asks for its size', async () => {
  const { world, alice, pack } = await packed(400);
  change(alice, 80, 400);
  expect(await alice.sync()).toMatchObject({ uploaded: 320 });
  expect(asks(alice).map(({ key }) => key)).toEqual([pack]);
  expect([...(await named(alice)).values()].flat()).not.toContain(pack);
  expect((await world.remoteFiles())[name(7)]).toBe(content(7));
});

test('a small push asks for nothing', async () => {
  const { alice, pack } = await packed(60);
  change(alice, 20, 60);
  expect(await alice.sync()).toMatchObject({ uploaded: 40 });
  expect(asks(alice)).toEqual([]);
  expect((await named(alice)).get(name(0))).toEqual([pack]);
});

test('renaming all of it asks for nothing, and sends nothing', async () => {
  const { alice, pack } = await packed(100);
  for (let nth = 0; nth < 100; nth += 1) alice.rename(name(nth), `g/${nth}`);
  alice.store.forget();
  expect(await alice.sync({ allowMassDelete: true })).toMatchObject({ uploaded: 100 });
  expect(alice.store.puts().filter((key) => key.startsWith('objects/'))).toEqual([]);
  expect([...(await named(alice)).values()].flat().every((object) => object === pack)).toBe(true);
});

/** bob leaves the last two out: only the remote has them for him. */
async function partly() {
  const { world, alice, pack } = await packed(20);
  const bob = world.replica('bob', { skip: (path) => path === name(18) || path === name(19) });
  await bob.sync();
  change(bob, 0, 14);
  bob.store.forget();
  return { world, alice, bob, pack };
}

test('what is not here is fetched together, verified, and goes along', async () => {
  const { world, alice, bob, pack } = await partly();
  expect(await bob.sync()).toMatchObject({ uploaded: 14, problems: [] });
  expect(reads(bob)).toHaveLength(1);
  expect([...(await named(bob)).values()].flat()).not.toContain(pack);
  expect(await world.remoteFiles()).toMatchObject({ [name(18)]: content(18), [name(19)]: content(19) });
  expect(await alice.sync()).toMatchObject({ downloaded: 14 });
});

test('what is fetched and damaged stays where it is, with its pack', async () => {
  const { world, bob, pack } = await partly();
  const stored = world.bucket.get(`team/${pack}`);
  const bytes = Uint8Array.from(stored?.bytes ?? []);
  bytes[bytes.length - 1] = 0;
  if (stored) world.bucket.set(`team/${pack}`, { ...stored, bytes });
  expect(await bob.sync()).toMatchObject({ uploaded: 14, problems: [] });
  const at = await named(bob);
  expect(at.get(name(19))).toEqual([pack]);
  expect([...at].filter(([, [object]]) => object === pack)).toHaveLength(1);
  if (stored) world.bucket.set(`team/${pack}`, stored);
  expect((await world.remoteFiles())[name(19)]).toBe(content(19));
});

/** So many packs of three files each, of which the first two are changed. */
async function threes(packs: number) {
  const world = openWorld({ packs: { fileBytes: 1_000, packBytes: 10_000, files: 3, keptBytes: 0 } });
  const alice = world.replica('alice');
  for (let nth = 0; nth < 3 * packs; nth += 1) alice.write(name(nth), content(nth));
  await alice.sync();
  const old = objects(world);
  expect(old).toHaveLength(packs);
  const lives = async (replica: Replica) => {
    const now = new Set([...(await named(replica)).values()].flat());
    return old.filter((object) => now.has(object)).length;
  };
  const changeTwo = (replica: Replica) => {
    for (let nth = 0; nth < 3 * packs; nth += 1) if (nth % 3 < 2) replica.write(name(nth), `${content(nth)}, changed`);
  };
  return { world, alice, lives, changeTwo };
}

test('many sparse packs are rewritten by several pushes', async () => {
  const { alice, lives, changeTwo } = await threes(50);
  const held = await alice.datastore.acquire({ purpose: 'test' });
  changeTwo(alice);
  await alice.sync();
  expect(await lives(alice)).toBe(50 - 32);
  alice.write('other.txt', 'one more');
  await alice.sync();
  await held.release();
  expect(await lives(alice)).toBe(0);
});

test('what is not here is fetched side by side', async () => {
  const { world, lives, changeTwo } = await threes(4);
  let [underWay, most] = [0, 0];
  const bob = world.replica('bob', {
    skip: (path) => /\d+/.test(path) && Number(/\d+/.exec(path)?.[0]) % 3 === 2,
    decorate: (store) => ({
      ...store,
      traffic: store.traffic,
      async get(key, options) {
        if (key.startsWith('objects/')) most = Math.max(most, (underWay += 1));
        await new Promise((go) => setImmediate(go));
        return store.get(key, options).finally(() => (underWay -= key.startsWith('objects/') ? 1 : 0));
      },
    }),
  });
  await bob.sync();
  most = 0;
  changeTwo(bob);
  expect(await bob.sync()).toMatchObject({ uploaded: 8, problems: [] });
  expect(await lives(bob)).toBe(0);
  expect(most).toBeGreaterThan(1);
  await world.remote();
});

/** bob leaves the last of each three out: only the remote has them for him. Those of the first packs are damaged there. */
async function damagedThrees(packs: number, damaged: number) {
  const { world, alice, lives, changeTwo } = await threes(packs);
  const bob = world.replica('bob', { skip: (path) => Number(/\d+/.exec(path)?.[0] ?? 0) % 3 === 2 });
  await bob.sync();
  const at = await named(alice);
  for (let nth = 2; nth < 3 * damaged; nth += 3) {
    const key = `team/${at.get(name(nth))?.[0]}`;
    const stored = world.bucket.get(key);
    if (stored) world.bucket.set(key, { ...stored, bytes: new Uint8Array(stored.bytes.length) });
  }
  changeTwo(bob);
  bob.store.forget();
  return { bob, lives };
}

test('what cannot be had gives its place to the next', async () => {
  // Those with the shortest numbers have least in them, and come first.
  const { bob, lives } = await damagedThrees(10, 3);
  expect(await bob.sync()).toMatchObject({ uploaded: 20, problems: [] });
  expect(await lives(bob)).toBe(10 - 4);
});

test('where nothing can be had, no more than twice as many are tried', async () => {
  const { bob, lives } = await damagedThrees(12, 12);
  expect(await bob.sync()).toMatchObject({ uploaded: 24, problems: [] });
  expect(await lives(bob)).toBe(12);
  expect(reads(bob)).toHaveLength(2 * 4);
});

test('more than a small push may carry waits for one that takes the lease', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const large = (nth: number) => drawn(200_000, nth + 1);
  for (let nth = 0; nth < 40; nth += 1) alice.write(name(nth), large(nth));
  await alice.sync();
  const [pack = ''] = objects(world);
  for (let nth = 0; nth < 12; nth += 1) alice.write(name(nth), 'small now');
  await alice.sync();
  for (let nth = 12; nth < 28; nth += 1) alice.write(name(nth), 'small now');
  alice.store.forget();
  await alice.sync();
  expect((await named(alice)).get(name(39))).toEqual([pack]);
  for (let nth = 100; nth < 400; nth += 1) alice.write(name(nth), content(nth));
  await alice.sync();
  expect((await named(alice)).get(name(39))).not.toEqual([pack]);
  expect((await world.remote()).files.get(name(39))?.equals(large(39))).toBe(true);
  expect(reads(alice)).toEqual([]);
});

test('a small push rewrites what it makes sparse itself; what was so before waits for one that takes the lease', async () => {
  const { alice, lives, changeTwo } = await threes(40);
  const held = await alice.datastore.acquire({ purpose: 'test' });
  changeTwo(alice);
  await alice.sync();
  await held.release();
  expect(await lives(alice)).toBe(40 - 32);
  alice.write('other.txt', 'one more');
  await alice.sync();
  expect(await lives(alice)).toBe(40 - 32);
  const again = await alice.datastore.acquire({ purpose: 'test' });
  alice.write('other.txt', 'one more, changed');
  await alice.sync();
  await again.release();
  expect(await lives(alice)).toBe(0);
});

test('a push that is lost to another while it rewrites is planned again', async () => {
  const { world, alice } = await packed(20);
  const bob = world.replica('bob');
  await bob.sync();
  change(alice, 0, 12);
  alice.store.plan({
    on: 'put',
    key: /^commits/,
    fault: {
      kind: 'between',
      async run() {
        bob.remove(name(19));
        bob.write(name(18), 'his');
        await bob.sync();
      },
    },
  });
  expect(await alice.sync()).toMatchObject({ uploaded: 12, problems: [], conflicts: [] });
  const files = await world.remoteFiles();
  expect(files[name(18)]).toBe('his');
  expect(files[name(17)]).toBe(content(17));
  expect(files[name(19)]).toBeUndefined();
});
