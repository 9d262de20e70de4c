import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { keepsChangeTimes } from '../../src/adapters/fs/change-times.ts';
import type { BaseEntry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { scanRoot } from '../../src/engine/root/scan.ts';
import { pack } from '../../src/engine/state/packed-tree.ts';
import { openSandbox, type Sandbox } from './fs/sandbox.ts';

/* Files in a folder that was renamed are known by inode and change time, and not read again; whatever could be another file is. */

interface Row {
  readonly what: string;
  readonly meanwhile: (box: Sandbox) => void;
  /** Read again. */
  readonly read: readonly string[];
  /** Milliseconds from the last change of the files to the look that the base is from. */
  readonly age?: number;
  readonly isTelling?: boolean;
}

const OLD = new Date('2026-01-02T03:04:05.678Z');
const at = (box: Sandbox, path: string): string => join(box.root, path);
const moveFolder = (box: Sandbox): void => renameSync(at(box, 'folder'), at(box, 'moved'));

const rows: readonly Row[] = [
  { what: 'nothing', meanwhile: () => {}, read: [] },
  { what: 'the folder is renamed', meanwhile: moveFolder, read: [] },
  {
    what: 'the folder is renamed on a file system that does not tell',
    meanwhile: moveFolder,
    read: ['moved/a', 'moved/b'],
    isTelling: false,
  },
  {
    what: 'the folder is renamed, and its files were young when they were looked at',
    meanwhile: moveFolder,
    read: ['moved/a', 'moved/b'],
    age: 1_900,
  },
  {
    what: 'the folder is renamed, and a file in it is written',
    meanwhile: (box) => (moveFolder(box), writeFileSync(at(box, 'moved/a'), 'other one')),
    read: ['moved/a'],
  },
  {
    what: 'the folder is renamed, and a file in it is written, with its size and time as before',
    meanwhile: (box) => (
      moveFolder(box), writeFileSync(at(box, 'moved/a'), 'A'), utimesSync(at(box, 'moved/a'), OLD, OLD)
    ),
    read: ['moved/a'],
  },
  {
    what: 'the folder is copied with its times, and removed',
    meanwhile: (box) => (
      cpSync(at(box, 'folder'), at(box, 'moved'), { recursive: true, preserveTimestamps: true }),
      rmSync(at(box, 'folder'), { recursive: true })
    ),
    read: ['moved/a', 'moved/b'],
  },
  {
    what: 'the folder is copied with its times, and stays',
    meanwhile: (box) => cpSync(at(box, 'folder'), at(box, 'moved'), { recursive: true, preserveTimestamps: true }),
    read: ['moved/a', 'moved/b'],
  },
  {
    what: 'the folder is removed, and files of the same size and time are made elsewhere',
    meanwhile: (box) => {
      rmSync(at(box, 'folder'), { recursive: true });
      mkdirSync(at(box, 'moved'));
      for (const name of ['a', 'b']) {
        writeFileSync(at(box, `moved/${name}`), 'x');
        utimesSync(at(box, `moved/${name}`), OLD, OLD);
      }
    },
    read: ['moved/a', 'moved/b'],
  },
];

test.each(rows)('$what', async ({ meanwhile, read, age = 2_100, isTelling = true }) => {
  const box = openSandbox();
  for (const [path, text] of [
    ['folder/a', 'a'],
    ['folder/b', 'b'],
  ] as const) {
    box.write(path, text);
    utimesSync(at(box, path), OLD, OLD);
  }
  const opened: string[] = [];
  const files: typeof box.files = {
    ...box.files,
    walk: async (...given) => ({ ...(await box.files.walk(...given)), isTelling }),
    open: (path) => {
      opened.push(path);
      return box.files.open(path);
    },
  };
  const first = await scanRoot(files, new Map(), () => false, nodeCodec);
  const base = new Map<SyncPath, BaseEntry>();
  for (const [path, entry] of first.files)
    base.set(path, { ...entry, seenAt: Math.max(entry.stamp.mtime, entry.stamp.ctime) + age });
  opened.length = 0;
  meanwhile(box);

  for (const tree of [base, pack(base)]) {
    const scan = await scanRoot(files, tree, () => false, nodeCodec);
    expect(opened.toSorted()).toEqual(read);
    const fresh = await scanRoot(files, new Map(), () => false, nodeCodec);
    expect(scan.files).toEqual(fresh.files);
    expect(scan.isAsInBase).toBe(meanwhile.length === 0);
    opened.length = 0;
  }
});

test('a file system that only shows what others have is not believed', () => {
  for (const folder of ['/proc', '/sys', '/does/not/exist']) expect(keepsChangeTimes(folder)).toBe(false);
});
