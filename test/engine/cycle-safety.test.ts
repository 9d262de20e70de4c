import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { EXIT_CODES, type SyncErrorKind } from '../../src/core/errors.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

interface Row {
  readonly happens: (at: { world: World; alice: Replica; bob: Replica; snapshot: MemoryBucket }) => unknown;
  /** Of the veto, or of the error where it is none. */
  readonly kind: string;
  /** In a new process, which remembers only what the state folder holds. */
  readonly restarts?: true;
  readonly exit: number;
}

const EXCEPT_FILES = 3;
const ROOT_GONE = new Set(['config', 'root-vanished']);
const NOTHING_LEFT = new Set([...ROOT_GONE, 'root-emptied']);

const table: Record<string, Row> = {
  'every file of the root is gone': {
    happens: ({ bob }) => Object.keys(bob.files()).forEach((path) => bob.remove(path)),
    kind: 'root-emptied',
    exit: 6,
  },
  'the root is gone': {
    happens: ({ bob }) => rmSync(bob.root, { recursive: true }),
    kind: 'root-vanished',
    exit: 6,
  },
  'the root is a file': {
    happens: ({ bob }) => {
      renameSync(bob.root, `${bob.root}-before`);
      writeFileSync(bob.root, 'a file');
    },
    kind: 'config',
    exit: 2,
  },
  'most files are deleted here': {
    happens: ({ bob }) =>
      Object.keys(bob.files())
        .slice(EXCEPT_FILES)
        .forEach((path) => bob.remove(path)),
    kind: 'mass-delete',
    exit: 6,
  },
  'most files are deleted there': {
    happens: async ({ alice }) => {
      Object.keys(alice.files())
        .slice(EXCEPT_FILES)
        .forEach((path) => alice.remove(path));
      await alice.sync({ allowMassDelete: true });
    },
    kind: 'mass-delete',
    exit: 6,
  },
  'all files are deleted there': {
    happens: async ({ alice }) => {
      Object.keys(alice.files()).forEach((path) => alice.remove(path));
      await alice.sync({ allowMassDelete: true });
    },
    kind: 'remote-emptied',
    exit: 6,
  },
  'another datastore lies at the place': {
    happens: async ({ world, alice }) => {
      world.bucket.clear();
      const stranger = world.replica('stranger');
      stranger.write('x', 'y');
      await stranger.sync();
      await alice.datastore.close();
    },
    kind: 'foreign-remote',
    exit: 6,
  },
  'the bucket was restored from before': {
    happens: ({ world, snapshot }) => restore(world, snapshot),
    kind: 'rolled-back-remote',
    exit: 6,
  },
  'the bucket was restored from before, and others went on from there': {
    happens: async ({ world, snapshot }) => {
      restore(world, snapshot);
      const stranger = world.replica('stranger');
      await stranger.sync();
      for (let round = 0; round < 5; round += 1) {
        stranger.write('x', `round ${round}`);
        await stranger.sync();
      }
    },
    kind: 'unrelated-remote',
    exit: 6,
  },
  'the bucket is empty': { happens: ({ world }) => world.bucket.clear(), kind: 'corrupt', exit: 6 },
  'the bucket is empty, as a new process finds it': {
    happens: ({ world }) => world.bucket.clear(),
    kind: 'corrupt',
    restarts: true,
    exit: 6,
  },
  'only head.json is gone': {
    happens: ({ world }) => void world.bucket.delete('team/head.json'),
    kind: 'corrupt',
    exit: 6,
  },
  'head.json is garbage': {
    happens: ({ world }) => world.store.put('head.json', bytes('{"format":')),
    kind: 'corrupt',
    exit: 6,
  },
  'head.json is of a newer format': {
    happens: ({ world }) => world.store.put('head.json', bytes('{"format":2,"new":"things"}')),
    kind: 'newer-format',
    exit: 6,
  },
  'head.json is enormous': {
    happens: ({ world }) => world.store.put('head.json', bytes(' '.repeat(70_000))),
    kind: 'corrupt',
    exit: 6,
  },
};

