import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { indexContents, type ListedFile } from '../../src/vscode/render/contents-index.ts';
import { fileRow, listFiles, PAGE, pageOf } from '../../src/vscode/render/contents-rows.ts';

const NOW = 1_763_650_000_000;
const file = (path: string, more: Partial<ListedFile> = {}): ListedFile => ({
  path,
  size: 10,
  mtime: NOW - 3_600_000,
  by: 'alice@desk',
  mark: 'in-step',
  ...more,
});
const entry = (path: string): Entry => ({
  path: path as SyncPath,
  size: 5,
  mtime: NOW,
  sha256: 'h',
  exec: false,
  by: 'bob@desk',
  generation: 1,
  slices: [],
});

describe('levels of the contents', () => {
  const index = indexContents([
    file('b.txt'),
    file('a/x.txt'),
    file('a/deep/y.txt', { mark: 'upload', size: 7 }),
    file('c.txt'),
  ]);

  it.each([
    ['the top', '', ['a'], ['b.txt', 'c.txt']],
    ['a folder', 'a', ['a/deep'], ['a/x.txt']],
    ['a folder in it', 'a/deep', [], ['a/deep/y.txt']],
    ['a folder that is not there', 'z', [], []],
  ] as const)('%s', (_, folder, folders, files) => {
    const level = index.level(folder);
    expect(level.folders.map(({ path }) => path)).toEqual(folders);
    expect(level.files.map(({ path }) => path)).toEqual(files);
  });

  it('a folder sums what is below it', () => {
    expect(index.level('').folders[0]).toMatchObject({ name: 'a', files: 2, bytes: 17, marked: 1 });
  });

  it('100,000 files in one folder come a page at a time, and none is left out', () => {
    const many = indexContents(Array.from({ length: 100_000 }, (_, n) => file(`f/${String(n).padStart(6, '0')}`)));
    const first = pageOf(many, 'f', 0);
    expect(first.files.length).toBe(PAGE);
    expect(first.rest).toEqual({ count: 99_000, from: PAGE });
    const last = pageOf(many, 'f', 99_000);
    expect(last.files.at(-1)?.path).toBe('f/099999');
    expect(last.rest).toBeNull();
  });
});

describe('marks of the contents', () => {
  const versions = { base: null, local: null, remote: null };
  const local = {
    path: 'new' as SyncPath,
    sha256: 'l',
    stamp: { size: 3, mtime: NOW, ctime: NOW, inode: 1, exec: false },
  };
  const remote = new Map(['kept', 'coming', 'both', 'odd'].map((path) => [path as SyncPath, entry(path)]));
  const listed = [
    ...listFiles(remote, {
      changes: [
        { ...versions, kind: 'upload', path: 'new' as SyncPath, local },
        { ...versions, kind: 'download', path: 'coming' as SyncPath, remote: entry('coming') },
      ],
      conflicts: [{ ...versions, path: 'both' as SyncPath, reason: 'both-changed', remote: entry('both') }],
      problems: [{ path: 'odd', reason: 'a link' }],
    }),
  ];

  it('say of each file what will happen to it', () => {
    expect(Object.fromEntries(listed.map(({ path, mark }) => [path, mark]))).toEqual({
      kept: 'in-step',
      coming: 'download',
      both: 'conflict',
      odd: 'held',
      new: 'upload',
    });
  });

  it('a row has size, age and who, and says its state to who cannot see it', () => {
    expect(fileRow(file('a/x.txt', { mark: 'conflict' }), NOW)).toMatchObject({
      label: 'x.txt',
      description: '10 B · 1 h ago · alice@desk',
      icon: 'warning',
      spoken: 'x.txt, changed on both sides, 10 B, 1 h ago, alice@desk',
    });
  });
});
