import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import type { GarbageOptions } from '../../src/engine/datastore.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { APART, openWorld, type Replica, type World } from '../support/replica.ts';

/* What no kept commit names goes, and nothing else ever. */

const DAY = 24 * 3_600_000;

/** The latest so many, whatever their age. */
const keep = (commits: number): HistoryPolicy => ({ commits, ms: 0, collects: false });

/** `versions` commits of one file, besides another that never changes. */
async function grown(versions: number, history = keep(2)) {
  const world = openWorld({ packs: APART, history });
  const alice = world.replica('alice');
  alice.write('still.txt', 'still');
  for (let version = 1; version <= versions; version += 1) {
    alice.write('a.txt', `version ${version}`);
    await alice.sync();
  }
  return { world, alice };
}

const keysOf = ({ bucket }: World, group: string): readonly string[] =>
  [...bucket.keys()].map((key) => key.replace('team/', '')).filter((key) => key.startsWith(group));

const generationsOf = (world: World): readonly number[] =>
  keysOf(world, 'commits/')
    .map((key) => Number(key.slice(8, 18)))
    .toSorted((a, b) => a - b);

/** What there is goes up, and no commit names it. */
async function sendInVain(replica: Replica): Promise<void> {
  replica.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'fail-before', error: 'denied' } });
  await replica.failing();
}

/** All that was ever written, by the store's clock. */
function makeOlder({ bucket }: World, ms: number): void {
  for (const [key, stored] of bucket) bucket.set(key, { ...stored, lastModified: stored.lastModified - ms });
}

const deletions = ({ store }: Replica): readonly string[] =>
  store.calls.filter(({ operation }) => operation === 'delete').map(({ key }) => key);

const refused = (replica: Replica, options: GarbageOptions = {}): Promise<SyncError> =>
  replica.datastore.gc(options).then(
    (report) => Promise.reject(new Error(`not refused: ${JSON.stringify(report)}`)),
    (error: SyncError) => error,
  );

