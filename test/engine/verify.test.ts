import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { stampOf } from '../../src/adapters/fs/stamp.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { VerifyReport } from '../../src/core/verify/verify-report.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { drawn } from '../support/drawn.ts';
import { APART, openWorld, type Replica, type World } from '../support/replica.ts';

/* Both sides read to the last byte: what is damaged is named, with who has the right bytes, and repaired from there. */

let world: World;
let alice: Replica;
let bob: Replica;

const OLD = new Date('2026-01-02T03:04:05.678Z');
const FILES = { 'a.txt': 'the first', 'b.txt': 'the second', 'sub/c.txt': 'the third' };

beforeEach(async () => {
  world = openWorld({ packs: APART });
  alice = world.replica('alice');
  bob = world.replica('bob');
  for (const [path, content] of Object.entries(FILES)) {
    alice.write(path, content);
    // Young files are read by every scan: only old ones can rot unseen.
    utimesSync(join(alice.root, path), OLD, OLD);
  }
  await alice.sync();
  await bob.sync();
});

const verify = (replica: Replica, repair = false): Promise<VerifyReport> => replica.datastore.verify({ repair });

test('two sides that are whole: everything was read, nothing is written', async () => {
  bob.store.forget();
  const bytes = Object.values(FILES).join('').length;
  expect(await verify(bob)).toMatchObject({
    generation: 1,
    remoteFiles: 3,
    remoteBytes: bytes,
    localFiles: 3,
    localBytes: bytes,
    drift: [],
    repaired: [],
    vetoes: [],
    pending: { upload: 0, download: 0, deleteRemote: 0, deleteLocal: 0, conflicts: 0, held: 0 },
  });
  expect(bob.store.puts()).toEqual([]);
  expect(await verify(bob, true)).toMatchObject({ drift: [], repaired: [] });
  expect(bob.store.puts()).toEqual([]);
});

test('contents that paths share are read once', async () => {
  alice.write('copy.txt', FILES['a.txt']);
  await alice.sync();
  bob.store.forget();
  expect(await verify(bob)).toMatchObject({ remoteFiles: 4, drift: [] });
  expect(bob.store.calls.filter(({ key }) => key.startsWith('objects/'))).toHaveLength(3);
});

test('ordinary changes are pending, and no damage', async () => {
  alice.write('a.txt', 'changed there');
  await alice.sync();
  bob.write('b.txt', 'changed here');
  bob.write('new.txt', 'new here');
  bob.remove('sub/c.txt');
  expect(await verify(bob)).toMatchObject({
    drift: [],
    pending: { upload: 2, download: 1, deleteRemote: 1, deleteLocal: 0, conflicts: 0 },
  });
});

