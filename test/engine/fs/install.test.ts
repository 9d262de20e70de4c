import { existsSync, lstatSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contents, MTIME, modeOf, openSandbox } from './sandbox.ts';

const SHA256_OF_OLD = 'cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4';

test.each([
  { what: 'a new file at the top', path: 'a.txt' },
  { what: 'a new file below folders that do not exist yet', path: 'x/y/z/a.txt' },
  { what: 'a unicode name', path: 'größe/日本語 🚀.json' },
  { what: 'a path of 60 levels', path: `${'d/'.repeat(60)}a.txt` },
  { what: 'a name of 255 bytes', path: 'n'.repeat(255) },
])('install puts $what there, with its time and its hash', async ({ path }) => {
  const box = openSandbox();
  const staged = await box.stage('hello');
  expect(staged.sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  const answer = await box.files.install(staged, path, null);
  expect(answer).toEqual({ kind: 'done', stamp: await box.stamp(path), aside: null });
  expect(await box.stamp(path)).toMatchObject({ size: 5, mtime: MTIME, exec: false });
  expect(box.read(path)).toBe('hello');
  expect(lstatSync(join(box.root, path)).nlink).toBe(1);
  await box.files.flush();
});

test('install moves the replaced file aside, whole, and names it', async () => {
  const box = openSandbox();
  box.write('d/a.txt', 'old');
  const answer = await box.files.install(await box.stage('new'), 'd/a.txt', await box.stamp('d/a.txt'));
  expect(answer).toEqual({ kind: 'done', stamp: await box.stamp('d/a.txt'), aside: expect.any(String) });
  const aside = (answer.kind === 'done' && answer.aside) || '';
  expect(box.read('d/a.txt')).toBe('new');
  expect(await box.files.hashAside(aside)).toBe(SHA256_OF_OLD);
  await box.files.dropAside(aside);
  await box.files.dropAside(aside);
  expect(existsSync(join(box.root, '.datastore-staging', aside))).toBe(false);
  await expect(box.files.hashAside(aside)).rejects.toMatchObject({ kind: 'local' });
});

test('one run moves the same path aside many times, and a file where a folder was, without losing one', async () => {
  const box = openSandbox();
  const asides: string[] = [];
  const keep = (answer: Awaited<ReturnType<typeof box.files.remove>>) => {
    if (answer.kind !== 'done' || answer.aside === null) throw new Error(`not done: ${JSON.stringify(answer)}`);
    asides.push(answer.aside);
  };
  for (const text of ['one', 'two', 'three']) {
    box.write('a', text);
    keep(await box.files.remove('a', await box.stamp('a')));
  }
  for (const path of ['a/b', 'a']) {
    box.write(path, path);
    keep(await box.files.remove(path, await box.stamp(path)));
  }
  expect(asides.map((name) => box.read(`.datastore-staging/${name}`))).toEqual(['one', 'two', 'three', 'a/b', 'a']);
});

test.each([
  { what: 'a replaced private file stays private', before: 0o600, exec: false, after: 0o600 },
  { what: 'a replaced read-only file stays read-only', before: 0o444, exec: false, after: 0o444 },
  { what: 'exec is added for whoever may read', before: 0o640, exec: true, after: 0o750 },
  { what: 'exec of the replaced file stays', before: 0o755, exec: false, after: 0o755 },
  { what: 'a new file gets what the umask leaves', before: null, exec: false, after: 0o644 },
  { what: 'a new program gets exec as well', before: null, exec: true, after: 0o755 },
])('$what', async ({ before, exec, after }) => {
  const umask = process.umask(0o022);
  try {
    const box = openSandbox();
    if (before !== null) {
      box.write('a', 'old');
      await chmod(join(box.root, 'a'), before);
    }
    const expected = before === null ? null : await box.stamp('a');
    expect(await box.files.install(await box.stage('new', { exec }), 'a', expected)).toMatchObject({ kind: 'done' });
    expect(modeOf(join(box.root, 'a')).toString(8)).toBe(after.toString(8));
    expect((await box.stamp('a')).exec).toBe((after & 0o100) !== 0);
  } finally {
    process.umask(umask);
  }
});

test('remove takes the folders that became empty, and no other', async () => {
  const box = openSandbox();
  box.write('a/keep.txt', 'k');
  box.write('a/b/c/d.txt', 'd');
  expect(await box.files.remove('a/b/c/d.txt', await box.stamp('a/b/c/d.txt'))).toMatchObject({
    kind: 'done',
    stamp: null,
  });
  expect(contents(box.root)).toEqual({ 'a/': '', 'a/keep.txt': 'k' });
  expect(await box.files.remove('a/keep.txt', await box.stamp('a/keep.txt'))).toMatchObject({ kind: 'done' });
  expect(contents(box.root)).toEqual({});
  expect((await stat(box.root)).isDirectory()).toBe(true);
  await box.files.flush();
});

test('duplicate copies beside, with time and mode, and replaces nothing', async () => {
  const box = openSandbox();
  box.write('a.sh', '#!/bin/sh\n'.repeat(300_000));
  await chmod(join(box.root, 'a.sh'), 0o755);
  const expected = await box.stamp('a.sh');
  expect(await box.files.duplicate('a.sh', 'a.conflict.sh', expected)).toEqual({
    kind: 'done',
    stamp: await box.stamp('a.conflict.sh'),
    aside: null,
  });
  expect(await box.stamp('a.conflict.sh')).toMatchObject({ size: expected.size, mtime: expected.mtime, exec: true });
  expect(box.read('a.conflict.sh')).toBe(box.read('a.sh'));
  box.write('taken.sh', 'mine');
  expect(await box.files.duplicate('a.sh', 'taken.sh', expected)).toEqual({ kind: 'moved' });
  expect(box.read('taken.sh')).toBe('mine');
  box.write('a.sh', 'changed');
  expect(await box.files.duplicate('a.sh', 'b.sh', expected)).toEqual({ kind: 'moved' });
  expect(existsSync(join(box.root, 'b.sh'))).toBe(false);
});

test('discard removes what was staged, once or twice', async () => {
  const box = openSandbox();
  const staged = await box.stage('x');
  await box.files.discard(staged);
  await box.files.discard(staged);
  expect(await box.files.install(staged, 'a', null)).toMatchObject({ kind: 'refused' });
  expect(contents(box.root)).toEqual({});
});
