import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { isMountedHere } from '../../../src/adapters/fs/mount.ts';
import { openStateFiles } from '../../../src/adapters/fs/state-files.ts';
import { bytesOf, contents, MTIME, openSandbox } from './sandbox.ts';

/** A small filesystem of its own at `path`. Skips the test, saying why, where that cannot be had; never as root in CI. */
function mountSmall(context: TestContext, path: string): void {
  orSkip(context, () => {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0777', 'tmpfs', path], { stdio: 'pipe' });
  });
  onTestFinished(() => void execFileSync('umount', ['-l', path]));
}

function orSkip(context: TestContext, act: () => void): void {
  const [isRoot, isCi] = [process.geteuid?.() === 0, process.env['CI'] === 'true'];
  try {
    if (!isRoot) throw new Error('only root can mount a filesystem');
    act();
  } catch (error) {
    if (isRoot && isCi) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
}

function fill(folder: string): string {
  const path = join(folder, 'filler');
  const block = Buffer.alloc(4096, 1);
  try {
    for (;;) writeFileSync(path, block, { flag: 'a' });
  } catch {
    return path;
  }
}

test('a full disk: a clean failure that says so, and nothing half-written', async (context) => {
  const box = openSandbox();
  mountSmall(context, box.root);
  box.write('a', 'mine');
  await box.stage('first');
  const filler = fill(box.root);
  await expect(box.files.stage(bytesOf('x'.repeat(100_000)), { mtime: MTIME, exec: false })).rejects.toMatchObject({
    kind: 'local',
    message: expect.stringContaining('the disk is full'),
    remedy: expect.stringContaining('Free some space on it, then sync again.'),
  });
  expect(readdirSync(join(box.root, '.datastore-staging', box.run, 'in'))).toEqual(['0']);
  expect(box.read('a')).toBe('mine');
  rmSync(filler);
  expect(await box.files.install(await box.stage('new'), 'a', await box.stamp('a'))).toMatchObject({ kind: 'done' });
});

test('a full disk: an install puts the file back, a record stays as it was', async (context) => {
  const box = openSandbox();
  mountSmall(context, box.root);
  box.write('d/a', 'mine');
  const state = openStateFiles('/r', { env: { XDG_STATE_HOME: box.root }, platform: 'linux', home: '/' });
  await state.write('base', new Uint8Array([1, 2, 3]));
  const staged = await box.stage('new');
  const filler = fill(box.root);
  const answer = await box.files.install(staged, `${'deep/'.repeat(40)}a`, null);
  if (answer.kind !== 'done')
    expect(answer).toEqual({ kind: 'refused', reason: expect.stringContaining('the disk is full') });
  expect(['done', 'moved', 'refused']).toContain((await box.files.install(staged, 'd/a', await box.stamp('d/a'))).kind);
  expect(['mine', 'new']).toContain(box.read('d/a'));
  await expect(state.write('base', new Uint8Array(50_000))).rejects.toMatchObject({ kind: 'local' });
  expect(await state.read('base')).toEqual(new Uint8Array([1, 2, 3]));
  expect(readdirSync(state.folder).toSorted()).toEqual(['base', 'workspace.json']);
  rmSync(filler);
});

test('another filesystem inside the root: files come by copy, what is there is not replaced', async (context) => {
  const box = openSandbox();
  mountSmall(context, join(box.root, 'mount'));
  box.write('mount/a', 'mine');
  expect(await box.files.install(await box.stage('new'), 'mount/b', null)).toMatchObject({ kind: 'done' });
  expect(await box.stamp('mount/b')).toMatchObject({ size: 3, mtime: MTIME });
  expect(await box.files.install(await box.stage('new'), 'mount/a', await box.stamp('mount/a'))).toEqual({
    kind: 'refused',
    reason: expect.stringContaining('another filesystem'),
  });
  expect(await box.files.remove('mount/a', await box.stamp('mount/a'))).toMatchObject({ kind: 'refused' });
  expect(contents(box.root)).toEqual({ 'mount/': '', 'mount/a': 'mine', 'mount/b': 'new' });
  expect(box.warnings).toHaveLength(1);
});

test('a read-only filesystem: refused, with the reason', async (context) => {
  const box = openSandbox();
  mountSmall(context, box.root);
  box.write('a', 'mine');
  const staged = await box.stage('new');
  execFileSync('mount', ['-o', 'remount,ro', box.root]);
  expect(await box.files.install(staged, 'a', await box.stamp('a'))).toEqual({
    kind: 'refused',
    reason: expect.stringContaining('read-only'),
  });
  await expect(box.stage('more')).rejects.toMatchObject({
    kind: 'local',
    message: expect.stringContaining('read-only'),
  });
  expect((await box.files.walk(() => false)).at).toBe(0);
  expect(box.read('a')).toBe('mine');
});

test('a filesystem mounted over a folder that is being read: what is read next is what its path leads to', async (context) => {
  const box = openSandbox();
  for (const name of ['a', 'b', 'c']) box.write(`folder/${name}`, 'before');
  const held = await box.files.open('folder/a');
  mountSmall(context, join(box.root, 'folder'));
  box.write('folder/b', 'mounted');
  const next = await box.files.open('folder/b');
  expect(Buffer.from(await next.read(0, 100)).toString()).toBe('mounted');
  await expect(box.files.open('folder/c')).rejects.toMatchObject({ kind: 'local' });
  await next.close();
  await held.close();
});

test('a filesystem mounted over a folder into which files come: none goes where its path does not lead', async (context) => {
  const box = openSandbox();
  for (const name of ['a', 'b', 'c']) await box.files.install(await box.stage(name), `folder/${name}`, null);
  mountSmall(context, join(box.root, 'folder'));
  expect(await box.files.install(await box.stage('d'), 'folder/d', null)).toMatchObject({ kind: 'refused' });
  expect(contents(box.root)).toEqual({ 'folder/': '' });
  await box.files.flush();
  expect(await box.files.install(await box.stage('d'), 'folder/d', null)).toMatchObject({ kind: 'done' });
  expect(contents(box.root)).toEqual({ 'folder/': '', 'folder/d': 'd' });
});

test('a folder of the same file system bound over the one above: what comes, or is replaced, harms nothing there', async (context) => {
  const box = openSandbox();
  for (const name of ['a', 'b', 'c']) await box.files.install(await box.stage(name), `up/folder/${name}`, null);
  const expected = await box.stamp('up/folder/a');
  mkdirSync(join(box.outside, 'folder'));
  writeFileSync(join(box.outside, 'folder', 'a'), 'theirs');
  const up = join(box.root, 'up');
  orSkip(context, () => execFileSync('mount', ['--bind', box.outside, up], { stdio: 'pipe' }));
  onTestFinished(() => void execFileSync('umount', ['-l', up], { stdio: 'pipe' }));
  const before = contents(box.outside);
  expect((await box.files.install(await box.stage('d'), 'up/folder/d', null)).kind).toBe('refused');
  expect((await box.files.install(await box.stage('new'), 'up/folder/a', expected)).kind).not.toBe('done');
  expect((await box.files.remove('up/folder/a', expected)).kind).not.toBe('done');
  expect(contents(box.outside)).toEqual(before);
});

test('a folder reached through another process, which mounts what it likes, is not taken for one of this', async (context) => {
  const box = openSandbox();
  box.write('folder/a', 'mine');
  orSkip(context, () => void execFileSync('unshare', ['-m', 'true'], { stdio: 'pipe' }));
  const other = spawn('unshare', ['-m', 'sh', '-c', 'echo ready; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void other.kill());
  await once(other.stdout, 'data');
  const mounted = [box.root, `/proc/${other.pid}/root${box.root}`].map((folder) => {
    const fd = openSync(join(folder, 'folder'), 'r');
    try {
      return isMountedHere(fd);
    } finally {
      closeSync(fd);
    }
  });
  expect(mounted).toEqual([true, false]);
});