describe('an object on the remote', () => {
  const harms: Record<string, { readonly kind: string; readonly harm: (key: string) => void }> = {
    'is missing': { kind: 'remote-missing', harm: (key) => void world.bucket.delete(key) },
    'has a flipped bit': { kind: 'remote-damaged', harm: (key) => overwrite(key, flipped) },
    'is cut': { kind: 'remote-damaged', harm: (key) => overwrite(key, (found) => found.subarray(0, 3)) },
    'is empty': { kind: 'remote-damaged', harm: (key) => overwrite(key, () => new Uint8Array()) },
  };

  test.each(Object.entries(harms))('%s: named, and repaired by a commit with a new object', async (_what, row) => {
    row.harm(objectOf('a.txt'));
    const lost = world.bucket.get(objectOf('a.txt'));
    const damage = { kind: row.kind, path: 'a.txt', good: { side: 'here', path: 'a.txt' } };
    expect(await verify(bob)).toMatchObject({ generation: 1, drift: [damage], repaired: [] });
    expect(await verify(bob, true)).toMatchObject({ generation: 2, drift: [], repaired: [damage] });
    // Nothing that was written is ever replaced: the damaged object stays as it is.
    expect(world.bucket.get(objectOf('a.txt'))).toBe(lost);
    expect(await currentFiles()).toEqual(FILES);
    expect(await verify(alice)).toMatchObject({ drift: [] });
    // For everybody else nothing has changed.
    for (const replica of [alice, bob])
      expect(await replica.sync()).toMatchObject({ uploaded: 0, downloaded: 0, deletedLocal: 0, deletedRemote: 0 });
    expect(await alice.sync()).toMatchObject({ requests: 1 });
  });

  test('is repaired with the bytes of a file that has another name by now, and that name is nobody else’s business', async () => {
    bob.rename('a.txt', 'moved.txt');
    world.bucket.delete(objectOf('a.txt'));
    const damage = { path: 'a.txt', good: { side: 'here', path: 'moved.txt' } };
    expect(await verify(bob, true)).toMatchObject({ repaired: [damage], drift: [] });
    expect(await currentFiles()).toEqual(FILES);
    expect(await bob.sync()).toMatchObject({ uploaded: 1, deletedRemote: 1, problems: [] });
    expect(await currentFiles()).toEqual({ 'b.txt': 'the second', 'sub/c.txt': 'the third', 'moved.txt': 'the first' });
  });

  test('keeps its author and its age when it is repaired', async () => {
    const before = await bob.datastore.contents();
    world.bucket.delete(objectOf('a.txt'));
    await verify(bob, true);
    const after = await bob.datastore.contents();
    const lasting = (tree: typeof before) =>
      [...tree.values()].map(({ path, by, generation, mtime, size, exec }) => [
        path,
        by,
        generation,
        mtime,
        size,
        exec,
      ]);
    expect(lasting(after)).toEqual(lasting(before));
  });

  test('that nobody here has stays damaged, also after a repair of others; who has it repairs it', async () => {
    bob.write('a.txt', 'changed here, so the old bytes are gone');
    world.bucket.delete(objectOf('a.txt'));
    world.bucket.delete(objectOf('b.txt'));
    expect(await verify(bob, true)).toMatchObject({
      drift: [{ kind: 'remote-missing', path: 'a.txt', good: null }],
      repaired: [{ path: 'b.txt' }],
    });
    expect(await verify(alice, true)).toMatchObject({ drift: [], repaired: [{ path: 'a.txt' }] });
    expect(await currentFiles()).toEqual(FILES);
  });

  test('under 200 names of the same content is sent once', async () => {
    for (let index = 0; index < 200; index += 1) alice.write(`many/${index}`, 'the same');
    await alice.sync();
    world.bucket.delete(objectOf('many/7'));
    alice.store.forget();
    expect((await verify(alice, true)).repaired).toHaveLength(200);
    expect(alice.store.puts().filter((key) => key.startsWith('objects/'))).toHaveLength(1);
    expect(Object.keys(await currentFiles())).toHaveLength(203);
  });

  test.each([
    ['stored as they are', drawn(20 << 20)],
    ['compressed', Buffer.alloc((17 << 20) + 5, 'much of the same, ')],
  ])('of many chunks, %s: the damaged one is named, and the whole is repaired', async (_how, large) => {
    alice.write('large.bin', large);
    await alice.sync();
    const { slices } = entryOf('large.bin');
    expect(slices.length).toBeGreaterThan(2);
    overwrite(`team/${slices[1]?.object}`, flipped);
    const { drift } = await verify(alice);
    expect(drift).toMatchObject([{ kind: 'remote-damaged', path: 'large.bin' }]);
    expect(drift[0]?.reason).toContain(slices[1]?.object);
    expect(await verify(alice, true)).toMatchObject({ drift: [], repaired: [{ path: 'large.bin' }] });
    expect(await bob.sync()).toMatchObject({ problems: [] });
    expect(readFileSync(join(bob.root, 'large.bin')).equals(large)).toBe(true);
  });

  test('that only flips a bit on the way is no damage', async () => {
    let reads = 0;
    bob.restart({
      decorate: (store) => ({
        ...store,
        async get(key, options) {
          const found = await store.get(key, options);
          if (!key.startsWith('objects/') || found.kind !== 'found' || reads++ > 0) return found;
          return { ...found, body: flippedBody(found.body) };
        },
      }),
    });
    expect(await verify(bob)).toMatchObject({ drift: [] });
    expect(reads).toBe(4);
  });

  test('that was collected under our hands, because others went on, is no damage', async () => {
    const key = objectOf('a.txt');
    bob.store.plan({
      on: 'get',
      key: /^objects\//,
      fault: {
        kind: 'between',
        async run() {
          alice.write('a.txt', 'newer');
          await alice.sync();
          world.bucket.delete(key);
        },
      },
    });
    expect(await verify(bob)).toMatchObject({ generation: 2, drift: [], pending: { download: 1 } });
  });
});

