import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contents, openSandbox, type Sandbox } from './sandbox.ts';

/* Nothing outside the root is read or written, through a path, a link, or a folder that is swapped meanwhile. */

interface Row {
  readonly what: string;
  readonly path: string;
  readonly arrange: (box: Sandbox) => void;
}

const rows: readonly Row[] = [
  {
    what: 'a link to a folder outside, in the middle',
    path: 'a/link/secret.txt',
    arrange: (box) => (box.write('a/x', ''), symlinkSync(box.outside, join(box.root, 'a/link'))),
  },
  {
    what: 'a link to a folder of the root itself',
    path: 'link/secret.txt',
    arrange: (box) => (box.write('real/secret.txt', 'r'), symlinkSync('real', join(box.root, 'link'))),
  },
  {
    what: 'a link far above',
    path: 'l/1/2/secret.txt',
    arrange: (box) => (
      mkdirSync(join(box.outside, '1/2'), { recursive: true }), symlinkSync(box.outside, join(box.root, 'l'))
    ),
  },
  { what: 'a file in the middle', path: 'file/secret.txt', arrange: (box) => box.write('file', 'f') },
  { what: 'a parent segment', path: '../outside/secret.txt', arrange: () => {} },
  { what: 'an absolute path', path: '/etc/hostname', arrange: () => {} },
  { what: 'an empty segment', path: 'a//b', arrange: (box) => box.write('a/b', '') },
  { what: 'the empty path', path: '', arrange: () => {} },
  { what: 'a dot', path: '.', arrange: () => {} },
  { what: 'a NUL', path: 'a\0b/c', arrange: () => {} },
  { what: 'our own staging', path: '.datastore-staging/root.json', arrange: () => {} },
  { what: 'our own staging in other letters', path: '.Datastore-Staging/root.json', arrange: () => {} },
  { what: "git's folder", path: 'sub/.git/hooks/pre-commit', arrange: () => {} },
  { what: "git's folder in capitals", path: '.GIT/config', arrange: () => {} },
  { what: "git's file of a worktree", path: 'sub/.git', arrange: () => {} },
];

test.each(rows)('refused: $what', async ({ path, arrange }) => {
  const box = openSandbox();
  arrange(box);
  const staged = await box.stage('evil');
  box.write('source', 's');
  const before = [contents(box.root), contents(box.outside)];
  const expected = await box.stamp('source');

  expect(await box.files.install(staged, path, null)).toEqual({ kind: 'refused', reason: expect.any(String) });
  expect(await box.files.install(staged, path, expected)).toMatchObject({ kind: 'refused' });
  expect(await box.files.remove(path, expected)).toMatchObject({ kind: 'refused' });
  expect(await box.files.duplicate('source', path, expected)).toMatchObject({ kind: 'refused' });
  expect(await box.files.stat(path)).toBeNull();
  await expect(box.files.open(path)).rejects.toMatchObject({ kind: 'local' });
  expect([contents(box.root), contents(box.outside)]).toEqual(before);
});

test('a folder that becomes a link between check and link: what landed outside is taken back', async () => {
  const box = openSandbox({
    link: (from, to) => {
      if (to.endsWith('/folder/new.txt')) {
        renameSync(join(box.root, 'folder'), join(box.workspace, 'elsewhere'));
        symlinkSync(box.outside, join(box.root, 'folder'));
      }
      linkSync(from, to);
    },
  });
  box.write('folder/x', 'x');
  expect(await box.files.install(await box.stage('new'), 'folder/new.txt', null)).toEqual({
    kind: 'refused',
    reason: expect.stringContaining('replaced meanwhile'),
  });
  expect(contents(box.outside)).toEqual({ 'secret.txt': 'untouched' });
  expect(contents(join(box.workspace, 'elsewhere'))).toEqual({ x: 'x' });
});

test('a folder that becomes a link between check and copy, without hard links: what landed outside is taken back', async () => {
  let calls = 0;
  const box = openSandbox({
    link: () => {
      calls += 1;
      if (calls === 1) {
        renameSync(join(box.root, 'folder'), join(box.workspace, 'elsewhere'));
        mkdirSync(join(box.workspace, 'empty'));
        symlinkSync(join(box.workspace, 'empty'), join(box.root, 'folder'));
      }
      throw Object.assign(new Error('no hard links'), { code: 'EPERM', syscall: 'link' });
    },
  });
  box.write('folder/a', 'mine');
  const expected = await box.stamp('folder/a');
  expect(await box.files.install(await box.stage('new'), 'folder/a', expected)).toEqual({
    kind: 'moved',
    aside: expect.any(String),
  });
  expect(contents(join(box.workspace, 'empty'))).toEqual({});
});

