import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/adapters/system.ts';
import { asOrdinaryUser, openSandbox, type Sandbox } from './sandbox.ts';

const all = () => false;

async function names(box: Sandbox, skip: (path: string, isFolder: boolean) => boolean = all) {
  const walk = await box.files.walk(skip);
  return {
    files: [...walk.files.keys()].toSorted(),
    irregular: Object.fromEntries(walk.irregular),
    unknown: Object.fromEntries(walk.unknown),
  };
}

interface Row {
  readonly what: string;
  readonly arrange: (box: Sandbox) => void | Promise<void>;
  readonly files: readonly string[];
  readonly irregular?: Readonly<Record<string, unknown>>;
  readonly unknown?: Readonly<Record<string, unknown>>;
}

test.each<Row>([
  { what: 'an empty root', arrange: () => {}, files: [] },
  {
    what: 'empty folders are nothing',
    arrange: (box) => void mkdirSync(join(box.root, 'a/b/c'), { recursive: true }),
    files: [],
  },
  {
    what: 'staging and .git on every level are passed over',
    arrange: (box) =>
      ['.git/config', 'a/.git/x', 'a/.datastore-staging/y', 'a/b', '.gitignore'].forEach((path) => box.write(path, '')),
    files: ['.gitignore', 'a/b'],
  },
  {
    what: 'links are named and not followed',
    arrange: (box) => {
      symlinkSync(box.outside, join(box.root, 'folder'));
      symlinkSync('/nowhere', join(box.root, 'dangling'));
      symlinkSync('..', join(box.root, 'loop'));
    },
    files: [],
    irregular: { folder: 'it is a link', dangling: 'it is a link', loop: 'it is a link' },
  },
  {
    what: 'pipes and sockets are named and not opened',
    arrange: async (box) => {
      execFileSync('mkfifo', [join(box.root, 'pipe')]);
      const server = createServer();
      await new Promise<void>((resolve) => void server.listen(join(box.root, 'socket'), resolve));
      onTestFinished(() => void server.close());
    },
    files: [],
    irregular: { pipe: 'it is a named pipe', socket: 'it is a socket' },
  },
  {
    what: 'hard links are two files',
    arrange: (box) => (box.write('a', 'x'), linkSync(join(box.root, 'a'), join(box.root, 'b'))),
    files: ['a', 'b'],
  },
  {
    what: 'a name that is not UTF-8 is unknown, a real replacement character is a name',
    arrange: (box) => {
      writeFileSync(Buffer.concat([Buffer.from(`${box.root}/caf`), Buffer.from([0xe9])]), '');
      box.write('x\uFFFDy', '');
    },
    files: ['x\uFFFDy'],
    unknown: { 'caf\uFFFD': 'its name is not valid UTF-8' },
  },
  {
    what: 'names the caller will refuse are reported as they are',
    arrange: (box) =>
      ['CON', 'a:b', 'dot.', 'e\u0301', 'new\nline', 'back\\slash'].forEach((path) => box.write(path, '')),
    files: ['CON', 'a:b', 'back\\slash', 'dot.', 'e\u0301', 'new\nline'],
  },
])('walk: $what', async ({ arrange, files, irregular = {}, unknown = {} }) => {
  const box = openSandbox();
  await arrange(box);
  expect(await names(box)).toEqual({ files, irregular, unknown });
});

test('what is skipped is neither entered nor reported', async () => {
  const box = openSandbox();
  for (const path of ['keep/a', 'drop/b', 'keep/drop.txt']) box.write(path, '');
  symlinkSync('/nowhere', join(box.root, 'drop-link'));
  const asked: string[] = [];
  const found = await names(box, (path, isFolder) => {
    asked.push(`${path}${isFolder ? '/' : ''}`);
    return path.split('/').at(-1)?.startsWith('drop') ?? false;
  });
  expect(found).toEqual({ files: ['keep/a'], irregular: {}, unknown: {} });
  expect(asked.toSorted()).toEqual(['drop-link', 'drop/', 'keep/', 'keep/a', 'keep/drop.txt']);
});