describe('what goes', () => {
  test('contents, shards and commits that no kept commit names; what is kept can be read', async () => {
    const { world, alice } = await grown(5);
    const report = await alice.datastore.gc();
    expect(report).toMatchObject({ generation: 5, kept: 2, oldest: 4, commits: 3, shards: 3, objects: 3 });
    expect(keysOf(world, 'commits/').map((key) => Number(key.slice(8, 18)))).toEqual([4, 5]);
    expect(keysOf(world, 'index/')).toHaveLength(2);
    // Two versions, and the file that was there from the beginning.
    expect(keysOf(world, 'objects/')).toHaveLength(3);
    expect((await world.remote()).chain).toHaveLength(2);
    const bob = world.replica('bob');
    await bob.sync();
    expect(bob.files()).toEqual({ 'a.txt': 'version 5', 'still.txt': 'still' });
    expect((await world.remote()).lease).toBeNull();
  });

  test('once: then there is nothing left to collect, and everybody goes on', async () => {
    const { world, alice } = await grown(5);
    await alice.datastore.gc();
    expect(await alice.datastore.gc()).toMatchObject({ kept: 2, commits: 0, shards: 0, objects: 0, bytes: 0 });
    alice.write('a.txt', 'version 6');
    expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
    expect(await world.remoteFiles()).toEqual({ 'a.txt': 'version 6', 'still.txt': 'still' });
  });

  test('a dry run tells the same, takes no lease and changes nothing', async () => {
    const { world, alice } = await grown(5);
    const before = new Map(world.bucket);
    const shown = await alice.datastore.gc({ dryRun: true });
    expect(new Map(world.bucket)).toEqual(before);
    const { commits, shards, objects, bytes } = await alice.datastore.gc();
    expect(shown).toMatchObject({ commits, shards, objects, bytes });
    expect(bytes).toBeGreaterThan(0);
  });

  test('a dry run spares what the holder of the lease has sent, and names them', async () => {
    const { world, alice } = await grown(3);
    const bob = world.replica('bob');
    await bob.sync();
    const lease = await bob.datastore.acquire({ purpose: 'test' });
    bob.write('b.txt', 'under way');
    await sendInVain(bob);
    expect(await alice.datastore.gc({ dryRun: true })).toMatchObject({ commits: 1, objects: 1, holder: 'bob@host' });
    await lease.release();
    expect(await alice.datastore.gc({ dryRun: true })).toMatchObject({ commits: 1, objects: 2, holder: null });
  });

  test('the history is read before the lease is taken, several commits at a time', async () => {
    const { alice } = await grown(20, keep(16));
    alice.store.forget();
    let [underWay, most] = [0, 0];
    alice.restart({
      decorate: (store) => ({
        ...store,
        traffic: store.traffic,
        async get(key, options) {
          if (key.startsWith('commits/')) most = Math.max(most, (underWay += 1));
          await new Promise((go) => setImmediate(go));
          return store.get(key, options).finally(() => (underWay -= key.startsWith('commits/') ? 1 : 0));
        },
      }),
    });
    expect(await alice.datastore.gc()).toMatchObject({ kept: 16, commits: 4 });
    expect(most).toBeGreaterThan(8);
    const calls = alice.store.calls.map(({ operation, key }) => `${operation} ${key.replace(/\/.*/, '/')}`);
    expect(calls.lastIndexOf('get commits/')).toBeLessThan(calls.indexOf('put head.json'));
    expect(calls.lastIndexOf('get index/')).toBeLessThan(calls.indexOf('put head.json'));
  });

  test('commits first, then shards, then objects', async () => {
    const { alice } = await grown(6);
    alice.store.forget();
    await alice.datastore.gc();
    const groups = deletions(alice).map((key) => key.slice(0, key.indexOf('/')));
    expect(groups).toEqual(['commits', 'index', 'objects'].flatMap((group) => Array.from({ length: 4 }, () => group)));
  });

  test('what was uploaded and never named goes, too, and what is no key of the format stays', async () => {
    const { world, alice } = await grown(3);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'never named');
    await sendInVain(bob);
    await world.store.put('objects/of-another-tool', new Uint8Array(3));
    await world.store.put('elsewhere.txt', new Uint8Array(3));
    alice.write('a.txt', 'version 4');
    await alice.sync();
    const before = keysOf(world, 'objects/').length;
    const { objects } = await alice.datastore.gc();
    // Versions 1 and 2, and the upload.
    expect(objects).toBe(3);
    expect(keysOf(world, 'objects/')).toHaveLength(before - 3);
    expect(keysOf(world, '')).toContain('objects/of-another-tool');
    expect(keysOf(world, '')).toContain('elsewhere.txt');
  });

  test('age is told by the store alone: old by its clock goes, young stays, whatever the time is here', async () => {
    const { world } = await grown(5, { commits: 1, ms: 3_600_000, collects: false });
    for (const key of keysOf(world, 'commits/').filter((key) => Number(key.slice(8, 18)) <= 2)) {
      const stored = world.bucket.get(`team/${key}`);
      if (stored) world.bucket.set(`team/${key}`, { ...stored, lastModified: stored.lastModified - 7_200_000 });
    }
    const bob = world.replica('bob');
    await bob.sync();
    // The second was replaced by the third, which is young.
    expect(await bob.datastore.gc()).toMatchObject({ kept: 4, oldest: 2, commits: 1 });
  });

  test('a commit that stood for long is as old as the one that replaced it', async () => {
    const { world, alice } = await grown(2, { commits: 2, ms: 3_600_000, collects: false });
    const bob = world.replica('bob');
    await bob.sync();
    makeOlder(world, 7_200_000);
    for (const version of [3, 4, 5]) {
      alice.write('a.txt', `version ${version}`);
      await alice.sync();
    }
    expect(await alice.datastore.gc()).toMatchObject({ kept: 4, oldest: 2, commits: 1 });
    bob.write('still.txt', 'from before');
    expect(await bob.sync()).toMatchObject({ uploaded: 1, problems: [] });
  });

  test('nothing, where nothing was ever pushed', async () => {
    const world = openWorld();
    const alice = world.replica('alice');
    expect(await alice.datastore.gc()).toMatchObject({ generation: null, kept: 0, objects: 0 });
    expect(world.bucket.size).toBe(0);
  });
});

