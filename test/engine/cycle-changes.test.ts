import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SyncReport } from '../../src/core/status/sync-report.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { openWorld, type Replica } from '../support/replica.ts';

type Tree = Readonly<Record<string, string>>;

interface Row {
  /** In step on both sides at first. */
  readonly start: Tree;
  /** Then Alice does this, and syncs. */
  readonly alice?: (alice: Replica) => void;
  /** Then Bob does this, and syncs. */
  readonly bob: (bob: Replica) => void;
  readonly options?: SyncOptions;
  readonly report: Partial<Omit<SyncReport, 'conflicts' | 'problems'>>;
  readonly conflicts?: Tree;
  /** Bob's root afterwards. */
  readonly here: Tree;
  /** The remote afterwards; as `here` otherwise. */
  readonly there?: Tree;
  readonly sendsNoContent?: true;
  /** What Bob has seen and lets go of. */
  readonly letsGo?: string;
}

const table: Record<string, Row> = {
  'an edit goes up': {
    start: { a: '1', b: '1' },
    bob: (bob) => bob.write('a', '2'),
    report: { uploaded: 1, downloaded: 0 },
    here: { a: '2', b: '1' },
  },
  'an edit comes down': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.write('a', '2'),
    bob: () => {},
    report: { uploaded: 0, downloaded: 1 },
    here: { a: '2', b: '1' },
  },
  'a deletion goes up': {
    start: { a: '1', b: '1' },
    bob: (bob) => bob.remove('a'),
    report: { deletedRemote: 1, downloaded: 0 },
    here: { b: '1' },
  },
  'a deletion comes down, with the folders that only led to it': {
    start: { 'x/y/a': '1', b: '1' },
    alice: (alice) => alice.remove('x/y/a'),
    bob: () => {},
    report: { deletedLocal: 1, uploaded: 0 },
    here: { b: '1' },
  },
  'a rename sends no content': {
    start: { 'old/name': 'a content of some length', b: '1' },
    bob: (bob) => bob.rename('old/name', 'new/name'),
    report: { uploaded: 1, deletedRemote: 1 },
    here: { 'new/name': 'a content of some length', b: '1' },
    sendsNoContent: true,
  },
  'equal new files on both sides are adopted without transfer': {
    start: { a: '1' },
    alice: (alice) => alice.write('n', 'same'),
    bob: (bob) => bob.write('n', 'same'),
    report: { adopted: 1, uploaded: 0, downloaded: 0, generation: 2 },
    here: { a: '1', n: 'same' },
  },
  'a file gone on both sides is forgotten': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.remove('a'),
    bob: (bob) => bob.remove('a'),
    report: { deletedRemote: 0, deletedLocal: 0 },
    here: { b: '1' },
  },
  'a file becomes a folder': {
    start: { a: '1' },
    alice: (alice) => {
      alice.remove('a');
      alice.write('a/b', '2');
    },
    bob: () => {},
    report: { downloaded: 1, deletedLocal: 1 },
    here: { 'a/b': '2' },
  },
  'a folder becomes a file': {
    start: { 'a/b': '1', c: '1' },
    alice: (alice) => {
      alice.remove('a/b');
      rmdirSync(join(alice.root, 'a'));
      alice.write('a', '2');
    },
    bob: () => {},
    report: { deletedLocal: 1, downloaded: 1 },
    here: { a: '2', c: '1' },
  },
  'a folder goes, and a file moves': {
    start: { 'a/b': '1', keep: 'k' },
    alice: (alice) => {
      alice.remove('a/b');
      alice.rename('keep', 'keep2');
    },
    bob: () => {},
    report: { deletedLocal: 2, downloaded: 1 },
    here: { keep2: 'k' },
  },
  'both changed: held, everything else proceeds in both directions': {
    start: { a: '1', up: '1', down: '1' },
    alice: (alice) => {
      alice.write('a', 'hers');
      alice.write('down', '2');
    },
    bob: (bob) => {
      bob.write('a', 'his');
      bob.write('up', '2');
    },
    report: { uploaded: 1, downloaded: 1 },
    conflicts: { a: 'both-changed' },
    here: { a: 'his', up: '2', down: '2' },
    there: { a: 'hers', up: '2', down: '2' },
  },
  'changed here, deleted there: held': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.remove('a'),
    bob: (bob) => bob.write('a', 'his'),
    report: { uploaded: 0, deletedLocal: 0 },
    conflicts: { a: 'changed-here-deleted-there' },
    here: { a: 'his', b: '1' },
    there: { b: '1' },
  },
  'deleted here, changed there: held': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.write('a', 'hers'),
    bob: (bob) => bob.remove('a'),
    report: { downloaded: 0, deletedRemote: 0 },
    conflicts: { a: 'deleted-here-changed-there' },
    here: { b: '1' },
    there: { a: 'hers', b: '1' },
  },
  'two new files at one path: held': {
    start: { b: '1' },
    alice: (alice) => alice.write('a', 'hers'),
    bob: (bob) => bob.write('a', 'his'),
    report: {},
    conflicts: { a: 'both-changed' },
    here: { a: 'his', b: '1' },
    there: { a: 'hers', b: '1' },
  },
  '"mine" sends what is here': {
    start: { a: '1' },
    alice: (alice) => alice.write('a', 'hers'),
    bob: (bob) => bob.write('a', 'his'),
    options: { onConflict: 'mine' },
    report: { uploaded: 1, downloaded: 0 },
    here: { a: 'his' },
  },
  '"theirs" brings what is there': {
    start: { a: '1' },
    alice: (alice) => alice.write('a', 'hers'),
    bob: (bob) => bob.write('a', 'his'),
    options: { onConflict: 'theirs' },
    letsGo: 'a',
    report: { uploaded: 0, downloaded: 1 },
    here: { a: 'hers' },
  },
  '"mine" of a deletion deletes there': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.write('a', 'hers'),
    bob: (bob) => bob.remove('a'),
    options: { onConflict: 'mine' },
    report: { deletedRemote: 1 },
    here: { b: '1' },
  },
  '"theirs" of a deletion deletes here': {
    start: { a: '1', b: '1' },
    alice: (alice) => alice.remove('a'),
    bob: (bob) => bob.write('a', 'his'),
    options: { onConflict: 'theirs' },
    letsGo: 'a',
    report: { deletedLocal: 1 },
    here: { b: '1' },
  },
  'a pull brings, and leaves the remote alone': {
    start: { a: '1', b: '1', c: '1' },
    alice: (alice) => alice.write('a', '2'),
    bob: (bob) => {
      bob.write('b', '2');
      bob.remove('c');
    },
    options: { direction: 'pull' },
    report: { uploaded: 0, deletedRemote: 0, downloaded: 1, generation: 2 },
    here: { a: '2', b: '2' },
    there: { a: '2', b: '1', c: '1' },
  },
  'a push sends, and leaves the root alone': {
    start: { a: '1', b: '1', c: '1' },
    alice: (alice) => {
      alice.write('a', '2');
      alice.remove('c');
    },
    bob: (bob) => bob.write('b', '2'),
    options: { direction: 'push' },
    report: { uploaded: 1, downloaded: 0, deletedLocal: 0, generation: 3 },
    here: { a: '1', b: '2', c: '1' },
    there: { a: '2', b: '2' },
  },
  'a file that is open and unsaved in an editor is left alone': {
    start: { a: '1', b: '1' },
    alice: (alice) => {
      alice.write('a', '2');
      alice.write('b', '2');
    },
    bob: () => {},
    options: { busyPaths: new Set(['a']) },
    report: { downloaded: 1 },
    here: { a: '1', b: '2' },
    there: { a: '2', b: '2' },
  },
};

