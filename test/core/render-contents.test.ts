import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { SyncStatus } from '../../src/core/status/sync-status.ts';
import { INITIAL_STATUS } from '../../src/core/status/sync-status.ts';
import { changedAtTop, filterContents, markContents } from '../../src/vscode/render/contents.ts';
import { type ContentsFilter, filterText, keepsFile, onlyText } from '../../src/vscode/render/contents-filter.ts';
import { indexStored, type KnownFile, type ListedFile } from '../../src/vscode/render/contents-index.ts';
import { fileRow, moreRow, PAGE, pageOf } from '../../src/vscode/render/contents-rows.ts';
import { fileTooltip } from '../../src/vscode/render/file-tooltip.ts';
import { whyText } from '../../src/vscode/render/why-text.ts';

/* The Contents view, from what is committed and what a look has found to rows. */

const NOW = 1_763_650_000_000;
const stored = (path: string, more: Partial<KnownFile> = {}): KnownFile => ({
  path,
  size: 10,
  mtime: NOW - 3_600_000,
  by: 'alice@desk',
  generation: 3,
  sha256: 'ab'.repeat(32),
  ...more,
});
const listed = (path: string, more: Partial<ListedFile> = {}): ListedFile => ({
  ...stored(path),
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
const local = (path: string) => ({
  path: path as SyncPath,
  sha256: 'l',
  stamp: { size: 3, mtime: NOW, ctime: NOW, inode: 1, exec: false },
});
const NONE = { base: null, local: null, remote: null };
const upload = (path: string) => ({ ...NONE, kind: 'upload' as const, path: path as SyncPath, local: local(path) });
const download = (path: string) => ({
  ...NONE,
  kind: 'download' as const,
  path: path as SyncPath,
  remote: entry(path),
});
const conflict = (path: string) => ({
  ...NONE,
  path: path as SyncPath,
  reason: 'both-changed' as const,
  remote: entry(path),
});

const QUIET = { changes: [], conflicts: [], problems: [] };
const index = indexStored(['b.txt', 'a/x.txt', 'a/deep/y.txt', 'c.txt'].map((path) => stored(path)));
const names = (all: readonly { readonly path: string }[]) => all.map(({ path }) => path);

describe('levels of the contents', () => {
  const contents = markContents(index, { ...QUIET, changes: [upload('a/new.txt'), download('a/deep/y.txt')] });

  it.each([
    ['the top', '', ['a'], ['b.txt', 'c.txt']],
    ['a folder, with what is only here', 'a', ['a/deep'], ['a/new.txt', 'a/x.txt']],
    ['a folder in it', 'a/deep', [], ['a/deep/y.txt']],
    ['a folder that is not there', 'z', [], []],
  ] as const)('%s', (_, folder, folders, files) => {
    const level = contents.level(folder);
    expect(names(level.folders)).toEqual(folders);
    expect(names(level.files)).toEqual(files);
  });

  it('a folder sums what is below it', () => {
    expect(contents.level('').folders[0]).toMatchObject({ name: 'a', files: 3, bytes: 23, marked: 2 });
    expect(contents).toMatchObject({ files: 5, bytes: 43 });
  });

  it('100,000 files in one folder come a page at a time, and none is left out', () => {
    const many = indexStored(Array.from({ length: 100_000 }, (_, n) => stored(`f/${String(n).padStart(6, '0')}`)));
    const all = markContents(many, QUIET);
    expect(pageOf(all, 'f', PAGE)).toMatchObject({ files: { length: PAGE }, rest: 100_000 - PAGE });
    expect(pageOf(all, 'f', 100_000)).toMatchObject({ files: { length: 100_000 }, rest: 0 });
    expect(pageOf(all, 'f', 100_000).files.at(-1)?.path).toBe('f/099999');
    expect(pageOf(all, '', PAGE)).toMatchObject({ folders: { length: 1 }, files: [], rest: 0 });
  });

  it.each([
    [10_000, 'Show 500 More…', '10,000 not shown'],
    [500, 'Show 500 More…', ''],
    [7, 'Show 7 More…', ''],
  ])('the row after a page says how many of %s are next', (rest, label, description) => {
    expect(moreRow('f', rest)).toMatchObject({ id: 'f/*', label, description });
  });
});

describe('marks of the contents', () => {
  const contents = markContents(indexStored(['kept', 'coming', 'both', 'odd'].map((path) => stored(path))), {
    changes: [upload('new'), download('coming'), { ...NONE, kind: 'adopt', path: 'kept' as SyncPath }],
    conflicts: [conflict('both')],
    problems: [
      { path: 'odd', reason: 'a link' },
      { path: '.env', reason: 'it looks like credentials' },
    ],
  });

  it('say of each file what will happen to it', () => {
    expect(Object.fromEntries(contents.level('').files.map(({ path, mark }) => [path, mark]))).toEqual({
      kept: 'in-step',
      coming: 'download',
      both: 'conflict',
      odd: 'held',
      new: 'upload',
      '.env': 'held',
    });
  });

  it('a row has size, age and who, and says its state to who cannot see it', () => {
    expect(fileRow(listed('a/x.txt', { mark: 'conflict' }), NOW)).toMatchObject({
      label: 'x.txt',
      description: '10 B · 1 h ago · alice@desk',
      icon: 'warning',
      context: 'file-conflict',
      spoken: 'x.txt, changed on both sides, 10 B, 1 h ago, alice@desk',
    });
  });

  it('a row of what nobody has read says why it is there', () => {
    const held = contents.file('.env');
    expect(held === null ? null : fileRow(held, NOW)).toMatchObject({
      description: 'held back',
      spoken: '.env, held back',
    });
  });

  it('every state has an icon of its own', () => {
    const marks = ['in-step', 'upload', 'download', 'conflict', 'held', 'excluded'] as const;
    expect(new Set(marks.map((mark) => fileRow(listed('x', { mark }), NOW).icon)).size).toBe(marks.length);
  });
});

describe('what is drawn anew', () => {
  const before = markContents(index, QUIET);
  const after = (status: Partial<typeof QUIET> | Pick<SyncStatus, 'changes'>) =>
    markContents(index, { ...QUIET, ...status });
  const committed = (...files: KnownFile[]) => markContents(indexStored(files), QUIET);
  const all = ['b.txt', 'a/x.txt', 'a/deep/y.txt', 'c.txt'].map((path) => stored(path));

  it.each([
    ['nothing, where nothing has changed', after({}), []],
    ['a file of the top', after({ changes: [download('b.txt')] }), ['b.txt']],
    ['the branch of a file that is about to come', after({ changes: [download('a/deep/y.txt')] }), ['a']],
    ['the branch of a file that is only here', after({ changes: [upload('a/new.txt')] }), ['a']],
    ['everything, where the top has another entry', after({ changes: [upload('new.txt')] }), 'all'],
    [
      'the branch of a file with another content',
      committed(...all.with(1, stored('a/x.txt', { sha256: 'cd' }))),
      ['a'],
    ],
    ['the branch that a file has left', committed(...all.toSpliced(2, 1)), ['a']],
    ['the branch that has a file more', committed(...all, stored('a/deep/z.txt')), ['a']],
  ])('%s', (_, now, changed) => {
    const found = changedAtTop(before, now);
    expect(found === 'all' ? found : [...found]).toEqual(changed);
  });

  it('what is over is drawn anew, too', () => {
    expect(changedAtTop(after({ changes: [download('a/x.txt')] }), before)).toEqual(new Set(['a']));
  });
});

describe('a filter', () => {
  const contents = markContents(index, { ...QUIET, changes: [upload('a/new.txt'), download('b.txt')] });
  it.each<[what: string, filter: ContentsFilter, left: string[], text: string]>([
    ['by name, whatever its case', { name: 'Y.T', states: [] }, ['a/deep/y.txt'], 'Only “Y.T”: 1 of 5 files.'],
    ['by folder', { name: 'a/', states: [] }, ['a/deep/y.txt', 'a/new.txt', 'a/x.txt'], 'Only “a/”: 3 of 5 files.'],
    ['by state', { name: '', states: ['push'] }, ['a/new.txt'], 'Only to push: 1 of 5 files.'],
    [
      'by several states',
      { name: '', states: ['push', 'pull'] },
      ['a/new.txt', 'b.txt'],
      'Only to push or to pull: 2 of 5 files.',
    ],
    ['by both', { name: 'a', states: ['in-step'] }, ['a/deep/y.txt', 'a/x.txt'], 'Only “a”, in step: 2 of 5 files.'],
    ['that nothing passes', { name: 'zzz', states: [] }, [], 'Only “zzz”: none of 5 files.'],
  ])('%s', (_, filter, left, text) => {
    const kept = filterContents(contents, keepsFile(filter));
    const found = ['', 'a', 'a/deep'].flatMap((folder) => names(kept.level(folder).files)).toSorted();
    expect(found).toEqual(left.toSorted());
    expect(filterText(filter, kept.files, contents.files)).toBe(text);
  });

  it('for what is excluded counts what is not of the datastore, too', () => {
    const filter: ContentsFilter = { name: 'tmp', states: ['excluded'] };
    const keeps = keepsFile(filter);
    expect(['a.tmp', 'b.txt'].map((path) => keeps(listed(path, { mark: 'excluded' })))).toEqual([true, false]);
    expect(keeps(listed('a.tmp', { mark: 'in-step' }))).toBe(false);
    expect(filterText(filter, 2, null)).toBe('Only “tmp”, excluded: 2 files and folders.');
    expect(onlyText(filter)).toBe('Only “tmp”, excluded.');
  });

  it('leaves no folder in which nothing is left, and counts what is not in step in the others', () => {
    const kept = filterContents(contents, keepsFile({ name: 'new', states: [] }));
    expect(kept.level('').folders).toEqual([{ path: 'a', name: 'a', files: 1, bytes: 3, marked: 1 }]);
  });
});

describe('what is said of one file', () => {
  it('the tooltip has everything that is known, and nothing of it is markdown of others', () => {
    const text = fileTooltip(listed('a/*x*.txt', { size: 12_345, mark: 'upload' }), 'Changed here.', NOW);
    expect(text).toContain('**a/\\*x\\*\\.txt**');
    for (const row of [
      '| Size | 12 kB (12,345 bytes) |',
      '| Commit | 3 |',
      `SHA-256 \`${'ab'.repeat(16)}\` \`${'ab'.repeat(16)}\``,
    ])
      expect(text).toContain(row);
    expect(text).toContain('$(arrow-up) Changed here');
  });

  it('of what nobody has read, only the reason', () => {
    const text = fileTooltip(
      listed('.env', { size: null, mtime: null, by: null, generation: null, sha256: null }),
      '',
      NOW,
    );
    expect(text).not.toContain('|');
  });

  const lease = {
    ours: 'no' as const,
    record: {
      nonce: 'n',
      holder: 'bob@build',
      hostname: 'build',
      pid: 1,
      workspace: null,
      tool: null,
      purpose: null,
      acquiredAt: '',
      renewedAt: '',
      ttlMs: 1,
    },
  };
  const failure = { kind: 'offline' as const, message: 'no answer', remedy: '', at: NOW, since: NOW };
  it.each<[what: string, mark: ListedFile['mark'], status: Partial<SyncStatus>, text: RegExp]>([
    ['new here', 'upload', { changes: [upload('x')] }, /^New here: it goes up with the next sync\.$/],
    ['new there', 'download', { changes: [download('x')] }, /^New there: it comes down with the next sync\.$/],
    ['while paused', 'upload', { changes: [upload('x')], paused: true }, /after Resume/],
    ['while another holds the lock', 'upload', { changes: [upload('x')], lease }, /when bob@build gives the lock back/],
    ['what comes down needs no lock', 'download', { changes: [download('x')], lease }, /with the next sync/],
    ['offline', 'upload', { changes: [upload('x')], failure }, /when this is over: offline, no answer/],
    ['a conflict', 'conflict', { conflicts: [conflict('x')] }, /^Changed on both sides: .* until you decide/],
    ['held back', 'held', { problems: [{ path: 'x', reason: 'a link' }] }, /^Held back: a link\.$/],
    ['excluded', 'excluded', {}, /^Left out by `exclude` or `directories`/],
    ['in step', 'in-step', {}, /^Equal on both sides\.$/],
  ])('why: %s', (_, mark, status, text) => {
    expect(whyText('x', mark, { ...INITIAL_STATUS, ...status })).toMatch(text);
  });
});
