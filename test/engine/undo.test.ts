import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import type { UndoOptions } from '../../src/engine/datastore.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { openWorld, type Replica } from '../support/replica.ts';

const HOUR = 3_600_000;
const later = (hours: number): Clock => ({ ...systemClock, now: () => systemClock.now() + hours * HOUR });

const refusal = (of: Replica, options?: UndoOptions) =>
  of.datastore.undo(options).then(
    () => 'no error',
    (error: { kind: string; message: string }) => `${error.kind}: ${error.message}`,
  );

/** Alice replaces `a`, deletes `sub/d`, renames `r` and adds `n`; Bob has taken it over. */
async function taken() {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (const path of ['a', 'sub/d', 'r', 'same']) alice.write(path, `${path} 1`);
  await alice.sync();
  await bob.sync();
  alice.write('a', 'a 2');
  alice.remove('sub/d');
  alice.rename('r', 'renamed');
  alice.write('n', 'n 1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

const AFTER = { a: 'a 2', n: 'n 1', renamed: 'r 1', same: 'same 1' };
const UNDONE = { ...AFTER, a: 'a 1', r: 'r 1', 'sub/d': 'sub/d 1' };

test('what the last sync replaced or deleted here comes back; what it brought new stays; the next sync sends it', async () => {
  const { world, alice, bob } = await taken();
  const [point] = await bob.datastore.undoPoints();
  expect(point).toMatchObject({ undoes: null, files: 3, bytes: 13 });
  bob.store.forget();
  const preview = await bob.datastore.previewUndo();
  expect(bob.files()).toEqual(AFTER);
  const report = await bob.datastore.undo();
  expect(report).toEqual(preview);
  expect(report).toMatchObject({
    id: point?.id,
    files: [
      { path: 'a', what: 'replaced', size: 3 },
      { path: 'r', what: 'brought-back', size: 3 },
      { path: 'sub/d', what: 'brought-back', size: 7 },
    ],
    bytes: 13,
    back: 0,
    left: [],
  });
  expect(bob.store.calls).toEqual([]);
  expect(bob.files()).toEqual(UNDONE);
  expect(await bob.sync()).toMatchObject({ uploaded: 3, downloaded: 0, deletedLocal: 0, conflicts: [], problems: [] });
  await alice.sync();
  expect(alice.files()).toEqual(UNDONE);
  await world.expectNothingLost();
});

test('time of change and mode come back with a file', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  alice.write('tool', 'old');
  await alice.sync();
  await bob.sync();
  const file = join(bob.root, 'tool');
  utimesSync(file, 1_700_000_000, 1_700_000_000.5);
  await bob.sync();
  alice.write('tool', 'new');
  await alice.sync();
  await bob.sync();
  await bob.datastore.undo();
  expect([bob.read('tool'), statSync(file).mtimeMs]).toEqual(['old', 1_700_000_000_500]);
});

test('an undo can be undone, and that again', async () => {
  const { world, alice, bob } = await taken();
  const first = await bob.datastore.undo();
  const [point] = await bob.datastore.undoPoints();
  expect(point).toMatchObject({ undoes: first.id, files: 1 });
  const back = await bob.datastore.undo({ id: point?.id ?? '' });
  expect(back.files).toEqual([
    { path: 'a', what: 'replaced', size: 3 },
    { path: 'r', what: 'taken-away', size: 0 },
    { path: 'sub/d', what: 'taken-away', size: 0 },
  ]);
  expect(bob.files()).toEqual(AFTER);
  const [again] = await bob.datastore.undoPoints();
  await bob.datastore.undo({ id: again?.id ?? '' });
  expect(bob.files()).toEqual(UNDONE);
  await bob.sync();
  await alice.sync();
  expect(alice.files()).toEqual(UNDONE);
  await world.expectNothingLost();
});

test('an undo that was sent before it is undone is a deletion like any other, and the history has it', async () => {
  const { world, bob } = await taken();
  await bob.datastore.undo();
  await bob.sync();
  const point = (await bob.datastore.undoPoints()).find(({ undoes }) => undoes !== null);
  await bob.datastore.undo({ id: point?.id ?? '' });
  expect(await bob.sync()).toMatchObject({ uploaded: 1, deletedRemote: 2 });
  expect(await world.remoteFiles()).toEqual(AFTER);
  await world.expectNothingLost();
});

test('where a path is not as the sync left it nothing is done, and it is named', async () => {
  const { world, bob } = await taken();
  bob.write('a', 'edited since');
  bob.write('sub/d', 'made anew');
  const report = await bob.datastore.undo();
  expect(report.files.map(({ path }) => path)).toEqual(['r']);
  expect(report.left).toEqual([
    { path: 'a', reason: 'it changed since' },
    { path: 'sub/d', reason: 'it changed since' },
  ]);
  expect(bob.files()).toEqual({ ...AFTER, a: 'edited since', r: 'r 1', 'sub/d': 'made anew' });
  expect(await bob.datastore.undo()).toMatchObject({ files: [], back: 1, left: [{ path: 'a' }, { path: 'sub/d' }] });
  await world.expectNothingLost();
});

test('only the named paths, and what lies below them', async () => {
  const { bob } = await taken();
  const named = async (...paths: string[]) =>
    (await bob.datastore.previewUndo({ paths })).files.map(({ path }) => path);
  expect(await named('su', 'sub/d/x', 'd')).toEqual([]);
  expect(await named('sub/d', 'a')).toEqual(['a', 'sub/d']);
  expect(await named('')).toEqual(['a', 'r', 'sub/d']);
  expect((await bob.datastore.undo({ paths: ['sub'] })).files.map(({ path }) => path)).toEqual(['sub/d']);
  expect(bob.files()).toEqual({ ...AFTER, 'sub/d': 'sub/d 1' });
});

test('a version that is both undone here and changed there is a conflict, and nothing is overwritten', async () => {
  const { world, alice, bob } = await taken();
  alice.write('a', 'a 3');
  await alice.sync();
  await bob.datastore.undo();
  const report = await bob.sync();
  expect(report.conflicts.map(({ path }) => path)).toEqual(['a']);
  expect([bob.read('a'), alice.read('a')]).toEqual(['a 1', 'a 3']);
  await world.expectNothingLost();
});

test('a file in the way, a link, a folder, an open editor and a hostile name in the record are left alone', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  for (const path of ['folder/x', 'link', 'dir', 'open', 'ok']) alice.write(path, `${path} 1`);
  await alice.sync();
  await bob.sync();
  for (const path of ['folder/x', 'link', 'dir']) alice.remove(path);
  for (const path of ['open', 'ok']) alice.write(path, `${path} 2`);
  await alice.sync();
  await bob.sync();
  bob.write('folder', 'a file now');
  symlinkSync('/etc/hostname', join(bob.root, 'link'));
  bob.write('dir/y', 'in a folder now');
  const [point] = await bob.datastore.undoPoints();
  const run = join(bob.root, '.datastore-staging', point?.id ?? '');
  const evil = join(run, 'aside', '0', '.git');
  mkdirSync(evil, { recursive: true });
  writeFileSync(join(evil, 'config'), 'evil');
  writeFileSync(
    join(run, 'intents.jsonl'),
    `\n{"path":".git/config","expected":null,"becomes":null}\n{"path":"../../out","expected":null,"becomes":null}\n`,
    { flag: 'a' },
  );
  const report = await bob.datastore.undo({ busyPaths: new Set(['open']) });
  expect(report.files.map(({ path }) => path)).toEqual(['ok']);
  expect(Object.fromEntries(report.left.map(({ path, reason }) => [path, reason]))).toEqual({
    '.git/config': expect.any(String),
    'folder/x': expect.stringContaining('`folder` is a file'),
    link: 'it changed meanwhile',
    dir: expect.stringContaining('a folder has its name'),
    open: 'it is open and unsaved in an editor',
  });
  expect(readdirSync(bob.root)).not.toContain('.git');
  expect(bob.files()).toMatchObject({ folder: 'a file now', 'dir/y': 'in a folder now', open: 'open 2', ok: 'ok 1' });
});