test.each(Object.entries(table))('stops and writes nothing on either side: %s', async (_title, row) => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (let index = 0; index < 30; index += 1) alice.write(`file-${index}`, `content ${index}`);
  await alice.sync();
  const snapshot: MemoryBucket = new Map(world.bucket);
  await bob.sync();
  bob.write('file-0', 'edited once');
  await bob.sync();
  await alice.sync();
  await row.happens({ world, alice, bob, snapshot });
  if (!NOTHING_LEFT.has(row.kind)) bob.write('file-1', 'not yet on the remote');
  if (row.restarts) bob.restart();
  bob.store.forget();
  const here = ROOT_GONE.has(row.kind) ? {} : bob.files();
  const there = new Map(world.bucket);
  const failure = await bob.failing();
  expect(kindOf(failure)).toBe(row.kind);
  expect(EXIT_CODES[failure.kind as SyncErrorKind]).toBe(row.exit);
  expect(bob.store.puts()).toEqual([]);
  expect(new Map(world.bucket)).toEqual(there);
  if (!ROOT_GONE.has(row.kind)) expect(bob.files()).toEqual(here);
  // It stays so, however often it is tried.
  bob.restart();
  expect(kindOf(await bob.failing())).toBe(row.kind);
});

test('an emptied bucket is no order to delete, even where the first cycle of all had not come to its end', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a', '1');
  alice.write('b', '1');
  await alice.sync();
  bob.write('c', 'his');
  bob.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  expect(bob.files()).toEqual({ a: '1', b: '1', c: 'his' });
  world.bucket.clear();
  bob.restart();
  expect(EXIT_CODES[(await bob.failing()).kind as SyncErrorKind]).toBe(6);
  expect(bob.files()).toEqual({ a: '1', b: '1', c: 'his' });
});

test('another folder in the place of the root is no order to delete, also when somebody has saved into it', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (let index = 0; index < 5; index += 1) alice.write(`file-${index}`, `content ${index}`);
  await alice.sync();
  await bob.sync();
  // As after an unmount: too few files for a mass deletion, and no empty root.
  renameSync(bob.root, `${bob.root}-away`);
  bob.write('new', 'in the folder below the mount');
  expect(kindOf(await bob.failing())).toBe('root-replaced');
  expect((await world.remote()).files.size).toBe(5);
  // Nor does anything come into it: the base would say of the right folder what was true of this one.
  alice.write('later', 'while it is away');
  await alice.sync();
  expect(kindOf(await bob.failing({ direction: 'pull' }))).toBe('root-replaced');
  rmSync(bob.root, { recursive: true });
  renameSync(`${bob.root}-away`, bob.root);
  expect(await bob.sync()).toMatchObject({ deletedRemote: 0, conflicts: [] });
});

test('nor is it when a file of a known name lies in it, an old version perhaps', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  for (let index = 0; index < 12; index += 1) alice.write(`file-${index}`, `content ${index}`);
  await alice.sync();
  renameSync(alice.root, `${alice.root}-away`);
  alice.write('file-0', 'of long ago');
  for (const direction of ['both', 'push', 'pull'] as const)
    expect(kindOf(await alice.failing({ direction })), direction).toBe('root-replaced');
  // A pull that was let in does not make it the right folder: the next sync asks again.
  await alice.sync({ direction: 'pull', allowMassDelete: true });
  expect(kindOf(await alice.failing())).toBe('root-replaced');
  expect((await world.remote()).files.size).toBe(12);
});

test('nor has a permission to delete in it outlived the sync that broke off', async () => {
  const { world, bob } = await inStep();
  renameSync(bob.root, `${bob.root}-away`);
  bob.write('new', 'in the folder below the mount');
  bob.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing({ allowMassDelete: true })).kind).toBe('unknown-outcome');
  bob.store.heal();
  bob.restart();
  expect(kindOf(await bob.failing())).toBe('root-replaced');
  expect((await world.remote()).files.size).toBe(3);
});

test('nor is it when the state is lost while another folder lies in its place, and is in step when it comes back', async () => {
  const { world, bob } = await inStep();
  rmSync(join(bob.root, 'a'));
  bob.write('b', 'his');
  renameSync(bob.root, `${bob.root}-away`);
  rmSync(bob.state.folder, { recursive: true });
  bob.restart();
  expect(await bob.sync()).toMatchObject({ downloaded: 3 });
  rmSync(bob.root, { recursive: true });
  renameSync(`${bob.root}-away`, bob.root);
  for (const options of [{}, { direction: 'pull' }, { allowMassDelete: true }] as const)
    expect(kindOf(await bob.failing(options)), JSON.stringify(options)).toBe('root-replaced');
  expect((await world.remote()).files.size).toBe(3);
  const { generation } = await bob.datastore.preview();
  const report = await bob.sync({ acceptRemote: generation ?? 0 });
  expect(report).toMatchObject({ downloaded: 1, deletedLocal: 0, deletedRemote: 0, conflicts: [{ path: 'b' }] });
  expect(bob.files()).toEqual({ a: '1', b: 'his', c: '1' });
  await world.expectNothingLost();
});