test('stamps are those of stat, and the walk has the clock of the filesystem', async () => {
  const box = openSandbox();
  box.write('a', 'hello');
  chmodSync(join(box.root, 'a'), 0o755);
  const { files, at } = await box.files.walk(all);
  expect(files.get('a')).toEqual(await box.stamp('a'));
  expect(files.get('a')).toMatchObject({ size: 5, exec: true });
  expect(at).toBeGreaterThanOrEqual(box.lstat('a').mtimeMs - 1);
  box.write('b', '');
  expect(box.lstat('b').mtimeMs + 1).toBeGreaterThanOrEqual(at);
});

test('an unreadable folder is unknown, never empty', async () => {
  const box = openSandbox();
  for (const path of ['open/a', 'shut/b', 'listed/c']) box.write(path, '');
  chmodSync(join(box.root, 'shut'), 0o300);
  chmodSync(join(box.root, 'listed'), 0o444);
  if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', box.root]);
  const found = await asOrdinaryUser(() => names(box));
  chmodSync(join(box.root, 'shut'), 0o700);
  chmodSync(join(box.root, 'listed'), 0o700);
  expect(found).toEqual({
    files: ['open/a'],
    irregular: {},
    unknown: {
      shut: expect.stringContaining('permission denied'),
      'listed/c': expect.stringContaining('permission denied'),
    },
  });
});

test('a root that cannot be listed, or is not there, is an error and never an empty root', async () => {
  const box = openSandbox();
  box.write('a', '');
  chmodSync(box.root, 0o300);
  if (process.geteuid?.() === 0) execFileSync('chown', ['65534:65534', box.root]);
  await expect(asOrdinaryUser(() => box.files.walk(all))).rejects.toMatchObject({ kind: 'local' });
  chmodSync(box.root, 0o700);
  rmSync(box.root, { recursive: true });
  await expect(box.files.walk(all)).rejects.toMatchObject({ kind: 'local' });
});

test('a folder without write permission is walked, and its clock is then unknown', async () => {
  const box = openSandbox();
  box.write('a', '');
  chmodSync(box.root, 0o555);
  const walk = await asOrdinaryUser(() => box.files.walk(all));
  chmodSync(box.root, 0o755);
  expect([...walk.files.keys()]).toEqual(['a']);
  expect(walk.at).toBe(0);
});

test('five thousand files, a deep tree, and others get their turn', async () => {
  const box = openSandbox();
  for (let folder = 0; folder < 50; folder += 1) {
    mkdirSync(join(box.root, `f${folder}`));
    for (let file = 0; file < 100; file += 1) writeFileSync(join(box.root, `f${folder}/${file}`), '');
  }
  const deep = Array.from({ length: 64 }, (_, level) => `level-${level}`).join('/');
  box.write(`${deep}/bottom`, '');
  let turns = 0;
  const count = () => {
    turns += 1;
    stop = systemClock.after(0, count);
  };
  let stop = systemClock.after(0, count);
  const { files, unknown } = await box.files.walk((path) => {
    // A slow filter, so that the walk is longer than one slice on any machine.
    for (const until = performance.now() + 0.02; performance.now() < until; );
    return path === '';
  });
  stop();
  expect(files.size).toBe(5001);
  expect(files.has(`${deep}/bottom`)).toBe(true);
  expect(unknown.size).toBe(0);
  expect(turns).toBeGreaterThan(3);
});

test('a walk stops when it is told to', async () => {
  const box = openSandbox();
  for (let file = 0; file < 500; file += 1) box.write(`${file}`, '');
  const stop = new AbortController();
  const walking = box.files.walk(() => {
    stop.abort();
    return false;
  }, stop.signal);
  await expect(walking).rejects.toMatchObject({ kind: 'cancelled' });
});

test('a folder that is swapped while it is read is unknown', async () => {
  const box = openSandbox();
  box.write('a/x', '');
  box.write('b/y', '');
  const { files, unknown } = await box.files.walk((path) => {
    if (path === 'a/x') {
      rmSync(join(box.root, 'a'), { recursive: true });
      symlinkSync(box.outside, join(box.root, 'a'));
    }
    return false;
  });
  expect([...files.keys()]).toEqual(['b/y']);
  expect([...unknown.keys()]).toEqual(['a']);
});