test('a kept version that was written to since does not come back as what it was', async () => {
  const { bob } = await taken();
  const [aside] = asides(bob, 'a');
  writeFileSync(aside ?? '', 'late');
  const report = await bob.datastore.undo();
  expect(report.left).toEqual([{ path: 'a', reason: expect.stringContaining('was written to since') }]);
  bob.restart({ clock: later(25) });
  expect((await bob.sync()).problems).toMatchObject([{ path: 'a' }]);
  expect(Object.values(bob.files())).toContain('late');
});

describe('what is kept', () => {
  test('can be had back for 14 days, after its first day was settled, too', async () => {
    const { bob } = await taken();
    for (const hours of [25, 13 * 24]) {
      bob.restart({ clock: later(hours) });
      expect(await bob.sync()).toMatchObject({ problems: [], uploaded: 0 });
    }
    expect((await bob.datastore.undo()).files.length).toBe(3);
    expect(bob.files()).toEqual(UNDONE);
  });

  test('is dropped after that', async () => {
    const { bob } = await taken();
    bob.restart({ clock: later(14 * 24 + 1) });
    await bob.sync();
    expect(await bob.datastore.undoPoints()).toEqual([]);
    expect(await refusal(bob)).toMatch(/^usage: No sync has replaced or deleted/);
    expect(asides(bob)).toEqual([]);
  });

  test('is bounded beyond its first day: the oldest goes first', async () => {
    const { alice, bob } = await taken();
    const [oldest] = await bob.datastore.undoPoints();
    bob.restart({ clock: later(25) });
    await bob.sync();
    // As if it had been a large one.
    writeFileSync(join(bob.root, '.datastore-staging', oldest?.id ?? '', 'in', 'settled'), `${11 * 2 ** 30}\n`);
    alice.write('a', 'a 3');
    await alice.sync();
    await bob.sync();
    expect((await bob.datastore.undoPoints()).map(({ files }) => files)).toEqual([1]);
  });

  test('is not what a sync only brought: its staging goes after a day', async () => {
    const world = openWorld();
    const [alice, bob] = [world.replica('alice'), world.replica('bob')];
    alice.write('a', '1');
    await alice.sync();
    await bob.sync();
    bob.restart({ clock: later(25) });
    await bob.sync();
    expect(readdirSync(join(bob.root, '.datastore-staging'))).toEqual(['root.json']);
  });
});

