import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLastFolder } from '../../../src/adapters/fs/last-folder.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import type { ApplyAnswer } from '../../../src/engine/ports.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { contents, openSandbox, type Sandbox } from './sandbox.ts';

/* While one file after another comes into a folder, it is held open. What happens to it, and to those above it, between two of them. */

interface Row {
  readonly what: string;
  readonly meanwhile: (box: Sandbox) => void;
  readonly then: ApplyAnswer['kind'];
}

const moveAway = (box: Sandbox, folder: string): void => renameSync(join(box.root, folder), join(box.outside, 'moved'));

const rows: readonly Row[] = [
  { what: 'nothing', meanwhile: () => {}, then: 'done' },
  {
    what: 'another folder takes its place',
    meanwhile: (box) => (moveAway(box, 'up/folder'), mkdirSync(join(box.root, 'up/folder'))),
    then: 'done',
  },
  {
    what: 'another folder takes the place of the one above it',
    meanwhile: (box) => (moveAway(box, 'up'), mkdirSync(join(box.root, 'up/folder'), { recursive: true })),
    then: 'done',
  },
  { what: 'it is moved out of the root', meanwhile: (box) => moveAway(box, 'up/folder'), then: 'done' },
  { what: 'the one above it is moved out of the root', meanwhile: (box) => moveAway(box, 'up'), then: 'done' },
  {
    what: 'it is moved out of the root, and a link leads there',
    meanwhile: (box) => (
      moveAway(box, 'up/folder'), symlinkSync(join(box.outside, 'moved'), join(box.root, 'up/folder'))
    ),
    then: 'refused',
  },
  {
    what: 'the one above it is moved out of the root, and a link leads there',
    meanwhile: (box) => (moveAway(box, 'up'), symlinkSync(join(box.outside, 'moved'), join(box.root, 'up'))),
    then: 'refused',
  },
  {
    what: 'it is removed',
    meanwhile: (box) => rmSync(join(box.root, 'up/folder'), { recursive: true }),
    then: 'done',
  },
  {
    what: 'it is removed, and made again',
    meanwhile: (box) => (
      rmSync(join(box.root, 'up/folder'), { recursive: true }), mkdirSync(join(box.root, 'up/folder'))
    ),
    then: 'done',
  },
  {
    what: 'a file takes its place',
    meanwhile: (box) => (rmSync(join(box.root, 'up/folder'), { recursive: true }), box.write('up/folder', 'a file')),
    then: 'refused',
  },
  { what: 'the file comes there', meanwhile: (box) => box.write('up/folder/next', 'mine'), then: 'moved' },
];

test.each(rows)('$what', async ({ meanwhile, then }) => {
  const box = openSandbox();
  for (const name of ['a', 'b', 'c', 'd']) await install(box, `up/folder/${name}`);
  meanwhile(box);
  const before = [contents(box.root), contents(box.outside)];
  const answer = await install(box, 'up/folder/next');
  expect(answer.kind).toBe(then);
  expect(contents(box.outside)).toEqual(before[1]);
  if (then === 'done') expect(box.read('up/folder/next')).toBe('up/folder/next');
  else expect(contents(box.root)).toEqual(before[0]);
});

test.skipIf(process.platform !== 'linux')('one folder is held, as long as files come into it', async () => {
  const box = openSandbox();
  await install(box, 'few/a');
  expect(heldBelow(box.root)).toEqual([]);
  for (const folder of ['x', 'y', 'x']) {
    for (const name of ['a', 'b', 'c']) await install(box, `${folder}/${name}`);
    expect(heldBelow(box.root)).toEqual([join(box.root, folder)]);
  }
  await install(box, 'few/b');
  expect(heldBelow(box.root)).toEqual([]);
  for (const name of ['a', 'b']) await install(box, name);
  expect(heldBelow(box.root)).toEqual([box.root]);
  await box.files.flush();
  expect(heldBelow(box.root)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('who forgets to release it holds it for a second', async () => {
  const box = openSandbox();
  const clock = createManualClock();
  const folder = openLastFolder(openRootFolder(box.workspace, 'data'), clock);
  for (const name of ['a', 'b', 'c']) folder.parentOf(`few/${name}`, { mode: 0o777 });
  expect(heldBelow(box.root)).toEqual([join(box.root, 'few')]);
  await clock.advance(1_000);
  expect(heldBelow(box.root)).toEqual([]);
  expect(folder.parentOf('few/d')).toMatchObject({ kind: 'folder' });
});

const install = async (box: Sandbox, path: string): Promise<ApplyAnswer> =>
  box.files.install(await box.stage(path), path, null);

/** The folders that this process has open there. */
const heldBelow = (root: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(root) ? [path] : [];
    } catch {
      return [];
    }
  });
