import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { StoreError } from '../../src/core/errors.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { openWorld, type World } from '../support/replica.ts';
import { inBothShapes, PACKS, type Shape } from './shapes.ts';

interface Row {
  readonly harm: (world: World, path: string) => void;
  readonly reason: RegExp;
  /** Of `bad` and `good`, where they lie in one object, in this order. Apart it is `bad`. */
  readonly packed: readonly string[];
  readonly apart?: readonly string[];
}

const objectRows: Record<string, Row> = {
  'its object is missing': {
    harm: (world, path) => void world.bucket.delete(objectOf(world, path)),
    reason: /missing/,
    packed: ['bad', 'good'],
  },
  'its object is cut': {
    harm: (world, path) => overwrite(world, objectOf(world, path), (found) => found.subarray(0, 3)),
    reason: /hash|end|short|bytes|outside/,
    packed: ['bad', 'good'],
  },
  'its object is longer': {
    harm: (world, path) => overwrite(world, objectOf(world, path), (found) => Buffer.concat([found, found])),
    reason: /./,
    // The index names a range of it, and that is whole.
    packed: [],
    apart: [],
  },
  'its object has a flipped bit': {
    harm: (world, path) => overwrite(world, objectOf(world, path), flipped),
    reason: /hash/,
    packed: ['good'],
  },
  'its object is empty': {
    harm: (world, path) => overwrite(world, objectOf(world, path), () => new Uint8Array()),
    reason: /./,
    packed: ['bad', 'good'],
  },
};

test.each(inBothShapes(objectRows))('one file is damaged, the rest proceeds, %s: %s', async (shape, _title, row) => {
  const { world, alice, bob } = await inStep(shape);
  const sent = { bad: 'a new content', good: 'another new content' };
  for (const [path, content] of Object.entries(sent)) alice.write(path, content);
  await alice.sync();
  row.harm(world, 'bad');
  bob.write('own', 'his');
  const damaged = shape === 'packed' ? row.packed : (row.apart ?? ['bad']);
  const report = await bob.sync();
  expect(report.problems.map(({ path }) => path).toSorted()).toEqual(damaged);
  for (const { reason } of report.problems) expect(reason).toMatch(row.reason);
  const old = Object.fromEntries(damaged.map((path) => [path, '1']));
  expect(bob.files()).toEqual({ ...sent, ...old, stays: '1', own: 'his' });
  expect(report).toMatchObject({ downloaded: 2 - damaged.length, uploaded: 1 });
  // It is said again until it is mended, and mended by whoever has the content.
  expect((await bob.sync()).problems).toHaveLength(damaged.length);
  for (const path of damaged) alice.write(path, `${path} once more`);
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ downloaded: damaged.length, problems: [] });
  expect(bob.files()).toEqual(alice.files());
});

const indexRows: Record<string, (world: World) => void> = {
  'a shard is missing': (world) => eachKey(world, 'index/', (key) => void world.bucket.delete(key)),
  'a shard has a flipped bit': (world) => eachKey(world, 'index/', (key) => overwrite(world, key, flipped)),
  'a shard unzips to too much': (world) =>
    eachKey(world, 'index/', (key) => overwrite(world, key, () => gzipSync(new Uint8Array(20 << 20)))),
  'the commit is missing': (world) => eachKey(world, 'commits/', (key) => void world.bucket.delete(key)),
  'the commit has a flipped bit': (world) => eachKey(world, 'commits/', (key) => overwrite(world, key, flipped)),
  'the commit is enormous': (world) =>
    eachKey(world, 'commits/', (key) => overwrite(world, key, () => new Uint8Array((16 << 20) + 1))),
};

