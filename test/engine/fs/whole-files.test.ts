import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { nodeCodec } from '../../../src/adapters/codec.ts';
import { openWholeReader, WHOLE_BYTES } from '../../../src/adapters/fs/reading/whole-files.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import { hashFile } from '../../../src/engine/root/scan.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* What is read at once is what each file is when it is opened; all else is left to be opened. */

const WAYS = ['by a folder that is held', 'by the path'] as const;

/** Called once, in the middle of the next reading. */
let whileReading: (() => void) | null = null;

// Other files of this worker have loaded the adapters with the real disk, and others will.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const readSync = ((...call: Parameters<typeof fs.readSync>) => {
    const act = whileReading;
    whileReading = null;
    act?.();
    return fs.readSync(...call);
  }) as typeof fs.readSync;
  return { ...fs, readSync };
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
    whileReading = () => meanwhiles[what]?.(join(box.root, 'a'));
    expect(reader(['a'], true)).toEqual([null]);
    expect(whileReading).toBeNull();
  },
);