test.each(Object.entries(table))('%s', async (_title, row) => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (const [path, text] of Object.entries(row.start)) alice.write(path, text);
  await alice.sync();
  await bob.sync();
  row.alice?.(alice);
  if (row.alice) await alice.sync();
  row.bob(bob);
  if (row.letsGo) bob.letGo(row.letsGo);
  const before = bob.store.traffic.bytesUp;
  bob.store.forget();
  const report = await bob.sync(row.options);
  expect(report).toMatchObject(row.report);
  expect(Object.fromEntries(report.conflicts.map(({ path, reason }) => [path, reason]))).toEqual(row.conflicts ?? {});
  expect(bob.files()).toEqual(row.here);
  expect(await world.remoteFiles()).toEqual(row.there ?? row.here);
  if (row.sendsNoContent) expect(bob.store.puts().filter((key) => key.startsWith('objects/'))).toEqual([]);
  expect(report.bytesUp).toBe(bob.store.traffic.bytesUp - before);
  await world.expectNothingLost();
  expect((await world.remote()).lease).toBeNull();

  if (row.conflicts || row.options) return;
  await alice.sync();
  expect(alice.files()).toEqual(row.here);
  for (const replica of [alice, bob]) {
    expect(await replica.sync()).toMatchObject({
      requests: 1,
      uploaded: 0,
      downloaded: 0,
      deletedLocal: 0,
      deletedRemote: 0,
    });
  }
});