test.each(inBothShapes(indexRows))(
  'the index cannot be read, and nothing is written on either side, %s: %s',
  async (shape, _title, harm) => {
    const { world, alice, bob } = await inStep(shape);
    alice.write('bad', 'new');
    await alice.sync();
    harm(world);
    bob.write('own', 'his');
    bob.remove('stays');
    const newcomer = world.replica('newcomer');
    const before = new Map(world.bucket);
    for (const replica of [bob, newcomer, newcomer]) {
      const files = replica.files();
      replica.store.forget();
      expect((await replica.failing()).kind).toBe('corrupt');
      expect((await replica.failing({ direction: 'pull' })).kind).toBe('corrupt');
      expect(replica.files()).toEqual(files);
      expect(replica.store.puts().filter((key) => !key.startsWith('probe/'))).toEqual([]);
    }
    expect([...world.bucket.keys()].filter((key) => !key.includes('/probe/'))).toEqual(
      [...before.keys()].filter((key) => !key.includes('/probe/')),
    );
  },
);

test('where one of several shards is damaged, what the others name still comes down', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  const names = Array.from({ length: 40 }, (_, index) => `file-${index}`).concat(shardEnd());
  for (const name of names) alice.write(name, `content of ${name}`);
  await alice.sync();
  const shards = [...world.bucket.keys()].filter((key) => key.includes('/index/'));
  expect(shards.length).toBe(2);
  overwrite(world, shards[0] ?? '', flipped);
  bob.write('own', 'his');
  expect((await bob.failing()).kind).toBe('corrupt');
  const arrived = Object.keys(bob.files()).filter((path) => path.startsWith('file-'));
  expect(arrived.length).toBeGreaterThan(0);
  expect(arrived.length).toBeLessThan(names.length);

  bob.store.forget();
  expect((await bob.failing()).kind).toBe('corrupt');
  expect(bob.store.puts()).toEqual([]);
});

const OUTSIDE = [
  '../escape',
  '/etc/passwd',
  'a/../../b',
  'con',
  'x\\y',
  '.git/config',
  '.datastore-staging/root.json',
  'nul.txt',
  'a//b',
];

test('hostile keys are refused and reported, the rest proceeds, and their lines are carried on', async () => {
  const { world, alice, bob } = await inStep();
  rewriteIndex(world, (entries) => [
    ...entries,
    ...OUTSIDE.map((path) => ({ ...entries[0], path })),
    { ...entries[0], path: 'slices', slices: [{ object: 'head.json', offset: 0, length: 1 }] },
    { ...entries[0], path: 'size', size: -1 },
  ]);
  const newcomer = world.replica('newcomer');
  const report = await newcomer.sync();
  expect(newcomer.files()).toEqual({ bad: '1', good: '1', stays: '1' });
  expect(report.problems.map(({ path }) => path).toSorted()).toEqual([...OUTSIDE, 'slices', 'size'].toSorted());
  bob.write('own', 'his');
  expect(await bob.sync()).toMatchObject({ uploaded: 1 });
  const paths = rawEntries(world).map(({ path }) => path);
  expect(paths.toSorted()).toEqual([...OUTSIDE, 'slices', 'size', 'bad', 'good', 'stays', 'own'].toSorted());
  await alice.sync();
  expect(alice.files()).toEqual({ bad: '1', good: '1', stays: '1', own: 'his' });
});

test('two names that some systems take for one are both reported, and neither is written over the other', async () => {
  const { world, alice } = await inStep();
  rewriteIndex(world, (entries) => [...entries, { ...entries[0], path: 'Twin' }, { ...entries[0], path: 'twin' }]);
  const report = await alice.sync();
  expect(report.problems.map(({ path }) => path)).toEqual(['Twin', 'twin']);
  expect(alice.files()).toEqual({ bad: '1', good: '1', stays: '1' });
});