test('nor is it the right one again that comes back after another was accepted in its place', async () => {
  const { world, bob } = await inStep();
  renameSync(bob.root, `${bob.root}-away`);
  bob.write('a', 'of the other folder');
  await bob.sync({ acceptRemote: (await bob.datastore.preview()).generation ?? 0, onConflict: 'mine' });
  bob.write('d', 'of the other folder');
  await bob.sync();
  rmSync(bob.root, { recursive: true });
  renameSync(`${bob.root}-away`, bob.root);
  expect(kindOf(await bob.failing())).toBe('root-replaced');
  expect(await world.remoteFiles()).toMatchObject({ a: 'of the other folder', d: 'of the other folder' });
  await world.expectNothingLost();
});

test('the mark of a root stays as others have set it: the same folder of two hosts is nobody’s other folder', async () => {
  const { world, bob } = await inStep();
  const ofBob = `${bob.state.folder}-bob`;
  const swapHosts = (mine: string, others: string) => {
    renameSync(bob.state.folder, mine);
    renameSync(others, bob.state.folder);
    bob.restart();
  };
  cpSync(bob.state.folder, ofBob, { recursive: true });
  rmSync(bob.state.folder, { recursive: true });
  bob.restart();
  expect(kindOf(await bob.failing())).toBe('base-lost');
  await bob.sync({ acceptRemote: (await bob.datastore.preview()).generation ?? 0 });
  const ofOther = `${bob.state.folder}-other`;
  for (const round of ['1', '2']) {
    swapHosts(ofOther, ofBob);
    bob.write('a', `his ${round}`);
    expect(await bob.sync()).toMatchObject({ uploaded: 1, conflicts: [] });
    swapHosts(ofBob, ofOther);
    expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0, conflicts: [] });
  }
  await world.expectNothingLost();
});

test.each(['both', 'pull'] as const)(
  'a root that lost its staging folder and differs: asks, and accepted (%s) it is joined, deleting nothing',
  async (direction) => {
    const { world, alice, bob } = await inStep();
    rmSync(join(bob.root, '.datastore-staging'), { recursive: true });
    bob.write('a', 'his');
    bob.remove('b');
    alice.write('c', 'hers');
    await alice.sync();
    const failure = await bob.failing({ direction });
    const generation = (await bob.datastore.preview()).generation ?? 0;
    expect(failure.details).toEqual([{ kind: 'root-replaced', baseFiles: 3, generation }]);
    const report = await bob.sync({ direction, acceptRemote: generation });
    expect(report).toMatchObject({
      deletedLocal: 0,
      deletedRemote: 0,
      downloaded: 1,
      conflicts: [{ path: 'a' }, { path: 'c' }],
    });
    expect(bob.files()).toEqual({ a: 'his', b: '1', c: '1' });
    expect(await world.remoteFiles()).toEqual({ a: '1', b: '1', c: 'hers' });
    // It is the root from now on: what is deleted in it is deleted for everybody.
    bob.remove('b');
    expect(await bob.sync()).toMatchObject({ deletedRemote: 1 });
    await world.expectNothingLost();
  },
);

test('a root that only lost its staging folder, and is as it was, is not asked about', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a.txt', 'one');
  await alice.sync();
  rmSync(join(alice.root, '.datastore-staging'), { recursive: true });
  expect(await alice.sync()).toMatchObject({ uploaded: 0, deletedRemote: 0 });
  alice.write('a.txt', 'two');
  expect(await alice.sync()).toMatchObject({ uploaded: 1 });
});

const allowed: Record<string, { happens: (bob: Replica) => void; options: SyncOptions; there: number }> = {
  'an emptied root, when that is meant': {
    happens: (bob) => Object.keys(bob.files()).forEach((path) => bob.remove(path)),
    options: { allowMassDelete: true },
    there: 0,
  },
  'many deletions, when they are meant': {
    happens: (bob) =>
      Object.keys(bob.files())
        .slice(5)
        .forEach((path) => bob.remove(path)),
    options: { allowMassDelete: true },
    there: 5,
  },
  'moving every file to another folder': {
    happens: (bob) => Object.keys(bob.files()).forEach((path) => bob.rename(path, `moved/${path}`)),
    options: {},
    there: 30,
  },
  'deleting few': {
    happens: (bob) =>
      Object.keys(bob.files())
        .slice(15)
        .forEach((path) => bob.remove(path)),
    options: {},
    there: 15,
  },
};