describe('what cannot be read keeps all', () => {
  test.each(['commits/', 'index/'])('a record of %s that is missing', async (group) => {
    const { world } = await grown(6, keep(4));
    const bob = world.replica('bob');
    await bob.sync();
    // Of a kept commit, and not of the latest, which bob has read.
    const records = keysOf(world, group).toSorted();
    const lost = group === 'commits/' ? records.at(-2) : (await shardsOf(world, 5))[0];
    const stored = world.bucket.get(`team/${lost}`);
    world.bucket.delete(`team/${lost}`);
    const before = new Map(world.bucket);
    const error = await refused(bob);
    expect(error).toMatchObject({ kind: 'corrupt' });
    expect(error.message).toContain(lost);
    expect(error.remedy).toContain('Nothing was deleted');
    expect(withoutHead(world.bucket)).toEqual(withoutHead(before));
    if (stored) world.bucket.set(`team/${lost}`, stored);
    expect(await bob.datastore.gc()).toMatchObject({ kept: 4, commits: 2 });
  });

  test('a damaged shard', async () => {
    const { world } = await grown(6, keep(4));
    const bob = world.replica('bob');
    const [key = ''] = await shardsOf(world, 4);
    const stored = world.bucket.get(`team/${key}`);
    if (stored) world.bucket.set(`team/${key}`, { ...stored, bytes: stored.bytes.subarray(0, 20) });
    expect(await refused(bob)).toMatchObject({ kind: 'corrupt' });
    expect(deletions(bob)).toEqual([]);
  });

  test('a shard that went with what was given up ends the history there', async () => {
    const { world, alice } = await grown(6);
    const [key = ''] = await shardsOf(world, 4);
    const commit = keysOf(world, 'commits/').find((one) => Number(one.slice(8, 18)) === 4) ?? '';
    const stored = world.bucket.get(`team/${commit}`);
    await alice.datastore.gc();
    // Brought back by hand, or by a bucket that forgot the deletion.
    if (stored) world.bucket.set(`team/${commit}`, stored);
    expect(keysOf(world, 'index/')).not.toContain(key);
    const bob = world.replica('bob', { history: keep(100) });
    expect(await bob.datastore.gc()).toMatchObject({ kept: 2, oldest: 5, commits: 1 });
  });

  test('what this machine keeps of a record that is lost is as good', async () => {
    const { world, alice } = await grown(6, keep(4));
    const [key = ''] = await shardsOf(world, 6);
    world.bucket.delete(`team/${key}`);
    expect(await alice.datastore.gc()).toMatchObject({ kept: 4, commits: 2 });
  });

  test('a register of a newer version, with fields that may name more', async () => {
    const { world } = await grown(4);
    const bob = world.replica('bob');
    const head = JSON.parse(Buffer.from(world.bucket.get('team/head.json')?.bytes ?? []).toString()) as object;
    await world.store.put('head.json', Buffer.from(JSON.stringify({ ...head, snapshots: ['commits/1'] })));
    expect(await refused(bob)).toMatchObject({ kind: 'newer-format' });
    expect(deletions(bob)).toEqual([]);
  });

  test('a pointer to the commit with fields of a newer version', async () => {
    const { world } = await grown(4);
    const bob = world.replica('bob');
    const head = JSON.parse(Buffer.from(world.bucket.get('team/head.json')?.bytes ?? []).toString()) as {
      commit: object;
    };
    const commit = { ...head.commit, sideTree: `objects/${'a'.repeat(64)}-1` };
    await world.store.put('head.json', Buffer.from(JSON.stringify({ ...head, commit })));
    expect(await refused(bob)).toMatchObject({ kind: 'newer-format' });
    expect(deletions(bob)).toEqual([]);
  });

  test('a chain that another collector cut is whole for who keeps more', async () => {
    const { world, alice } = await grown(6);
    await alice.datastore.gc();
    const bob = world.replica('bob', { history: keep(100) });
    expect(await bob.datastore.gc()).toMatchObject({ kept: 2, oldest: 5, commits: 0, objects: 0 });
  });

  test('a collection that was broken off is finished by the next one', async () => {
    const { world, alice } = await grown(6);
    const stop = new AbortController();
    alice.store.plan({ on: 'delete', key: /^index/, fault: { kind: 'between', run: () => stop.abort() } });
    expect(await refused(alice, { signal: stop.signal })).toMatchObject({ kind: 'cancelled' });
    await world.remote();
    const report = await alice.datastore.gc();
    expect(report.commits).toBe(0);
    expect(report.objects).toBe(4);
    expect(keysOf(world, 'index/')).toHaveLength(2);
  });
});

