import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { openWorld, type Replica } from '../support/replica.ts';
import { lookingLate } from './late-look.ts';

/* A cycle that a watcher asks for takes from memory what it was not told of. What that misses is found later, and is never overwritten, taken away or lost meanwhile. */

const LATELY = { fromLastSeen: true } as const;
const OLD = new Date('2026-01-01');
/** Longer than the step of a clock that folders are asked for. */
const SETTLED_MS = 150;
/** More than is read at once, or kept to be sent. */
const LARGE = 'x'.repeat(1_500_000);

const nothing = () => false;

/** Folders whose names changed long ago. */
async function aged({ root }: Replica): Promise<void> {
  const folders = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { parentPath, name } of folders) utimesSync(join(parentPath, name), OLD, OLD);
  utimesSync(root, OLD, OLD);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
}

async function watched() {
  const world = openWorld();
  const walks: boolean[] = [];
  const opened: string[] = [];
  const counted = (files: LocalFiles): LocalFiles => ({
    ...files,
    async walk(...given) {
      const walk = await lookingLate(files).walk(...given);
      walks.push(walk.isWhole);
      return walk;
    },
    async open(path) {
      opened.push(path);
      return files.open(path);
    },
  });
  const [alice, bob] = [world.replica('alice'), world.replica('bob', { files: counted, skip: nothing })];
  for (const path of ['a/one', 'a/two', 'b/three']) alice.write(path, 'first');
  alice.write('b/large', LARGE);
  await alice.sync();
  await bob.sync();
  await aged(bob);
  bob.memory.trust();
  await bob.sync();
  await bob.sync(LATELY);
  expect(walks.at(-1)).toBe(false);
  walks.length = 0;
  opened.length = 0;
  /** As a poll does that finds a new commit. */
  const polled = async (replica: Replica) => {
    await alice.sync();
    await replica.datastore.lease();
  };
  return { world, alice, bob, walks, opened, polled, tell: (path: string) => bob.memory.touch(join(bob.root, path)) };
}

test('what was told is pushed, and the rest is not looked at', async () => {
  const { bob, walks, tell, world } = await watched();
  bob.write('a/one', 'second');
  tell('a/one');
  expect(await bob.sync(LATELY)).toMatchObject({ uploaded: 1, problems: [], conflicts: [] });
  expect(walks).toEqual([false]);
  expect(await world.remoteFiles()).toMatchObject({ 'a/one': 'second' });
});

test('what was not told is pushed by a cycle that looks at all', async () => {
  const { bob } = await watched();
  bob.write('a/one', 'second');
  expect(await bob.sync(LATELY)).toMatchObject({ uploaded: 0 });
  expect(await bob.sync()).toMatchObject({ uploaded: 1 });
});

test('what was not told is not overwritten by a pull', async () => {
  const { world, alice, bob, walks, polled } = await watched();
  alice.write('a/one', 'theirs');
  await polled(bob);
  bob.write('a/one', 'mine');
  expect(await bob.sync(LATELY)).toMatchObject({ downloaded: 0, conflicts: [{ path: 'a/one' }] });
  expect(walks).toEqual([false, true]);
  expect(bob.read('a/one')).toBe('mine');
  await world.expectNothingLost();
});

test('what was not told is not taken away by a deletion', async () => {
  const { alice, bob, polled } = await watched();
  alice.remove('a/one');
  await polled(bob);
  bob.write('a/one', 'mine');
  expect(await bob.sync(LATELY)).toMatchObject({ deletedLocal: 0, conflicts: [{ path: 'a/one' }] });
  expect(bob.read('a/one')).toBe('mine');
});

test('what a pull has brought is there for the next cycle', async () => {
  const { alice, bob, walks, polled } = await watched();
  alice.write('a/new', 'theirs');
  alice.write('new/deep', 'theirs');
  alice.remove('a/two');
  await polled(bob);
  expect(await bob.sync(LATELY)).toMatchObject({ downloaded: 2, deletedLocal: 1, problems: [] });
  expect(await bob.sync(LATELY)).toMatchObject({ uploaded: 0, deletedRemote: 0, downloaded: 0, problems: [] });
  expect(walks).toEqual([false, false]);
  expect(await alice.sync()).toMatchObject({ downloaded: 0, deletedLocal: 0 });
});

test.each<{ what: string; act: (bob: Replica) => void; report: object }>([
  { what: 'a deletion', act: (bob) => bob.remove('a/one'), report: { deletedRemote: 1 } },
  { what: 'a rename', act: (bob) => bob.rename('a/one', 'b/one'), report: { deletedRemote: 1, uploaded: 1 } },
])('$what is looked at whole before it takes anything away elsewhere', async ({ act, report }) => {
  const { bob, walks } = await watched();
  act(bob);
  expect(await bob.sync(LATELY)).toMatchObject(report);
  expect(walks).toEqual([false, true]);
});