test('what is not there cannot be undone, and says so', async () => {
  const { bob } = await taken();
  expect(await refusal(bob, { id: 'nothing' })).toMatch(/^usage: There is no "nothing" to undo/);
  expect(await refusal(bob, { id: '' })).toMatch(/^usage: There is no "" to undo/);
});

test('without the root there is nothing to undo into, and none is made', async () => {
  const { bob } = await taken();
  renameSync(bob.root, `${bob.root}-away`);
  expect(await refusal(bob)).toMatch(/^local: The root .* does not exist/);
  expect(existsSync(bob.root)).toBe(false);
});

test('after a sync that died, its own work is the base before anything is undone', async () => {
  const { world, alice, bob } = await taken();
  alice.write('a', 'a 3');
  await alice.sync();
  bob.onState = (name) => {
    if (name === 'base.jsonl' && bob.read('a') === 'a 3') throw new Error('crashed here');
  };
  expect((await bob.failing()).message).toContain('crashed here');
  bob.onState = () => {};
  bob.restart();
  const report = await bob.datastore.undo();
  expect(report.files).toEqual([{ path: 'a', what: 'replaced', size: 3 }]);
  expect(bob.read('a')).toBe('a 2');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, conflicts: [] });
  await alice.sync();
  expect(alice.read('a')).toBe('a 2');
  await world.expectNothingLost();
});

describe('an undo that dies half-way is put in order by the next start', () => {
  test('between moving aside and linking in: what was there goes back, also where the base has what was to come', async () => {
    const { world, bob } = await taken();
    const redo = await bob.datastore.undo();
    const [point] = await bob.datastore.undoPoints();
    expect(point?.undoes).toBe(redo.id);
    // To undo the undo brings what the base has: an absent path must not pass for one that Bob removed.
    bob.restart({
      files: (files) => ({
        ...files,
        async install(staged, path, expected) {
          const answer = await files.install(staged, path, expected);
          if (path === 'a') {
            renameSync(join(bob.root, 'a'), join(bob.root, '.datastore-staging', 'gone'));
            throw new Error('crashed here');
          }
          return answer;
        },
      }),
    });
    expect(await refusal(bob, { id: point?.id ?? '' })).toContain('crashed here');
    bob.restart({ files: (files) => files });
    expect(await bob.sync()).toMatchObject({ deletedRemote: 0, problems: [], conflicts: [] });
    expect(bob.read('a')).toBe('a 1');
    expect((await world.remoteFiles())['a']).toBe('a 1');
  });

  test('a power cut that took what was moved aside with it is no deletion by a person', async () => {
    const { world, alice, bob } = await taken();
    bob.restart({
      files: (files) => ({
        ...files,
        async install(staged, path, expected) {
          const answer = await files.install(staged, path, expected);
          if (path !== 'a' || answer.kind !== 'done' || answer.aside === null) return answer;
          // Without a journal the folder that it was moved to may be lost, and its new name with it.
          rmSync(join(bob.root, '.datastore-staging', answer.aside));
          rmSync(join(bob.root, 'a'));
          throw new Error('crashed here');
        },
      }),
    });
    expect(await refusal(bob)).toContain('crashed here');
    bob.restart({ files: (files) => files });
    expect(await bob.sync()).toMatchObject({ deletedRemote: 0, downloaded: 1, problems: [], conflicts: [] });
    expect(bob.files()).toEqual(AFTER);
    await alice.sync();
    expect(alice.files()).toEqual(AFTER);
    await world.expectNothingLost();
  });

  test('and what it had brought is a change of the person, never the base', async () => {
    const { world, alice, bob } = await taken();
    bob.onState = (name) => {
      if (name === 'apply.json' && bob.read('a') === 'a 1') throw new Error('crashed here');
    };
    expect(await refusal(bob)).toContain('crashed here');
    bob.onState = () => {};
    bob.restart();
    expect(await bob.sync()).toMatchObject({ uploaded: 3, downloaded: 0, deletedLocal: 0, conflicts: [] });
    await alice.sync();
    expect(alice.files()).toEqual(UNDONE);
    await world.expectNothingLost();
  });
});

function asides(replica: Replica, path = ''): string[] {
  const staging = join(replica.root, '.datastore-staging');
  return readdirSync(staging, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('aside') && entry.name.endsWith(path))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).length > 0);
}