test('"both" keeps the local file beside, brings the remote one, and sends the copy to everybody', async () => {
  const { world, alice, bob } = await inConflict();
  const report = await bob.sync({ onConflict: 'both' });
  expect(report).toMatchObject({ downloaded: 1, uploaded: 1, conflicts: [] });
  const copy = Object.keys(bob.files()).find((path) => path.startsWith('a.conflict-bob-'));
  expect(copy).toMatch(/^a\.conflict-bob-\d{8}T\d{6}Z\.txt$/);
  expect(bob.files()).toEqual({ 'a.txt': 'hers', [copy ?? '']: 'his' });
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
  await world.expectNothingLost();
});

test('a choice counts for the versions that were shown, and for no others', async () => {
  const { world, alice, bob } = await inConflict();
  const [shown] = await bob.datastore.conflicts();
  expect(shown).toMatchObject({ path: 'a.txt', reason: 'both-changed' });
  if (!shown) return;
  const choice = {
    path: shown.path,
    answer: 'mine',
    localSha256: shown.local?.sha256 ?? null,
    remoteSha256: shown.remote?.sha256 ?? null,
  } as const;
  bob.write('a.txt', 'his, once more');
  expect((await bob.sync({ choices: [choice] })).conflicts).toHaveLength(1);
  expect(bob.read('a.txt')).toBe('his, once more');
  bob.write('a.txt', 'his');
  alice.write('a.txt', 'hers, once more');
  await alice.sync();
  expect((await bob.sync({ choices: [choice] })).conflicts).toHaveLength(1);
  expect(await world.remoteFiles()).toEqual({ 'a.txt': 'hers, once more' });
  const [again] = await bob.datastore.conflicts();
  const fresh = { ...choice, remoteSha256: again?.remote?.sha256 ?? null };
  expect(await bob.sync({ choices: [fresh] })).toMatchObject({ uploaded: 1, conflicts: [] });
  expect(await world.remoteFiles()).toEqual({ 'a.txt': 'his' });
});

test('a held-back path stays a conflict over many cycles, pushes of others included', async () => {
  const { world, bob } = await inConflict();
  for (const round of [1, 2, 3]) {
    bob.write('other.txt', `round ${round}`);
    bob.restart();
    expect(await bob.sync()).toMatchObject({ uploaded: 1, conflicts: [{ path: 'a.txt' }] });
  }
  expect(await bob.sync()).toMatchObject({ uploaded: 0, conflicts: [{ path: 'a.txt' }] });
  expect(await world.remoteFiles()).toEqual({ 'a.txt': 'hers', 'other.txt': 'round 3' });
  expect(bob.read('a.txt')).toBe('his');
});

test('what was deleted does not come back, on either side, in any order of cycles', async () => {
  const world = openWorld();
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => world.replica(name));
  if (!alice || !bob || !carol) return;
  alice.write('a', '1');
  alice.write('b', '1');
  for (const each of [alice, bob, carol]) await each.sync();
  alice.remove('a');
  bob.write('c', '1');
  await alice.sync();
  for (const each of [bob, carol, alice, bob, carol]) {
    each.restart();
    await each.sync();
  }
  for (const each of [alice, bob, carol]) expect(each.files()).toEqual({ b: '1', c: '1' });
});

async function inConflict() {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a.txt', 'first');
  await alice.sync();
  await bob.sync();
  alice.write('a.txt', 'hers');
  await alice.sync();
  bob.write('a.txt', 'his');
  expect((await bob.sync()).conflicts).toHaveLength(1);
  return { world, alice, bob };
}