test('fields of a later version are kept: in the head, in entries, in their slices', async () => {
  const { world, bob } = await inStep();
  rewriteIndex(world, (entries) =>
    entries.map((entry) => ({
      ...entry,
      label: 'x',
      slices: entry.slices.map((slice) => ({ ...slice, color: 'blue' })),
    })),
  );
  overwrite(world, 'team/head.json', (found) => {
    const head = JSON.parse(Buffer.from(found).toString());
    return Buffer.from(JSON.stringify({ ...head, snapshots: ['s'], commit: { ...head.commit, note: 'n' } }));
  });
  const good = rawEntries(world).find(({ path }) => path === 'good');
  bob.write('own', 'his');
  await bob.sync();
  expect(rawHead(world)['snapshots']).toEqual(['s']);
  expect(rawEntries(world).find(({ path }) => path === 'good')).toEqual(good);
  expect(good).toMatchObject({ label: 'x', slices: [{ color: 'blue' }] });
  await world.remote();
});

test('packs and zstd, written by hand, are read', async () => {
  const { world, bob } = await inStep();
  const texts = { 'pack/a': 'first in the pack', 'pack/b': 'second', 'pack/c': 'z'.repeat(200_000) };
  const stored = Object.entries(texts).map(([path, text]) => ({
    path,
    text,
    bytes: path === 'pack/c' ? zstdCompressSync(Buffer.from(text)) : Buffer.from(text),
  }));
  const pack = Buffer.concat(stored.map(({ bytes }) => bytes));
  const object = `objects/${sha256(pack)}-1`;
  overwrite(world, `team/${object}`, () => pack);
  let offset = 0;
  rewriteIndex(world, (entries) => [
    ...entries,
    ...stored.map(({ path, text, bytes }) => {
      const slice = { object, offset, length: bytes.length, ...(path === 'pack/c' ? { encoding: 'zstd' } : {}) };
      offset += bytes.length;
      return { ...(entries[0] as RawEntry), path, size: text.length, sha256: sha256(text), slices: [slice] };
    }),
    { ...(entries[0] as RawEntry), path: 'lz', slices: [{ object, offset: 0, length: 1, encoding: 'lz5' }] },
  ]);
  const report = await bob.sync();
  expect(report.problems).toMatchObject([{ path: 'lz', reason: expect.stringContaining('lz5') }]);
  for (const [path, text] of Object.entries(texts)) expect(bob.read(path)).toBe(text);
  bob.write('own', 'his');
  await bob.sync();
  expect(rawEntries(world).filter(({ path }) => path.startsWith('pack/'))).toHaveLength(3);
});

const lies: Record<string, (store: ObjectStore) => ObjectStore['put']> = {
  'it answers every conditional write with 200':
    (store) =>
    (key, body, { condition: _ignored, ...options } = {}) =>
      store.put(key, body, options),
  'it checks and writes in two steps, so that of writers at the same time many win':
    (store) =>
    async (key, body, { condition, ...options } = {}) => {
      const stands = await store.head(key).then(
        ({ etag }) => etag,
        () => null,
      );
      const expected = condition?.kind === 'match' ? condition.etag : null;
      if (condition && stands !== expected) throw new StoreError('precondition', 'another version stands');
      await systemClock.sleep(1);
      return store.put(key, body, options);
    },
};

test.each(inBothShapes(lies))(
  'a store without a working compare-and-swap is read, and never written to, %s: %s',
  async (shape, _title, lyingPut) => {
    const { world, alice } = await inStep(shape);
    const victim = world.replica('victim', {
      decorate: (store) => ({ ...store, traffic: store.traffic, put: lyingPut(store) }),
    });
    victim.write('own', 'his');
    const head = world.bucket.get('team/head.json');
    expect((await victim.failing()).kind).toBe('unsafe-store');
    expect(victim.files()).toEqual({ bad: '1', good: '1', stays: '1', own: 'his' });
    expect(victim.store.puts().every((key) => key.startsWith('probe/'))).toBe(true);
    expect(world.bucket.get('team/head.json')).toBe(head);
    await expect(victim.datastore.acquire({ purpose: 'x' })).rejects.toMatchObject({ kind: 'unsafe-store' });
    alice.write('good', '2');
    await alice.sync();
    expect(await victim.sync({ direction: 'pull' })).toMatchObject({ downloaded: 1 });
  },
);