test('what two looks see is read once', async () => {
  const { bob, walks, opened } = await watched();
  bob.rename('b/large', 'a/large');
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  expect(await bob.sync(LATELY)).toMatchObject({ uploaded: 1, deletedRemote: 1 });
  expect(walks).toEqual([false, true]);
  expect(opened).toEqual(['a/large']);
});

test('while a conflict is open each cycle looks once, at all', async () => {
  const { alice, bob, polled, walks } = await watched();
  alice.write('a/one', 'theirs');
  bob.write('a/one', 'mine');
  await polled(bob);
  for (let nth = 0; nth < 3; nth += 1) expect((await bob.sync(LATELY)).conflicts).toHaveLength(1);
  expect(walks).toEqual([false, true, true, true]);
});

test('what stops a person is looked at whole', async () => {
  const { bob, walks } = await watched();
  for (const path of ['a/one', 'a/two', 'b/three', 'b/large']) bob.remove(path);
  expect(await bob.failing(LATELY)).toMatchObject({ kind: 'veto' });
  expect(walks.slice(0, 2)).toEqual([false, true]);
});

test('what a person asks for is looked at whole', async () => {
  const { bob, walks } = await watched();
  bob.write('a/one', 'second');
  await bob.datastore.preview();
  await bob.sync();
  expect(walks).toEqual([true, true]);
});

test('what another process of this root has brought is no deletion', async () => {
  const { alice, bob, walks } = await watched();
  alice.write('a/new', 'theirs');
  alice.write('a/one', 'theirs');
  await alice.sync();
  const window = bob.datastore;
  bob.restart();
  expect(await bob.sync()).toMatchObject({ downloaded: 2 });
  walks.length = 0;
  expect(await window.sync(LATELY)).toMatchObject({ deletedRemote: 0, uploaded: 0, problems: [], conflicts: [] });
  await bob.datastore.close();
  bob.datastore = window;
});

test('after a run that died while it brought files all is looked at', async () => {
  const { alice, bob, walks, polled } = await watched();
  alice.write('a/one', 'theirs');
  await polled(bob);
  bob.onState = (name) => {
    if (name === 'base.jsonl' && bob.read('a/one') === 'theirs') throw new Error('crashed here');
  };
  expect(await bob.failing(LATELY)).toMatchObject({ message: expect.stringContaining('crashed here') });
  bob.onState = () => {};
  walks.length = 0;
  expect(await bob.sync(LATELY)).toMatchObject({ downloaded: 0, uploaded: 0, conflicts: [] });
  expect(walks).toEqual([true]);
});

test.each([
  { what: 'looks at all', options: {} },
  { what: 'a watcher has asked for', options: LATELY },
])('a root without its mark asks, also after a cycle that $what', async ({ options }) => {
  const { world, alice, bob, polled } = await watched();
  // As another host that brings back a copy on a share: no watcher here tells of it.
  rmSync(join(bob.root, '.datastore-staging'), { recursive: true });
  bob.write('a/one', 'of the copy');
  alice.write('b/new', 'theirs');
  await polled(bob);
  await bob.failing(options);
  expect(await bob.failing()).toMatchObject({ kind: 'veto' });
  expect(await world.remoteFiles()).toMatchObject({ 'a/one': 'first' });
});

test.each<{
  what: string;
  options?: object;
  act: (alice: Replica, bob: Replica, tell: (path: string) => void) => void;
}>([
  {
    what: 'a veto',
    act: (alice) => {
      for (const path of ['a/one', 'a/two', 'b/three', 'b/large']) alice.remove(path);
    },
  },
  {
    what: 'a conflict',
    act: (alice, bob, tell) => {
      alice.write('a/one', 'theirs');
      bob.write('a/one', 'mine');
      tell('a/one');
    },
  },
  {
    what: 'what is held back',
    options: { busyPaths: new Set(['a/one']) },
    act: (alice) => alice.write('a/one', 'theirs'),
  },
])('$what alone is looked at whole before it is told', async ({ act, options }) => {
  const { alice, bob, walks, tell } = await watched();
  act(alice, bob, tell);
  await alice.sync({ allowMassDelete: true });
  // So that the remote is asked, and no second pass comes of that.
  await bob.datastore.close();
  bob.restart();
  await bob.failing({ ...LATELY, ...options });
  expect(walks.slice(0, 2)).toEqual([false, true]);
});
