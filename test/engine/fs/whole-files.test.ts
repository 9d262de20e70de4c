import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { nodeCodec } from '../../../src/adapters/codec.ts';
import { openWholeReader, WHOLE_BYTES } from '../../../src/adapters/fs/reading/whole-files.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import { hashFile } from '../../../src/engine/root/scan.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* What is read at once is what each file is when it is opened; all else is left to be opened. */

const WAYS = ['by a folder that is held', 'by the path'] as const;

type Call = (...given: readonly unknown[]) => unknown;

/** What happens before the next call of this name, once; and how much a reading gives at most. */
const disk = vi.hoisted(() => ({ before: new Map<string, () => void>(), most: Number.POSITIVE_INFINITY }));
afterEach(() => {
  disk.before.clear();
  disk.most = Number.POSITIVE_INFINITY;
});

// Other files of this worker have loaded the adapters with the real disk, and others will.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

vi.mock('node:fs', async (load) => {
  const real = await load<Readonly<Record<string, Call>>>();
  const met =
    (name: string): Call =>
    (...given) => {
      const act = disk.before.get(name);
      disk.before.delete(name);
      act?.();
      if (name === 'readSync') given = given.with(3, Math.min(Number(given[3]), disk.most));
      return real[name]?.(...given);
    };
  return { ...real, openSync: met('openSync'), readSync: met('readSync'), lstatSync: met('lstatSync') };
});

/** A workspace that is reached through a link has no folders that could be held. */
function readerOf(box: Sandbox, way: (typeof WAYS)[number]) {
  if (way === WAYS[0]) return openWholeReader(openRootFolder(box.workspace, 'data'));
  const link = join(box.outside, 'way-in');
  symlinkSync(box.workspace, link);
  return openWholeReader(openRootFolder(link, 'data'));
}

const hashOf = (text: string): string => nodeCodec.sha256(new TextEncoder().encode(text));

test.each(WAYS)('files, and what is none, %s', async (way) => {
  const box = openSandbox();
  for (const name of ['top', 'dir/a', 'dir/empty', 'dir/deep/b', 'other/c', 'dir/largest', 'dir/larger'])
    box.write(name, name === 'dir/empty' ? '' : name);
  truncateSync(join(box.root, 'dir/largest'), WHOLE_BYTES);
  truncateSync(join(box.root, 'dir/larger'), WHOLE_BYTES + 1);
  mkdirSync(join(box.root, 'dir/folder'));
  symlinkSync('a', join(box.root, 'dir/link'));
  symlinkSync('dir', join(box.root, 'linked'));
  symlinkSync(box.outside, join(box.root, 'abroad'));
  execFileSync('mkfifo', [join(box.root, 'dir/pipe')]);
  const read = ['top', 'dir/a', 'dir/empty', 'dir/deep/b', 'dir/largest', 'other/c', 'dir/a'];
  const left = [
    'dir/larger',
    'dir/folder',
    'dir/link',
    'linked/a',
    'abroad/secret.txt',
    'dir/pipe',
    'dir/gone',
    'gone/a',
    'dir/a/below',
    '.git',
    '../outside/secret.txt',
    'dir//a',
    'dir/./a',
    'dir/a\0b',
    '',
  ];
  const reader = readerOf(box, way);
  for (const keeps of [true, false]) {
    const answer = reader([...read, ...left], keeps);
    for (const [index, path] of read.entries()) {
      const opened = await hashFile(box.files, path, nodeCodec);
      if (typeof opened === 'string') throw new Error(opened);
      expect(answer[index]).toMatchObject({ stamp: opened.stamp, sha256: opened.sha256 });
      expect(answer[index]?.bytes ?? null).toEqual(keeps ? (opened.bytes ?? new Uint8Array()) : null);
    }
    expect(answer.slice(read.length)).toEqual(left.map(() => null));
  }
});

/** Between the first file of a folder and the next. */
const rows: Record<string, readonly [(box: Sandbox) => void, then: string | null]> = {
  'another folder took the place of it': [
    (box) => (renameSync(join(box.root, 'up'), join(box.outside, 'moved')), box.write('up/b', 'of the new one')),
    'of the new one',
  ],
  'it was moved out of the root': [(box) => renameSync(join(box.root, 'up'), join(box.outside, 'moved')), null],
  'it was moved, and a link leads there': [
    (box) => {
      renameSync(join(box.root, 'up'), join(box.outside, 'moved'));
      symlinkSync(join(box.outside, 'moved'), join(box.root, 'up'));
    },
    null,
  ],
  'the file was replaced by another': [
    (box) => (box.write('x', 'another'), renameSync(join(box.root, 'x'), join(box.root, 'up/b'))),
    'another',
  ],
  'the file was replaced by a link': [
    (box) => (rmSync(join(box.root, 'up/b')), symlinkSync('a', join(box.root, 'up/b'))),
    null,
  ],
};