async function inStep(shape: Shape = 'apart') {
  const world = openWorld({ packs: PACKS[shape] });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (const path of ['bad', 'good', 'stays']) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

interface RawEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly slices: readonly { object: string; offset: number; length: number; encoding?: string }[];
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

function overwrite(world: World, key: string, change: (found: Uint8Array) => Uint8Array): void {
  const found = world.bucket.get(key);
  const bytes = change(found?.bytes ?? new Uint8Array());
  const hash = nodeCodec.sha256(bytes);
  world.bucket.set(key, {
    bytes,
    sha256: hash,
    etag: `"${hash.slice(0, 32)}"`,
    lastModified: found?.lastModified ?? 0,
  });
}

const flipped = (found: Uint8Array) => found.map((byte, index) => (index === found.length >> 1 ? byte ^ 0x10 : byte));

function eachKey(world: World, below: string, act: (key: string) => void): void {
  for (const key of world.bucket.keys()) if (key.startsWith(`team/${below}`)) act(key);
}

const rawHead = (world: World) => JSON.parse(Buffer.from(world.bucket.get('team/head.json')?.bytes ?? []).toString());

function rawCommit(world: World) {
  const { commit } = rawHead(world);
  return JSON.parse(Buffer.from(world.bucket.get(`team/${commit.key}`)?.bytes ?? []).toString());
}

function rawEntries(world: World): RawEntry[] {
  return (rawCommit(world).shards as { key: string }[]).flatMap(({ key }) =>
    gunzipSync(world.bucket.get(`team/${key}`)?.bytes ?? new Uint8Array())
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RawEntry),
  );
}

/** Writes a whole new commit by hand, in one shard, as another implementation might. */
function rewriteIndex(world: World, change: (entries: readonly RawEntry[]) => readonly object[]): void {
  const head = rawHead(world);
  const commit = rawCommit(world);
  const entries = change(rawEntries(world)) as RawEntry[];
  const lines = entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const text = lines.map((entry) => `${JSON.stringify(sorted(entry))}\n`).join('');
  const shard = `index/${sha256(text)}-${head.epoch}.jsonl.gz`;
  overwrite(world, `team/${shard}`, () => gzipSync(text));
  const next = {
    ...commit,
    generation: commit.generation + 1,
    id: 'by-hand',
    parent: { id: commit.id, key: head.commit.key, sha256: head.commit.sha256 },
    shards: [
      { key: shard, sha256: sha256(text), first: lines[0]?.path, last: lines.at(-1)?.path, count: lines.length },
    ],
  };
  const record = JSON.stringify(next);
  const key = `commits/${String(next.generation).padStart(10, '0')}-by-hand.json`;
  overwrite(world, `team/${key}`, () => Buffer.from(record));
  const pointer = { ...head.commit, generation: next.generation, id: 'by-hand', key, sha256: sha256(record) };
  overwrite(world, 'team/head.json', () =>
    Buffer.from(
      JSON.stringify({ ...head, nonce: 'by-hand', commit: pointer, recentCommits: ['by-hand', ...head.recentCommits] }),
    ),
  );
}

/** With its keys in order, as the format wants them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}

function objectOf(world: World, path: string): string {
  const object = rawEntries(world).find((entry) => entry.path === path)?.slices[0]?.object;
  if (object === undefined) throw new Error(`${path} has no object`);
  return `team/${object}`;
}

/** A name after which a shard is cut: the SHA-256 of the path begins with ten zero bits. */
function shardEnd(): string {
  for (let index = 0; ; index += 1) {
    const name = `file-2-${index}`;
    if (Number.parseInt(sha256(name).slice(0, 3), 16) >> 2 === 0) return name;
  }
}