describe('a record of the remote', () => {
  test('a shard that is damaged is written anew from the copy that is kept here', async () => {
    overwrite([...world.bucket.keys()].find((key) => key.includes('/index/')) ?? '', flipped);
    const damage = { kind: 'record-damaged', path: expect.stringMatching(/^index\//), good: { side: 'kept' } };
    expect(await verify(bob)).toMatchObject({ drift: [damage] });
    expect(await verify(bob, true)).toMatchObject({ drift: [], repaired: [damage], generation: 2 });
    expect(await currentFiles()).toEqual(FILES);
    const carol = world.replica('carol');
    expect(await carol.sync()).toMatchObject({ downloaded: 3, problems: [] });
  });

  test('a commit that is missing is followed by one that is whole', async () => {
    world.bucket.delete([...world.bucket.keys()].find((key) => key.includes('/commits/')) ?? '');
    const damage = { kind: 'record-damaged', path: expect.stringMatching(/^commits\//), good: { side: 'kept' } };
    expect(await verify(bob)).toMatchObject({ drift: [damage] });
    expect(await verify(bob, true)).toMatchObject({ drift: [], repaired: [damage] });
    expect(await world.replica('carol').sync()).toMatchObject({ downloaded: 3, problems: [] });
    expect(await alice.sync()).toMatchObject({ problems: [], conflicts: [] });
  });

  test.each(['/index/', '/commits/'])(
    '%s that nobody kept: said, nothing is written, nothing is pending of it',
    async (kind) => {
      world.bucket.delete([...world.bucket.keys()].find((key) => key.includes(kind)) ?? '');
      const carol = world.replica('carol');
      carol.write('own.txt', 'hers');
      carol.store.forget();
      for (const repair of [false, true]) {
        const report = await verify(carol, repair);
        expect(report).toMatchObject({ drift: [{ kind: 'record-damaged', good: null }], repaired: [] });
        expect(report.pending).toMatchObject({ download: 0, deleteLocal: 0 });
      }
      expect(carol.store.puts()).toEqual([]);
    },
  );
});

test('with a part of the index lost here, nothing is committed: its entries would be gone for everybody', async () => {
  // After a path whose hash begins with ten zero bits a new shard begins.
  const last = Array.from({ length: 20_000 }, (_, index) => `a${index}`).find((path) => /^00[0-3]/.test(sha256(path)));
  alice.write(last ?? '', 'ends a shard');
  alice.write('z.txt', 'of the next shard');
  await alice.sync();
  const { shards } = JSON.parse(keptLine('"shards":[', '"generation":2')) as {
    shards: { key: string; last: string }[];
  };
  expect(shards).toHaveLength(2);
  world.bucket.delete(`team/${shards[0]?.key}`);
  world.bucket.delete(objectOf('z.txt'));
  const carol = world.replica('carol');
  carol.write('copy.txt', 'of the next shard');
  const report = await verify(carol, true);
  expect(report.repaired).toEqual([]);
  expect(report.drift.map(({ kind, path }) => [kind, path])).toEqual([
    ['record-damaged', shards[0]?.key],
    ['remote-missing', 'z.txt'],
  ]);
  expect(report.drift[1]?.reason).toContain('a part of the index is lost here');
  expect(generation()).toBe(2);
  expect(await verify(alice, true)).toMatchObject({ drift: [], generation: 3 });
  expect(await currentFiles()).toMatchObject({ ...FILES, 'z.txt': 'of the next shard' });
});

describe('a file that rots here', () => {
  test('is found though its stamp is unchanged, and comes anew from the remote; the rotten one becomes a copy', async () => {
    await rot(bob, 'a.txt', 'the f!rst');
    expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0 });
    const damage = { kind: 'rotten-here', path: 'a.txt', good: { side: 'there', path: 'a.txt' } };
    expect(await verify(bob)).toMatchObject({ drift: [damage], pending: { upload: 0, download: 0 } });
    expect(bob.read('a.txt')).toBe('the f!rst');
    bob.store.forget();
    // A program may have written it through a memory map, which moves no stamp: nobody but the person can tell.
    const copy = expect.stringMatching(/^a\.conflict-.*\.txt$/);
    expect(await verify(bob, true)).toMatchObject({ generation: 1, drift: [], repaired: [damage] });
    expect(bob.read('a.txt')).toBe('the first');
    expect(bob.store.puts()).toEqual([]);
    expect(asides(bob)).toEqual([]);
    expect(Object.entries(bob.files())).toContainEqual([copy, 'the f!rst']);
    expect(await verify(bob)).toMatchObject({ drift: [] });
    expect(await bob.sync()).toMatchObject({ uploaded: 1, downloaded: 0, problems: [] });
  });

  test('while its object is damaged too: the remote is mended from another file first', async () => {
    bob.write('twin.txt', FILES['a.txt']);
    await rot(bob, 'a.txt', 'the f!rst');
    overwrite(objectOf('a.txt'), flipped);
    const report = await verify(bob, true);
    expect(report.drift).toEqual([]);
    expect(report.repaired.map(({ kind }) => kind).toSorted()).toEqual(['remote-damaged', 'rotten-here']);
    expect(bob.read('a.txt')).toBe('the first');
    expect(await currentFiles()).toEqual(FILES);
  });

  test('and on the remote, with no good copy here: both are named, nothing is done, and the bytes of neither go', async () => {
    await rot(bob, 'a.txt', 'the f!rst');
    overwrite(objectOf('a.txt'), flipped);
    const report = await verify(bob, true);
    expect(report.drift.map(({ kind, good }) => [kind, good])).toEqual([
      ['remote-damaged', null],
      ['rotten-here', null],
    ]);
    expect(bob.read('a.txt')).toBe('the f!rst');
    expect(await verify(alice, true)).toMatchObject({ repaired: [{ kind: 'remote-damaged' }] });
    expect(await verify(bob, true)).toMatchObject({ repaired: [{ kind: 'rotten-here' }], drift: [] });
    expect(bob.read('a.txt')).toBe('the first');
  });

  test('comes in the newer version where the remote has one', async () => {
    await rot(bob, 'a.txt', 'the f!rst');
    alice.write('a.txt', 'newer');
    await alice.sync();
    expect(await verify(bob, true)).toMatchObject({ repaired: [{ kind: 'rotten-here' }], drift: [] });
    expect(bob.read('a.txt')).toBe('newer');
  });

  test('and is written by its person meanwhile: left alone, and said', async () => {
    await rot(bob, 'a.txt', 'the f!rst');
    let reads = 0;
    bob.store.plan({
      on: 'get',
      key: /^objects\//,
      times: 100,
      fault: {
        kind: 'between',
        run() {
          reads += 1;
          if (reads === 4) bob.write('a.txt', 'saved by its person');
        },
      },
    });
    const report = await verify(bob, true);
    expect(report.drift).toMatchObject([{ kind: 'rotten-here', reason: expect.stringContaining('not repaired') }]);
    expect(bob.read('a.txt')).toBe('saved by its person');
    bob.store.heal();
    expect(await bob.sync()).toMatchObject({ uploaded: 1 });
    expect((await currentFiles())['a.txt']).toBe('saved by its person');
  });

  test('and is open and unsaved in an editor: left alone', async () => {
    await rot(bob, 'a.txt', 'the f!rst');
    const report = await bob.datastore.verify({ repair: true, busyPaths: new Set(['a.txt']) });
    expect(report.drift[0]?.reason).toContain('open and unsaved');
    expect(bob.read('a.txt')).toBe('the f!rst');
  });
});

describe('a repair', () => {
  test('of a remote that was rolled back is refused', async () => {
    const before = new Map(world.bucket);
    bob.write('d.txt', 'more');
    await bob.sync();
    world.bucket.clear();
    for (const [key, value] of before) world.bucket.set(key, value);
    world.bucket.delete(objectOf('a.txt'));
    bob.store.forget();
    expect((await verify(bob)).vetoes).toMatchObject([{ kind: 'rolled-back-remote' }]);
    await expect(verify(bob, true)).rejects.toMatchObject({ kind: 'veto' });
    expect(bob.store.puts()).toEqual([]);
  });

  test('waits for the lease, and is refused while another holds it', async () => {
    world.bucket.delete(objectOf('a.txt'));
    const lease = await alice.datastore.acquire({ purpose: 'work' });
    bob.restart({ waitMs: 0 });
    await expect(verify(bob, true)).rejects.toMatchObject({ kind: 'locked' });
    await lease.release();
    expect(await verify(bob, true)).toMatchObject({ drift: [] });
  });

  test('stands on what it finds under the lease: a commit that came in between is carried on', async () => {
    world.bucket.delete(objectOf('a.txt'));
    bob.store.plan({
      on: 'put',
      key: /^head\.json$/,
      fault: {
        kind: 'between',
        async run() {
          alice.write('b.txt', 'came in between');
          await alice.sync();
        },
      },
    });
    expect(await verify(bob, true)).toMatchObject({ drift: [], repaired: [{ path: 'a.txt' }] });
    expect(await currentFiles()).toEqual({ ...FILES, 'b.txt': 'came in between' });
  });

  test('that dies between its commit and its record costs nothing: the next cycle is quiet', async () => {
    world.bucket.delete(objectOf('a.txt'));
    bob.onState = (name) => {
      if (name === 'base.jsonl' && generation() === 2) throw new Error('crash');
    };
    await expect(verify(bob, true)).rejects.toThrow('crash');
    bob.onState = () => {};
    bob.restart();
    expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0, deletedLocal: 0, deletedRemote: 0 });
    expect(await currentFiles()).toEqual(FILES);
    expect(await verify(bob)).toMatchObject({ drift: [] });
  });

  test('inside a held lock works, and keeps the lock', async () => {
    const lease = await bob.datastore.acquire({ purpose: 'work' });
    world.bucket.delete(objectOf('a.txt'));
    expect(await verify(bob, true)).toMatchObject({ drift: [] });
    expect((await alice.datastore.lease()).lease).toMatchObject({ purpose: 'work' });
    await lease.release();
  });

  test('of what was written under the very lock that is held now is refused: nothing is ever replaced', async () => {
    const lease = await bob.datastore.acquire({ purpose: 'work' });
    bob.write('d.txt', 'under the lock');
    await bob.sync();
    overwrite(objectOf('d.txt'), flipped);
    const { drift } = await verify(bob, true);
    expect(drift).toMatchObject([{ path: 'd.txt', reason: expect.stringContaining('release it, then repair') }]);
    await lease.release();
    expect(await verify(bob, true)).toMatchObject({ drift: [], repaired: [{ path: 'd.txt' }] });
  });
});