test.each(WAYS.flatMap((way) => Object.keys(rows).map((what) => [way, what] as const)))('%s, when %s', (way, what) => {
  const box = openSandbox();
  box.write('up/a', 'mine');
  box.write('up/b', 'theirs');
  const reader = readerOf(box, way);
  const [meanwhile, then] = rows[what] as (typeof rows)[string];
  const paths = ['up/a', 'up/b'];
  // The names of a batch are asked for one by one.
  const watched = new Proxy(paths, {
    get: (target, key) => {
      if (key === '1') meanwhile(box);
      return Reflect.get(target, key) as unknown;
    },
  });
  const [first, second] = reader(watched, true);
  expect(first?.sha256).toBe(hashOf('mine'));
  // A folder that is held is no longer there: what is in its place has to be opened.
  const isLeft = then === null || (way === WAYS[0] && what.startsWith('another folder'));
  expect(second?.sha256 ?? null).toBe(isLeft ? null : hashOf(then));
});

const meanwhiles: Record<string, (target: string) => void> = {
  'it is written at its size': (target) => writeFileSync(target, 'after!'),
  'it grows': (target) => appendFileSync(target, '...'),
  'it is emptied': (target) => truncateSync(target),
  'it is touched': (target) => utimesSync(target, 1, 1),
  'another takes its place': (target) => (rmSync(target), writeFileSync(target, 'before')),
  'it is moved away': (target) => renameSync(target, `${target}2`),
  'a link to it takes its place': (target) => (renameSync(target, `${target}2`), symlinkSync('a2', target)),
  'it is removed': (target) => rmSync(target),
};

test.each(WAYS.flatMap((way) => Object.keys(meanwhiles).map((what) => [what, way] as const)))(
  '%s while it is read, %s',
  (what, way) => {
    const box = openSandbox();
    box.write('a', 'before');
    const reader = readerOf(box, way);
    disk.before.set('readSync', () => meanwhiles[what]?.(join(box.root, 'a')));
    expect(reader(['a'], true)).toEqual([null]);
    expect(disk.before.size).toBe(0);
  },
);

/** Each puts something else where the file was looked for, for as long as it is opened and read. */
const detours: Record<string, (box: Sandbox) => () => void> = {
  'its folder is a link to outside': (box) => {
    renameSync(join(box.root, 'up'), join(box.root, 'away'));
    symlinkSync(join(box.outside, 'twin'), join(box.root, 'up'));
    return () => (rmSync(join(box.root, 'up')), renameSync(join(box.root, 'away'), join(box.root, 'up')));
  },
  'it is a link to outside': (box) => {
    renameSync(join(box.root, 'up/a'), join(box.root, 'away'));
    symlinkSync(join(box.outside, 'twin/a'), join(box.root, 'up/a'));
    return () => (rmSync(join(box.root, 'up/a')), renameSync(join(box.root, 'away'), join(box.root, 'up/a')));
  },
};

test.each(WAYS.flatMap((way) => Object.keys(detours).map((what) => [what, way] as const)))(
  '%s while it is opened, and is back when it has been read, %s',
  (what, way) => {
    const box = openSandbox();
    box.write('up/a', 'mine');
    mkdirSync(join(box.outside, 'twin'));
    writeFileSync(join(box.outside, 'twin/a'), 'not mine');
    const reader = readerOf(box, way);
    // A folder is opened first where it is held.
    const opensFolder = way === WAYS[0] && process.platform === 'linux';
    const swap = () => disk.before.set('readSync', detours[what]?.(box) ?? (() => {}));
    disk.before.set('openSync', opensFolder ? () => disk.before.set('openSync', swap) : swap);
    const [file] = reader(['up/a'], true);
    expect(Buffer.from(file?.bytes ?? []).toString()).toMatch(/^(?:mine)?$/);
    expect(disk.before.has('openSync')).toBe(false);
  },
);

test('a disk that gives less than it is asked for is asked again', () => {
  const box = openSandbox();
  box.write('a', 'read byte by byte');
  disk.most = 1;
  const [file] = readerOf(box, WAYS[0])(['a'], true);
  expect(Buffer.from(file?.bytes ?? []).toString()).toBe('read byte by byte');
  expect(file?.sha256).toBe(hashOf('read byte by byte'));
});

test('bytes come with the first mebibyte of an answer, and hashes with all', () => {
  const box = openSandbox();
  const paths = Array.from({ length: 8 }, (_, nth) => `${nth}`);
  for (const path of paths) box.write(path, path.repeat(WHOLE_BYTES));
  const answer = readerOf(box, WAYS[0])(paths, true);
  expect(answer.map((file) => file?.bytes?.byteLength ?? null)).toEqual([
    ...Array.from({ length: 4 }, () => WHOLE_BYTES),
    ...Array.from({ length: 4 }, () => null),
  ]);
  expect(answer.map((file) => file?.sha256)).toEqual(paths.map((path) => hashOf(path.repeat(WHOLE_BYTES))));
});

test.runIf(process.platform === 'linux').each(WAYS)('nothing stays open, %s', (way) => {
  const box = openSandbox();
  for (const name of ['up/a', 'up/b', 'down/c', 'top']) box.write(name, name);
  const reader = readerOf(box, way);
  const before = readdirSync('/proc/self/fd').length;
  reader(['up/a', 'up/gone', 'up/b', 'down/c', 'top', 'up'], true);
  expect(readdirSync('/proc/self/fd')).toHaveLength(before);
});

test('a defect is no trouble of a file', () => {
  const box = openSandbox();
  box.write('a', 'a');
  disk.before.set('readSync', () => {
    throw new TypeError('a defect');
  });
  expect(() => readerOf(box, WAYS[0])(['a'], true)).toThrow('a defect');
});