test('a folder that becomes a link while its file is replaced: nothing outside, nothing lost', async () => {
  let calls = 0;
  const box = openSandbox({
    link: (from, to) => {
      calls += 1;
      if (calls === 1) {
        renameSync(join(box.root, 'folder'), join(box.workspace, 'elsewhere'));
        mkdirSync(join(box.workspace, 'empty'));
        symlinkSync(join(box.workspace, 'empty'), join(box.root, 'folder'));
      }
      linkSync(from, to);
    },
  });
  box.write('folder/secret.txt', 'mine');
  const answer = await box.files.install(
    await box.stage('new'),
    'folder/secret.txt',
    await box.stamp('folder/secret.txt'),
  );
  expect(answer).toEqual({ kind: 'moved', aside: expect.any(String) });
  expect(contents(join(box.workspace, 'empty'))).toEqual({});
  expect(box.read(`.datastore-staging/${answer.kind === 'moved' ? answer.aside : ''}`)).toBe('mine');
});

test('a folder that becomes a link while its file is put back: nothing outside, nothing lost', async () => {
  let calls = 0;
  const box = openSandbox({
    link: (from, to) => {
      calls += 1;
      if (calls === 1) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'link' });
      if (calls === 2) {
        renameSync(join(box.root, 'folder'), join(box.workspace, 'elsewhere'));
        mkdirSync(join(box.workspace, 'empty'));
        symlinkSync(join(box.workspace, 'empty'), join(box.root, 'folder'));
      }
      linkSync(from, to);
    },
  });
  box.write('folder/a', 'mine');
  const answer = await box.files.install(await box.stage('new'), 'folder/a', await box.stamp('folder/a'));
  expect(contents(join(box.workspace, 'empty'))).toEqual({});
  expect(box.read(`.datastore-staging/${answer.kind === 'moved' ? answer.aside : ''}`)).toBe('mine');
});

test('open takes neither links nor folders, pipes or what was swapped in', async () => {
  const box = openSandbox();
  box.write('a', 'hello');
  symlinkSync('a', join(box.root, 'link'));
  mkdirSync(join(box.root, 'folder'));
  for (const path of ['link', 'folder', 'absent', 'absent/below']) {
    await expect(box.files.open(path), path).rejects.toMatchObject({ kind: 'local' });
  }
  const file = await box.files.open('a');
  expect(file.stamp).toEqual(await box.stamp('a'));
  expect(Buffer.from(await file.read(1, 100)).toString()).toBe('ello');
  expect(await file.read(5, 10)).toHaveLength(0);
  expect(await file.stampNow()).toEqual(file.stamp);
  writeFileSync(join(box.root, 'a'), 'grown and grown');
  expect(await file.stampNow()).toMatchObject({ size: 15 });
  rmSync(join(box.root, 'a'));
  box.write('a', 'another');
  expect(await file.stampNow()).toBeNull();
  await file.close();
});

test.each([
  {
    what: 'the staging folder is a link',
    arrange: (box: Sandbox) => symlinkSync(box.outside, join(box.root, '.datastore-staging')),
  },
  {
    what: "the run's folder is a link",
    arrange: (box: Sandbox) => (
      mkdirSync(join(box.root, '.datastore-staging')),
      symlinkSync(box.outside, join(box.root, '.datastore-staging', box.run))
    ),
  },
  { what: 'the staging folder is a file', arrange: (box: Sandbox) => box.write('.datastore-staging', 'file') },
])('$what: everything is refused', async ({ arrange }) => {
  const box = openSandbox();
  arrange(box);
  box.write('a', 'mine');
  await expect(box.stage('x')).rejects.toMatchObject({ kind: 'local' });
  await expect(box.files.intend([{ path: 'a', expected: null, becomes: null }])).rejects.toMatchObject({
    kind: 'local',
  });
  expect(await box.files.remove('a', await box.stamp('a'))).toMatchObject({ kind: 'refused' });
  expect(box.read('a')).toBe('mine');
  expect(contents(box.outside)).toEqual({ 'secret.txt': 'untouched' });
});

test.each(['../../outside/secret.txt', 'run/aside/0/../../../../outside/secret.txt', 'run/in/0/x', ''])(
  'a name of an aside leads nowhere else: %s',
  async (name) => {
    const box = openSandbox();
    await box.stage('x');
    await expect(box.files.hashAside(name)).rejects.toThrow();
    await expect(box.files.dropAside(name)).rejects.toThrow();
    await expect(box.files.dropRun(name)).rejects.toThrow();
    expect(contents(box.outside)).toEqual({ 'secret.txt': 'untouched' });
  },
);
