import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OpenFile } from '../../../src/engine/ports.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* While a file is read its folder is held open, and the next file in it is opened by that. What happens to the folder meanwhile. */

const textOf = async (file: OpenFile): Promise<string> => Buffer.from(await file.read(0, 100)).toString();

interface Row {
  readonly what: string;
  readonly meanwhile: (box: Sandbox) => void;
  /** What `up/folder/b` has then; null: it cannot be opened. */
  readonly then: string | null;
}

const moveAway = (box: Sandbox, folder: string): void => renameSync(join(box.root, folder), join(box.outside, 'moved'));

const rows: readonly Row[] = [
  { what: 'nothing', meanwhile: () => {}, then: 'theirs' },
  {
    what: 'another folder takes its place',
    meanwhile: (box) => (moveAway(box, 'up/folder'), box.write('up/folder/b', 'of the new one')),
    then: 'of the new one',
  },
  {
    what: 'another folder takes the place of the one above it',
    meanwhile: (box) => (moveAway(box, 'up'), box.write('up/folder/b', 'of the new one')),
    then: 'of the new one',
  },
  { what: 'it is moved out of the root', meanwhile: (box) => moveAway(box, 'up/folder'), then: null },
  { what: 'the one above it is moved out of the root', meanwhile: (box) => moveAway(box, 'up'), then: null },
  {
    what: 'it is moved out of the root, and a link leads there',
    meanwhile: (box) => (
      moveAway(box, 'up/folder'), symlinkSync(join(box.outside, 'moved'), join(box.root, 'up/folder'))
    ),
    then: null,
  },
  {
    what: 'the one above it is moved out of the root, and a link leads there',
    meanwhile: (box) => (moveAway(box, 'up'), symlinkSync(join(box.outside, 'moved'), join(box.root, 'up'))),
    then: null,
  },
  {
    what: 'it is removed, and made again',
    meanwhile: (box) => (
      rmSync(join(box.root, 'up/folder'), { recursive: true }), box.write('up/folder/b', 'of the new one')
    ),
    then: 'of the new one',
  },
  {
    what: 'the file is replaced by a link',
    meanwhile: (box) => (
      rmSync(join(box.root, 'up/folder/b')), symlinkSync(join(box.outside, 'secret.txt'), join(box.root, 'up/folder/b'))
    ),
    then: null,
  },
  {
    what: 'the file is replaced by a folder',
    meanwhile: (box) => (rmSync(join(box.root, 'up/folder/b')), mkdirSync(join(box.root, 'up/folder/b'))),
    then: null,
  },
  {
    what: 'the file is replaced by another',
    meanwhile: (box) => (
      box.write('x', 'of another file'), renameSync(join(box.root, 'x'), join(box.root, 'up/folder/b'))
    ),
    then: 'of another file',
  },
];

test.each(rows)('$what', async ({ meanwhile, then }) => {
  const box = openSandbox();
  box.write('up/folder/a', 'mine');
  box.write('up/folder/b', 'theirs');
  const held = await box.files.open('up/folder/a');
  meanwhile(box);
  const next = await box.files.open('up/folder/b').catch((error: unknown) => error as Error);
  if ('read' in next) {
    expect(await textOf(next)).toBe(then);
    await next.close();
  } else {
    expect(next).toMatchObject({ kind: 'local' });
    expect(then).toBeNull();
  }
  // What is open is read to its end, wherever it is by now.
  expect(await textOf(held)).toBe('mine');
  await held.close();
});

test('a folder is held once while files of it are read, and not for longer; what fails holds nothing', async () => {
  const box = openSandbox();
  for (const name of ['a', 'b', 'c']) box.write(`folder/${name}`, name);
  symlinkSync('a', join(box.root, 'folder/link'));
  const perFolder = process.platform === 'linux' ? 1 : 0;
  const opened = await Promise.all(['a', 'b', 'c'].map((name) => box.files.open(`folder/${name}`)));
  expect(holdsOf(join(box.root, 'folder'))).toBe(perFolder);
  for (const name of ['link', 'missing']) await expect(box.files.open(`folder/${name}`)).rejects.toThrow(name);
  const later = await box.files.open('folder/a');
  for (const file of [...opened, later]) {
    expect(holdsOf(join(box.root, 'folder'))).toBeGreaterThanOrEqual(perFolder);
    await file.close();
    await file.close();
  }
  expect(holdsOf(join(box.root, 'folder'))).toBe(0);
  await expect(later.read(0, 1)).rejects.toThrow();
});

/** How many descriptors this process has on a folder; 0 where the system does not say. */
function holdsOf(folder: string): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === folder;
    } catch {
      return false;
    }
  }).length;
}