test.each(Object.entries(allowed))('goes on: %s', async (_title, { happens, options, there }) => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (let index = 0; index < 30; index += 1) alice.write(`file-${index}`, `content ${index}`);
  await alice.sync();
  await bob.sync();
  happens(bob);
  await bob.sync(options);
  expect((await world.remote()).files.size).toBe(there);
});

test.each([
  ['the base is lost', (bob: Replica) => rmSync(bob.state.folder, { recursive: true })],
  ['the base is cut', (bob: Replica) => writeFileSync(join(bob.state.folder, 'base.jsonl'), '{"format":1,')],
  [
    'the base is lost, and a lease was held before it was missed',
    async (bob: Replica) => {
      rmSync(bob.state.folder, { recursive: true });
      bob.restart();
      await (await bob.datastore.acquire({ purpose: 'run' })).release();
    },
  ],
  [
    'it was in step with another place meanwhile',
    async (bob: Replica, world: World) => {
      const elsewhere = createMemoryStore({
        codec: nodeCodec,
        clock: systemClock,
        bucket: world.bucket,
        prefix: 'elsewhere',
      });
      bob.restart({ decorate: () => elsewhere });
      expect(await bob.sync()).toMatchObject({ uploaded: 3 });
    },
  ],
])('%s: asks, and an accepted remote is joined, deleting nothing', async (_title, happens) => {
  const { world, alice, bob } = await inStep();
  alice.write('a', 'hers');
  alice.remove('b');
  await alice.sync();
  bob.write('c', 'his');
  await happens(bob, world);
  bob.restart();
  const before = bob.files();
  expect(kindOf(await bob.failing())).toBe('base-lost');
  expect(kindOf(await bob.failing({ acceptRemote: 1 }))).toBe('base-lost');
  expect(bob.files()).toEqual(before);
  const preview = await bob.datastore.preview();
  expect(preview.vetoes).toMatchObject([{ kind: 'base-lost' }]);
  const accepted = await bob.datastore.preview({ acceptRemote: preview.generation ?? 0 });
  expect(accepted).toMatchObject({ vetoes: [], plan: { steps: [{ kind: 'upload', path: 'b' }] } });
  const report = await bob.sync({ acceptRemote: preview.generation ?? 0 });
  expect(report.conflicts.map(({ path }) => path)).toEqual(['a', 'c']);
  expect(report).toMatchObject({ uploaded: 1, downloaded: 0, deletedLocal: 0, deletedRemote: 0 });
  expect(await world.remoteFiles()).toEqual({ a: 'hers', b: '1', c: '1' });
  expect(bob.files()).toEqual({ a: '1', b: '1', c: 'his' });
  await world.expectNothingLost();
});

test('a restored bucket that is accepted is joined: nothing is deleted, and later changes flow again', async () => {
  const { world, alice, bob } = await inStep();
  const snapshot = new Map(world.bucket);
  alice.write('d', 'after the snapshot');
  alice.remove('a');
  await alice.sync();
  await bob.sync();
  restore(world, snapshot);
  expect(kindOf(await bob.failing())).toBe('rolled-back-remote');
  const { generation } = await bob.datastore.preview();
  const accepted = await bob.datastore.preview({ acceptRemote: generation ?? 0 });
  expect(accepted.vetoes).toEqual([]);
  expect(accepted.plan.steps.map(({ kind }) => kind)).toEqual(
    expect.not.arrayContaining(['delete-local', 'delete-remote']),
  );
  const report = await bob.sync({ acceptRemote: generation ?? 0 });
  expect(report).toMatchObject({ uploaded: 1, downloaded: 1, deletedLocal: 0, deletedRemote: 0, conflicts: [] });
  expect(await world.remoteFiles()).toEqual({ a: '1', b: '1', c: '1', d: 'after the snapshot' });
  bob.write('b', '2');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, conflicts: [] });
});