test('what a collection with shorter settings left over holds up nobody', async () => {
  const { world, alice } = await grown(40, { commits: 100, ms: 30 * DAY, collects: false });
  const bob = world.replica('bob', { history: keep(1) });
  bob.store.plan({
    on: 'delete',
    key: /^commits.0000000001/,
    times: 9,
    fault: { kind: 'fail-before', error: 'denied' },
  });
  expect(await refused(bob)).toMatchObject({ kind: 'denied' });
  expect(generationsOf(world)[0]).toBe(1);
  alice.write('a.txt', 'more');
  await alice.sync();
  expect(await alice.datastore.gc()).toMatchObject({ commits: 0 });
  makeOlder(world, 31 * DAY);
  alice.write('a.txt', 'and more');
  await alice.sync();
  await alice.datastore.gc();
  expect(await world.remoteFiles()).toMatchObject({ 'a.txt': 'and more' });
  await world.remote();
});

test('the descent from what was seen here needs no request where that is kept', async () => {
  const { world, alice } = await grown(1, keep(100));
  const bob = world.replica('bob');
  await bob.sync();
  for (let version = 2; version <= 50; version += 1) {
    alice.write('a.txt', `version ${version}`);
    await alice.sync();
  }
  bob.store.forget();
  await bob.datastore.gc();
  const calls = bob.store.calls.map(({ operation, key }) => `${operation} ${key.replace(/\/.*/, '/')}`);
  expect(calls.slice(calls.indexOf('put head.json'))).not.toContain('get commits/');
});

describe('who writes meanwhile', () => {
  test('a push under way loses nothing: it is planned again, and its uploads are copied', async () => {
    const { world, alice } = await grown(4);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'in flight');
    bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'between', run: () => alice.datastore.gc() } });
    expect(await bob.sync()).toMatchObject({ uploaded: 1, problems: [] });
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'in flight' });
  });

  test('of a push that came to nothing long ago the uploads are gone, and sent again', async () => {
    const { world, alice } = await grown(4);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'sent before');
    await sendInVain(bob);
    alice.write('a.txt', 'version 5');
    await alice.sync();
    await alice.datastore.gc();
    bob.store.forget();
    expect(await bob.sync()).toMatchObject({ uploaded: 1, problems: [] });
    expect(bob.store.puts().filter((key) => key.startsWith('objects/'))).toHaveLength(1);
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'sent before' });
  });

  test('an upload that is collected between the look at it and the copy is sent again', async () => {
    const { world, alice } = await grown(4);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'sent before');
    await sendInVain(bob);
    bob.store.heal();
    alice.write('a.txt', 'version 5');
    await alice.sync();
    const copy = bob.store.plan({ on: 'copy', key: /./, fault: { kind: 'between', run: () => alice.datastore.gc() } });
    expect(await bob.sync()).toMatchObject({ uploaded: 1, problems: [] });
    expect(copy.hits()).toBe(1);
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'sent before' });
  });

  test('a commit that comes before the lease is kept with all it names', async () => {
    const { world, alice } = await grown(4);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'just in time');
    alice.store.plan({ on: 'put', key: /^head/, fault: { kind: 'between', run: () => bob.sync() } });
    await alice.datastore.gc();
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'just in time' });
    expect((await world.remote()).generation).toBe(5);
  });

  test('a content that comes back after its old object was collected is sent again', async () => {
    const { world, alice } = await grown(5);
    await alice.datastore.gc();
    alice.write('a.txt', 'version 1');
    expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
    expect(await world.remoteFiles()).toMatchObject({ 'a.txt': 'version 1' });
  });

  test('a lease that is lost ends it at once, and what is still on its way harms nobody', async () => {
    const { world, alice } = await grown(40);
    const bob = world.replica('bob');
    await bob.sync();
    alice.restart({ ttlMs: 150 });
    let isTaken = false;
    alice.store.plan({
      on: 'delete',
      key: /./,
      times: 1_000,
      fault: {
        kind: 'between',
        async run() {
          if (!isTaken) {
            isTaken = true;
            const { lease } = await bob.datastore.lease();
            if (lease) await bob.datastore.forceRelease(lease);
            bob.write('b.txt', 'after it');
            await bob.sync();
          }
          while (!alice.warnings.some((warning) => warning.includes('is lost')))
            await new Promise((go) => setTimeout(go, 5));
        },
      },
    });
    expect(await refused(alice)).toMatchObject({ kind: 'lease-lost' });
    expect(deletions(alice).length).toBeLessThan(38 * 3);
    expect(await world.remoteFiles()).toMatchObject({ 'a.txt': 'version 40', 'b.txt': 'after it' });
  });

  test('a pull in the middle of a commit that is collected starts from the new one', async () => {
    const { world, alice } = await grown(2, keep(1));
    const bob = world.replica('bob');
    bob.store.plan({
      on: 'get',
      key: /^objects/,
      fault: {
        kind: 'between',
        async run() {
          for (const path of ['a.txt', 'still.txt']) alice.write(path, `${path} anew`);
          await alice.sync();
          await alice.datastore.gc();
        },
      },
    });
    expect(await bob.sync()).toMatchObject({ problems: [], conflicts: [] });
    expect(bob.files()).toEqual({ 'a.txt': 'a.txt anew', 'still.txt': 'still.txt anew' });
  });

  test('a lease of another is waited for, and then it is refused', async () => {
    const { world, alice } = await grown(4);
    const bob = world.replica('bob');
    const held = await bob.datastore.acquire({ purpose: 'test' });
    alice.restart({ waitMs: 0 });
    expect(await refused(alice)).toMatchObject({ kind: 'locked' });
    expect(deletions(alice)).toEqual([]);
    await held.release();
    expect(await alice.datastore.gc()).toMatchObject({ commits: 2 });
    await world.remote();
  });

  test('under a lease that is held already nothing of its own epoch goes', async () => {
    const { world, alice } = await grown(4);
    const held = await alice.datastore.acquire({ purpose: 'test' });
    for (const version of ['one', 'two', 'three']) {
      alice.write('a.txt', version);
      await alice.sync();
    }
    expect(await alice.datastore.gc()).toMatchObject({ kept: 2, commits: 5, objects: 4 });
    await held.release();
    expect((await world.remote()).chain).toHaveLength(2);
    // What that lease wrote itself: now it may go.
    expect(await alice.datastore.gc()).toMatchObject({ objects: 1 });
    await world.remote();
  });
});

