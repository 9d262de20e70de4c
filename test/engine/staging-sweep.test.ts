import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { openWorld, type Replica } from '../support/replica.ts';
import { asOrdinaryUser } from './fs/sandbox.ts';

const HOUR = 3_600_000;
/** Everything as it is, but later. */
const after = (hours: number): Clock => ({ ...systemClock, now: () => systemClock.now() + hours * HOUR });
const tomorrow = after(25);

test('replaced files are kept for two weeks, then dropped, and nothing comes back', async () => {
  const { world, alice, bob } = await inStep();
  await replaceTwiceInOneRun(alice, bob);
  for (const hours of [0, 25, 14 * 24 - 1]) {
    bob.restart({ clock: after(hours) });
    expect(await bob.sync()).toMatchObject({ problems: [], uploaded: 0 });
    expect(asides(bob).length).toBe(2);
  }
  bob.restart({ clock: after(14 * 24 + 1) });
  expect(await bob.sync()).toMatchObject({ problems: [], uploaded: 0 });
  expect(asides(bob)).toEqual([]);
  expect(bob.files()).toEqual({ a: 'v3', b: 'his' });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('what its owner deletes after it was replaced stays deleted, a day later too', async () => {
  const { world, alice, bob } = await inStep();
  await replaceTwiceInOneRun(alice, bob);
  bob.remove('a');
  await bob.sync();
  bob.restart({ clock: tomorrow });
  expect(await bob.sync()).toMatchObject({ problems: [], uploaded: 0 });
  expect(bob.files()).toEqual({ b: 'his' });
  await alice.sync();
  expect(await world.remoteFiles()).toEqual({ b: 'his' });
});

test('what its owner deletes after a later part of that run has failed stays deleted', async () => {
  const { world, alice, bob } = await inStep();
  alice.write('a', 'v2');
  await alice.sync();
  bob.onState = (name) => {
    if (name === 'apply.json' && bob.read('a') === 'v2') throw new Error('crashed here');
  };
  expect((await bob.failing()).message).toContain('crashed here');
  bob.onState = () => {};
  bob.remove('a');
  bob.restart();
  await bob.sync();
  await bob.sync();
  expect(bob.files()).toEqual({ b: '1' });
  expect(await world.remoteFiles()).toEqual({ b: '1' });
});

test('what was written late into a replaced file becomes a copy when its day is over', async () => {
  const { world, alice, bob } = await inStep();
  await replaceTwiceInOneRun(alice, bob);
  writeFileSync(asides(bob)[0] ?? '', 'written late');
  bob.restart({ clock: tomorrow });
  expect((await bob.sync()).problems).toMatchObject([{ path: 'a' }]);
  expect(Object.values(bob.files()).toSorted()).toEqual(['his', 'v3', 'written late']);
  expect(asides(bob).length).toBeLessThanOrEqual(1);
  await bob.sync();
  expect(Object.values(await world.remoteFiles())).toContain('written late');
});

test('a crash between moving aside and linking, in the second replacement of a run: the version of then goes back', async () => {
  const { world, alice, bob } = await inStep();
  let installs = 0;
  bob.restart({
    files: (files) => ({
      ...files,
      async install(staged, path, expected) {
        if (path !== 'a' || ++installs < 2) return files.install(staged, path, expected);
        await files.install(staged, path, expected);
        // As if the link had not been made when the power went.
        renameSync(join(bob.root, 'a'), join(bob.root, '.datastore-staging', 'gone'));
        throw new Error('crashed here');
      },
    }),
  });
  await expect(replaceTwiceInOneRun(alice, bob)).rejects.toThrow('crashed here');
  expect(existsSync(join(bob.root, 'a'))).toBe(false);
  bob.restart({ files: (files) => files });
  const report = await bob.sync();
  expect(report).toMatchObject({ conflicts: [], downloaded: 1 });
  expect(bob.files()).toEqual({ a: 'v3', b: 'his' });
  expect(await world.remoteFiles()).toEqual({ a: 'v3', b: 'his' });
});

/** Alice commits while Bob pulls and once more while he pushes. */
async function replaceTwiceInOneRun(alice: Replica, bob: Replica) {
  alice.write('a', 'v2');
  await alice.sync();
  bob.write('b', 'his');
  const rival = async () => {
    alice.write('a', 'v3');
    await alice.sync();
  };
  bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'between', run: rival } });
  expect(await bob.sync()).toMatchObject({ downloaded: 2, uploaded: 1 });
}

function asides(replica: Replica): string[] {
  const staging = join(replica.root, '.datastore-staging');
  return readdirSync(staging, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('aside'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function inStep() {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  alice.write('a', 'v1');
  alice.write('b', '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}

describe('a folder that cannot be searched is trouble of its own paths alone, though a run that died', () => {
  test.each([
    { what: 'was about to remove a file in it', isMoved: false, late: [] },
    { what: 'removed a file in it', isMoved: true, late: [] },
    { what: 'removed a file in it, into which somebody writes after that', isMoved: true, late: ['late'] },
  ])('$what', async ({ isMoved, late }) => {
    const world = openWorld();
    const [alice, bob] = [world.replica('alice'), world.replica('bob')];
    for (const path of ['sub/gone', 'sub/stays', 'x']) alice.write(path, '1');
    await alice.sync();
    await bob.sync();
    alice.remove('sub/gone');
    await alice.sync();
    bob.restart({
      files: (files) => ({
        ...files,
        async remove(path, expected) {
          if (isMoved) await files.remove(path, expected);
          throw new Error('crashed here');
        },
      }),
    });
    expect((await bob.failing()).message).toContain('crashed here');
    for (const text of late) writeFileSync(asides(bob)[0] ?? '', text);
    alice.write('x', '2');
    await alice.sync();
    bob.restart({ files: (files) => files });
    if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', join(bob.root, '../..')]);
    chmodSync(join(bob.root, 'sub'), 0);
    const report = await asOrdinaryUser(() => bob.sync());
    chmodSync(join(bob.root, 'sub'), 0o755);
    expect(report).toMatchObject({ downloaded: 1, deletedRemote: 0 });
    expect(report.problems.map(({ path }) => path)).toContain('sub');
    await bob.sync();
    expect(bob.files()).toEqual({ 'sub/stays': '1', x: '2' });
    expect(asides(bob).map((path) => readFileSync(path, 'utf8'))).toEqual(expect.arrayContaining(late));
  });
});
