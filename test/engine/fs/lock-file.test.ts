import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLockFile } from '../../../src/adapters/fs/lock-file.ts';
import { openSandbox } from './sandbox.ts';

const place = () => join(openSandbox().root, '.datastore-staging', 'lock');

test('a lock is made complete, read, renewed and removed', async () => {
  const path = place();
  const lock = openLockFile(path);
  expect(await lock.read()).toBeNull();
  expect(await lock.moveAside()).toBeNull();
  expect(await lock.create('{"one":1}')).toBe(true);
  expect(await lock.create('{"again":1}')).toBe(false);
  expect(await openLockFile(path).create('{"other":1}')).toBe(false);
  expect(await openLockFile(path).read()).toBe('{"one":1}');
  for (const content of ['{"two":"größer"}', 'x'.repeat(5000), 'short']) {
    await lock.beat(content);
    expect(await openLockFile(path).read()).toBe(content);
  }
  const moved = await lock.moveAside();
  expect(moved?.content).toBe('short');
  await moved?.drop();
  expect(await lock.read()).toBeNull();
  expect(readdirSync(join(path, '..'))).toEqual([]);
  await expect(lock.beat('late')).rejects.toMatchObject({ kind: 'failed' });
});

test('a beat after the lock was taken over reaches only the old one', async () => {
  const path = place();
  const old = openLockFile(path);
  await old.create('old');
  const thief = openLockFile(path);
  const moved = await thief.moveAside();
  expect(await thief.create('thief')).toBe(true);
  await old.beat('old, late');
  expect(await thief.read()).toBe('thief');
  await moved?.drop();
  await old.beat('old, later');
  expect(await thief.read()).toBe('thief');
});

test('a lock that was put back is still renewed by its owner', async () => {
  const path = place();
  const owner = openLockFile(path);
  await owner.create('owner');
  const moved = await openLockFile(path).moveAside();
  expect(await owner.read()).toBeNull();
  await moved?.putBack();
  await owner.beat('owner again');
  expect(await owner.read()).toBe('owner again');
  expect(readdirSync(join(path, '..'))).toEqual(['lock']);
});

test('putting back does not replace a lock that came meanwhile', async () => {
  const path = place();
  await openLockFile(path).create('first');
  const moved = await openLockFile(path).moveAside();
  await openLockFile(path).create('second');
  await moved?.putBack();
  expect(await openLockFile(path).read()).toBe('second');
  expect(readdirSync(join(path, '..'))).toEqual(['lock']);
});

test('what a network file system leaves in the folder of a removed lock does not make it fail', async () => {
  const path = place();
  const lock = openLockFile(path);
  for (const end of ['drop', 'putBack'] as const) {
    await lock.create('one');
    const moved = await lock.moveAside();
    const aside = readdirSync(join(path, '..')).find((name) => name.startsWith('lock.aside-')) ?? '';
    writeFileSync(join(path, '..', aside, '.nfs0001'), 'still open somewhere');
    await moved?.[end]();
    expect(await lock.read()).toBe(end === 'drop' ? null : 'one');
    rmSync(join(path, '..', aside), { recursive: true });
  }
});

test('of forty creates at once one wins, in every round', async () => {
  const path = place();
  for (let round = 0; round < 20; round += 1) {
    const locks = Array.from({ length: 40 }, () => openLockFile(path));
    const won = await Promise.all(locks.map((lock, n) => lock.create(`${n}`)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await locks[0]?.read()).toBe(`${won.indexOf(true)}`);
    await (await locks[won.indexOf(true)]?.moveAside())?.drop();
  }
});

test('of six processes at once one wins, in every round', async () => {
  const path = place();
  const children = Array.from({ length: 6 }, () =>
    fork(join(import.meta.dirname, 'lock-racer.ts'), [path], { execArgv: [] }),
  );
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    for (let round = 0; round < 30; round += 1) {
      const answers = children.map((child) => once(child, 'message'));
      for (const child of children) child.send('create');
      const won = (await Promise.all(answers)).map(([answer]) => answer === true);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(readFileSync(path, 'utf8').trimEnd()).toBe(String(children[won.indexOf(true)]?.pid));
      await (await openLockFile(path).moveAside())?.drop();
    }
  } finally {
    for (const child of children) child.kill();
  }
});

test.each([
  { what: 'a link', arrange: (path: string) => symlinkSync('elsewhere', path) },
  { what: 'a folder', arrange: (path: string) => mkdirSync(path) },
])('$what in its place is an error and stays', async ({ arrange }) => {
  const path = place();
  mkdirSync(join(path, '..'));
  arrange(path);
  const lock = openLockFile(path);
  expect(await lock.create('x')).toBe(false);
  await expect(lock.read()).rejects.toMatchObject({ kind: 'local' });
  await expect(lock.moveAside()).rejects.toMatchObject({ kind: 'local' });
  expect(readdirSync(join(path, '..'))).toEqual(['lock']);
});

test('no lock is made through a link', async () => {
  const box = openSandbox();
  symlinkSync(box.outside, join(box.root, '.datastore-staging'));
  await expect(openLockFile(join(box.root, '.datastore-staging', 'lock')).create('x')).rejects.toMatchObject({
    kind: 'local',
  });
  expect(readdirSync(box.outside)).toEqual(['secret.txt']);
});

test('a shared lock is readable by everybody, needs its folder, and sweeps what the dead have left beside it', async () => {
  const { root } = openSandbox();
  const path = join(root, '.datastore.lock');
  const missing = openLockFile(join(root, 'mount', '.datastore.lock'), { shared: true });
  await expect(missing.create('x')).rejects.toMatchObject({ kind: 'local' });
  const theirs = ['.datastore.lockets', '.datastore.lock.new-7-1', '.datastore.lock.aside-Ab12Ce', 'mine.new-1'];
  const left = ['.datastore.lock.new-7-0', '.datastore.lock.aside-Ab12Cd', ...theirs];
  for (const name of left.slice(1)) mkdirSync(join(root, name));
  for (const name of ['.datastore.lock.new-7-0', '.datastore.lock.aside-Ab12Cd/.datastore.lock'])
    writeFileSync(join(root, name), '');
  writeFileSync(join(root, '.datastore.lock.aside-Ab12Ce/precious'), '');
  const lock = openLockFile(path, { shared: true });
  expect(await lock.create('young')).toBe(true);
  expect(await openLockFile(path, { shared: true }).create('again')).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readdirSync(root).toSorted()).toEqual(['.datastore.lock', ...left].toSorted());
  await (await lock.moveAside())?.drop();
  const old = Date.now() / 1000 - 2 * 3600;
  for (const name of left) utimesSync(join(root, name), old, old);
  expect(await lock.create('old')).toBe(true);
  expect(readdirSync(root).toSorted()).toEqual(['.datastore.lock', ...theirs].toSorted());
});

test('who lives is known', () => {
  const lock = openLockFile('/nowhere');
  const rows = [process.pid, 1, 0, -1, 2 ** 22 + 1, 1.5, Number.NaN].map((pid) => lock.isAlive(pid));
  expect(rows).toEqual([true, true, false, false, false, false, false]);
});