/* What was committed minutes ago may lie above a head that was put back. */
describe('a register that was set back', () => {
  const DAYS: HistoryPolicy = { commits: 2, ms: 30 * DAY, collects: false };

  /** Three commits, `lost` more, and head as it was after the third. Gives the head of the last. */
  async function setBack(lost: number, history = DAYS) {
    const { world, alice } = await grown(3, history);
    const older = world.bucket.get('team/head.json');
    for (let version = 4; version < 4 + lost; version += 1) {
      alice.write('a.txt', `version ${version}`);
      await alice.sync();
    }
    const last = world.bucket.get('team/head.json');
    if (older === undefined || last === undefined) throw new Error('there is no register');
    world.bucket.set('team/head.json', older);
    return { world, restore: () => world.bucket.set('team/head.json', last) };
  }

  async function filesOfNewcomer(world: World): Promise<Readonly<Record<string, string>>> {
    const carol = world.replica('carol');
    await carol.sync();
    return carol.files();
  }

  async function pushAs(bob: Replica, versions: number): Promise<void> {
    for (let version = 1; version <= versions; version += 1) {
      bob.write('b.txt', `version ${version}`);
      await bob.sync();
    }
  }

  test.each([
    [1, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [3, 3],
    [2, 6],
  ])(
    'by %i, of which a machine without memory knows nothing, and then %i came: all can be put back',
    async (lost, came) => {
      const { world, restore } = await setBack(lost);
      const bob = world.replica('bob');
      await pushAs(bob, came);
      await bob.datastore.gc();
      await pushAs(bob, 1);
      await bob.datastore.gc();
      restore();
      expect(await world.remoteFiles()).toEqual({ 'a.txt': `version ${3 + lost}`, 'still.txt': 'still' });
      expect((await world.remote()).chain.length).toBeGreaterThan(lost);
    },
  );

  test.each([1, 2])(
    'by %i, while a collector looks, which has not met them: they stay, with all that they name',
    async (lost) => {
      const { world, alice } = await grown(3, DAYS);
      const [bob, carol] = [world.replica('bob'), world.replica('carol')];
      for (const replica of [bob, carol]) await replica.sync();
      const older = world.bucket.get('team/head.json');
      let last = older;
      alice.store.plan({
        on: 'put',
        key: /^head/,
        fault: {
          kind: 'between',
          async run() {
            await pushAs(bob, lost);
            last = world.bucket.get('team/head.json');
            if (older) world.bucket.set('team/head.json', older);
            carol.write('c.txt', 'of carol');
            for (const version of ['', ' again']) {
              carol.write('c.txt', `of carol${version}`);
              // To her the register was never another.
              await carol.sync();
            }
          },
        },
      });
      await alice.datastore.gc();
      expect(await world.remoteFiles()).toMatchObject({ 'c.txt': 'of carol again' });
      if (last) world.bucket.set('team/head.json', last);
      expect(await filesOfNewcomer(world)).toMatchObject({ 'a.txt': 'version 3', 'b.txt': `version ${lost}` });
    },
  );

  test('for as long as commits are kept after they were replaced, however old they were', async () => {
    const { world, restore } = await setBack(2);
    makeOlder(world, 40 * DAY);
    const bob = world.replica('bob');
    await pushAs(bob, 3);
    makeOlder(world, 20 * DAY);
    await bob.datastore.gc();
    expect(generationsOf(world)).toEqual([3, 4, 4, 5, 5, 6]);
    const set = world.bucket.get('team/head.json');
    restore();
    expect(await filesOfNewcomer(world)).toEqual({ 'a.txt': 'version 5', 'still.txt': 'still' });
    if (set) world.bucket.set('team/head.json', set);
    makeOlder(world, 20 * DAY);
    expect(await bob.datastore.gc()).toMatchObject({ kept: 2, commits: 4 });
    expect(generationsOf(world)).toEqual([5, 6]);
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'version 3', 'a.txt': 'version 3' });
  });

  test('by more than are kept by their number, after a long rest, and most of the way is gone again', async () => {
    const { world, restore } = await setBack(6);
    makeOlder(world, 40 * DAY);
    const bob = world.replica('bob');
    await pushAs(bob, 5);
    await bob.datastore.gc();
    expect(generationsOf(world).filter((generation) => generation === 4)).toHaveLength(2);
    restore();
    expect(await filesOfNewcomer(world)).toEqual({ 'a.txt': 'version 9', 'still.txt': 'still' });
  });

  test('a commit that lost its swap goes when age keeps it no longer, and one that cannot be read names nothing', async () => {
    const { world, alice } = await grown(2, DAYS);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'lost');
    bob.store.plan({ on: 'put', key: /^head/, times: 100, fault: { kind: 'fail-before', error: 'denied' } });
    await bob.failing();
    await world.store.put('commits/0000000002-torn.json', Buffer.from('{"format": 1, "gener'));
    for (const version of [3, 4, 5]) {
      alice.write('a.txt', `version ${version}`);
      await alice.sync();
    }
    expect(await alice.datastore.gc()).toMatchObject({ commits: 0 });
    expect(generationsOf(world)).toEqual([1, 2, 2, 3, 3, 4, 5]);
    makeOlder(world, 31 * DAY);
    // Both, and the two of the chain before the latest two, and the one in between.
    expect(await alice.datastore.gc()).toMatchObject({ kept: 2, commits: 5 });
  });

  test.each([
    ['commit', /^commits\/0*4-/],
    ['shard', /-4\.jsonl/],
  ])('a %s that may not be read there may name anything: nothing goes', async (_what, key) => {
    const { world, restore } = await setBack(1);
    const bob = world.replica('bob');
    const [left = ''] = [...keysOf(world, 'commits/'), ...keysOf(world, 'index/')].filter((one) => key.test(one));
    await pushAs(bob, 3);
    const carol = world.replica('carol');
    carol.store.plan({ on: 'get', key: new RegExp(left), times: 99, fault: { kind: 'fail-before', error: 'denied' } });
    expect(await refused(carol)).toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining(`refuses ${left}`),
    });
    expect(deletions(carol)).toEqual([]);
    restore();
    expect(await world.remoteFiles()).toEqual({ 'a.txt': 'version 4', 'still.txt': 'still' });
  });

  test('a commit of a newer version there may name more', async () => {
    const { world } = await setBack(1);
    const [key = ''] = keysOf(world, 'commits/').filter((one) => Number(one.slice(8, 18)) === 4);
    const stored = world.bucket.get(`team/${key}`);
    const fields = JSON.parse(Buffer.from(stored?.bytes ?? []).toString()) as object;
    await world.store.put(key, Buffer.from(JSON.stringify({ ...fields, sideTree: 'index/1' })));
    const bob = world.replica('bob');
    expect(await refused(bob)).toMatchObject({ kind: 'newer-format' });
    expect(deletions(bob)).toEqual([]);
  });
});