test('a store that cannot be asked is no damage', async () => {
  bob.store.plan({ on: 'get', key: /^objects\//, times: 100, fault: { kind: 'fail-before', error: 'unreachable' } });
  await expect(verify(bob)).rejects.toMatchObject({ kind: 'offline' });
});

test('a stop breaks it off', async () => {
  const stop = new AbortController();
  bob.store.plan({ on: 'get', key: /^objects\//, fault: { kind: 'between', run: () => stop.abort() } });
  await expect(bob.datastore.verify({ signal: stop.signal })).rejects.toThrow();
});

/** The bytes change, and every time and number of the file stays: what no program does. */
async function rot(replica: Replica, path: string, content: string): Promise<void> {
  const file = join(replica.root, path);
  const before = lstatSync(file);
  expect(content).toHaveLength(before.size);
  writeFileSync(file, content);
  utimesSync(file, before.atime, before.mtime);
  // The time of the last change cannot be set: the record is made to name it.
  const { ctime, mtime } = stampOf(lstatSync(file));
  const store = createBaseStore(replica.state);
  const base = await store.load();
  const entries = new Map(base?.entries);
  const entry = entries.get(path as SyncPath);
  if (!base || !entry) throw new Error(`${path} is not in the base`);
  await store.save({
    ...base,
    entries: entries.set(entry.path, { ...entry, stamp: { ...entry.stamp, ctime, mtime } }),
  });
}

/** Contents of the current commit, read by the letter of the format; older commits may name what is damaged. */
async function currentFiles(): Promise<Record<string, string>> {
  const reader = world.replica(`reader-${world.bucket.size}-${readers++}`);
  expect(await reader.sync()).toMatchObject({ problems: [] });
  return reader.files();
}
let readers = 0;

/** Of the commit that head names. */
function generation(): number {
  const head = JSON.parse(Buffer.from(world.bucket.get('team/head.json')?.bytes ?? []).toString());
  return (head as { commit: { generation: number } }).commit.generation;
}

interface RawEntry {
  readonly path: string;
  readonly slices: readonly { readonly object: string }[];
}

const FIRST = new Map<World, Map<string, string>>();

/** The object that the first commit to name this path gave it. */
function objectOf(path: string): string {
  const known = FIRST.get(world) ?? new Map<string, string>();
  FIRST.set(world, known);
  const key = known.get(path) ?? `team/${entryOf(path).slices[0]?.object}`;
  known.set(path, key);
  return key;
}

function entryOf(path: string): RawEntry {
  return JSON.parse(keptLine(`"path":${JSON.stringify(path)}`)) as RawEntry;
}

/** A line of what alice and bob keep of the remote's records that contains all of these words. */
function keptLine(...words: string[]): string {
  const lines = [alice, bob].flatMap(({ state }) =>
    readdirSync(state.folder)
      .filter((name) => name.startsWith('kept-'))
      .flatMap((name) => readFileSync(join(state.folder, name), 'utf8').split('\n')),
  );
  const found = lines.find((line) => words.every((word) => line.includes(word)));
  if (found === undefined) throw new Error(`nothing with ${words.join(' and ')}`);
  return found;
}

function overwrite(key: string, harm: (bytes: Uint8Array) => Uint8Array): void {
  const found = world.bucket.get(key);
  if (!found) throw new Error(`nothing at ${key}`);
  world.bucket.set(key, { ...found, bytes: harm(found.bytes) });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const flipped = (bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
};

async function* flippedBody(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const bytes of body) yield flipped(bytes);
}

/** What was moved aside, by content. */
function asides({ root }: Replica): string[] {
  return readdirSync(join(root, '.datastore-staging'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('/aside/'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