test.each([
  ['after a pull', (bob: Replica) => bob.sync()],
  ['in a root that only pushes', () => null],
])(
  'what was pushed and never pulled is missed in a restored bucket on which others went on: %s',
  async (_title, first) => {
    const { world, alice } = await inStep();
    const bob = world.replica('bob, again');
    await first(bob);
    bob.write('own', '1');
    await bob.sync({ direction: 'push' });
    const snapshot: MemoryBucket = new Map(world.bucket);
    bob.write('own', '2');
    await bob.sync({ direction: 'push' });
    restore(world, snapshot);
    for (let round = 0; round < 4; round += 1) {
      alice.write('a', `round ${round}`);
      await alice.sync();
    }
    bob.restart();
    expect(kindOf(await bob.failing())).toBe('unrelated-remote');
    expect(bob.read('own')).toBe('2');
    await world.expectNothingLost();
  },
);

test('after forty commits of others an interrupted pull is gone on with, and not taken for a stranger', async () => {
  const { world, alice, bob } = await inStep();
  for (let round = 0; round < 40; round += 1) {
    alice.write('a', `round ${round}`);
    await alice.sync();
  }
  bob.store.plan({ on: 'get', key: /^objects/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  bob.restart();
  expect(await bob.sync()).toMatchObject({ downloaded: 1, conflicts: [] });
  expect(bob.files()).toEqual(await world.remoteFiles());
});

test('one who only pushes, for more commits than the head remembers, is no stranger either', async () => {
  const { bob } = await inStep();
  for (let round = 0; round < 40; round += 1) {
    bob.write('b', `round ${round}`);
    await bob.sync({ direction: 'push' });
  }
  expect(await bob.sync()).toMatchObject({ conflicts: [], problems: [] });
});

test.each([
  ['another tool', { '.datastore-index.json': '{}' }, '.datastore-index.json'],
  ['plain files', { 'readme.txt': 'hello', 'more.txt': 'x' }, 'more.txt'],
  ['a datastore without its head', { 'commits/0000000001-x.json': '{}' }, 'commits/'],
])('a prefix that holds %s is refused and named, and nothing is written', async (_title, found, named) => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a', '1');
  for (const [key, text] of Object.entries(found)) await world.store.put(key, bytes(text));
  const failure = await alice.failing();
  expect(failure.kind).toBe('foreign');
  expect(failure.message).toContain(named);
  expect((await alice.failing({ direction: 'pull' })).kind).toBe('foreign');
  await expect(alice.datastore.preview()).rejects.toMatchObject({ kind: 'foreign' });
  expect(alice.store.puts()).toEqual([]);
});

test('what is excluded later is deleted nowhere, and what others do to it stays theirs', async () => {
  const { world, alice, bob } = await inStep();
  bob.restart({ skip: (path) => path === 'a' });
  bob.write('b', '2');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, deletedRemote: 0, deletedLocal: 0 });
  bob.remove('a');
  bob.write('b', '3');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, deletedRemote: 0 });
  await alice.sync();
  expect(alice.files()).toEqual({ a: '1', b: '3', c: '1' });
  alice.write('a', '2');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ downloaded: 0, conflicts: [] });
  bob.restart({ skip: () => false });
  expect(await bob.sync()).toMatchObject({
    downloaded: 0,
    deletedRemote: 0,
    conflicts: [{ path: 'a', reason: 'deleted-here-changed-there' }],
  });
  expect(await bob.sync({ onConflict: 'theirs' })).toMatchObject({ downloaded: 1, conflicts: [] });
  expect(bob.files()).toEqual({ a: '2', b: '3', c: '1' });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('a root that does not exist yet is filled by a pull, and refused where there is nothing to fill it with', async () => {
  const { world } = await inStep();
  const carol = world.replica('carol');
  rmSync(carol.root, { recursive: true });
  expect(await carol.datastore.preview()).toMatchObject({ generation: 1, vetoes: [] });
  await carol.sync();
  expect(carol.files()).toEqual({ a: '1', b: '1', c: '1' });
  const empty = openWorld().replica('dave');
  rmSync(empty.root, { recursive: true });
  expect((await empty.failing()).kind).toBe('config');
  mkdirSync(empty.root);
});

async function inStep() {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (const path of ['a', 'b', 'c']) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

function restore(world: World, snapshot: MemoryBucket) {
  world.bucket.clear();
  for (const [key, stored] of snapshot) world.bucket.set(key, stored);
}

/** The kind of the only veto, else of the error. */
function kindOf(failure: { readonly kind: string; readonly details: unknown }): string {
  if (failure.kind !== 'veto' || !Array.isArray(failure.details)) return failure.kind;
  return failure.details.map((veto: { kind: string }) => veto.kind).join(' and ');
}

const bytes = (text: string) => new TextEncoder().encode(text);