describe('where it is refused', () => {
  test('a register that was set back, by commits that lie there: until that is accepted', async () => {
    const { world, alice } = await grown(3);
    const older = world.bucket.get('team/head.json');
    for (let version = 4; version <= 8; version += 1) {
      alice.write('a.txt', `version ${version}`);
      await alice.sync();
    }
    if (older) world.bucket.set('team/head.json', older);
    const bob = world.replica('bob');
    await bob.sync();
    bob.write('b.txt', 'after it');
    await bob.sync();
    const before = new Map(world.bucket);
    for (const options of [{}, { dryRun: true }, { acceptRemote: 3 }]) {
      const error = await refused(bob, options);
      expect(error).toMatchObject({ kind: 'veto' });
      expect(error.message).toMatch(/generation 8/);
      expect(error.remedy).toContain('--accept-remote 4');
    }
    expect(withoutHead(world.bucket)).toEqual(withoutHead(before));
    expect(await bob.datastore.gc({ acceptRemote: 4 })).toMatchObject({ generation: 4, kept: 2 });
    // Of those that were given up none stands whose contents may be gone.
    expect(generationsOf(world).every((generation) => generation <= 5)).toBe(true);
    expect(await world.remoteFiles()).toMatchObject({ 'b.txt': 'after it', 'a.txt': 'version 3' });
  });

  test('a remote that is older than what was seen here', async () => {
    const { world, alice } = await grown(3);
    const older = world.bucket.get('team/head.json');
    alice.write('a.txt', 'version 4');
    await alice.sync();
    if (older) world.bucket.set('team/head.json', older);
    alice.restart();
    alice.store.forget();
    expect(await refused(alice)).toMatchObject({ kind: 'veto' });
    expect(deletions(alice)).toEqual([]);
    expect(alice.store.puts()).toEqual([]);
  });

  test.each([['the same page again and again'], ['two pages by turns', 'one', 'other']])(
    'a store whose listing does not go on: %s',
    async (_, ...tokens) => {
      const { world } = await grown(4);
      let page = 0;
      const endless = (store: ObjectStore): ObjectStore => ({
        ...store,
        traffic: store.traffic,
        list: async (prefix, { token: _token, ...options } = {}) => ({
          ...(await store.list(prefix, options)),
          next: tokens[(page += 1) % tokens.length] ?? 'again',
        }),
      });
      const bob = world.replica('bob', { decorate: endless });
      expect(await refused(bob)).toMatchObject({ kind: 'failed' });
      expect(deletions(bob)).toEqual([]);
    },
  );

  test('a store without a working compare-and-swap', async () => {
    const { world } = await grown(4);
    const careless = (store: ObjectStore): ObjectStore => ({
      ...store,
      traffic: store.traffic,
      put: (key, body, { once = false, signal } = {}) => store.put(key, body, { once, signal }),
    });
    const bob = world.replica('bob', { decorate: careless });
    expect(await refused(bob)).toMatchObject({ kind: 'unsafe-store' });
    expect(deletions(bob)).toEqual([]);
  });
});

const withoutHead = (bucket: World['bucket']) => new Map([...bucket].filter(([key]) => !/head\.json|probe/.test(key)));

async function shardsOf(world: World, generation: number): Promise<readonly string[]> {
  const key = keysOf(world, 'commits/').find((found) => Number(found.slice(8, 18)) === generation) ?? '';
  const commit = JSON.parse(Buffer.from(world.bucket.get(`team/${key}`)?.bytes ?? []).toString()) as {
    shards: { key: string }[];
  };
  return commit.shards.map((shard) => shard.key);
}
