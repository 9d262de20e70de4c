import { describe, expect, test } from 'vitest';
import { worstCode } from '../../src/cli/failure.ts';
import { conflictLines } from '../../src/cli/render/conflict-text.ts';
import { leaseText } from '../../src/cli/render/lease-text.ts';
import { listItems, listingLines } from '../../src/cli/render/listing-text.ts';
import { noPaint, safeText, terminalPaint, usesColour } from '../../src/cli/render/paint.ts';
import { planLines } from '../../src/cli/render/plan-text.ts';
import { progressLine } from '../../src/cli/render/progress-line.ts';
import { type StatusFacts, statusLines } from '../../src/cli/render/status-text.ts';
import { syncDocument, syncLines } from '../../src/cli/render/sync-text.ts';
import { fitted } from '../../src/cli/render/wrap.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { bad, ok } from '../../src/core/errors.ts';
import { holderOf } from '../../src/core/format/lease-holder.ts';
import { parseLock } from '../../src/core/format/lock-record.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import type { Entry, LocalEntry } from '../../src/core/format/tree.ts';
import { parseSyncPath, type SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Conflict, Plan } from '../../src/core/plan/plan.ts';
import { agoText, bytesText, countText, durationText } from '../../src/core/quantities.ts';
import {
  EMPTY_PREVIEW,
  EMPTY_REPORT,
  type Preview,
  type Progress,
  type SyncReport,
} from '../../src/core/status/sync-report.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);

/** As another tool of the family writes a lock. */
const SIX_FIELDS = JSON.stringify({
  holder: 'carol',
  hostname: 'nas',
  pid: 7,
  acquiredAt: new Date(NOW - 5000).toISOString(),
  ttlMs: 30_000,
  nonce: 'n',
});

const at = (text: string): SyncPath => {
  const path = parseSyncPath(text);
  if (!path.ok) throw new Error(path.problem);
  return path.value;
};

const local = (path: string, size: number): LocalEntry => ({
  path: at(path),
  sha256: 'a'.repeat(64),
  stamp: { size, mtime: NOW - 60_000, ctime: 1, inode: 1, exec: false },
});

const remote = (path: string, size: number): Entry => ({
  path: at(path),
  size,
  mtime: NOW - 7_200_000,
  sha256: 'b'.repeat(64),
  exec: false,
  by: 'bob@build-7',
  generation: 12,
  slices: [],
});

const CONFLICTS: readonly Conflict[] = [
  {
    path: at('a/b.json'),
    reason: 'both-changed',
    base: null,
    local: local('a/b.json', 10),
    remote: remote('a/b.json', 2500),
  },
  { path: at('c.txt'), reason: 'deleted-here-changed-there', base: null, local: null, remote: remote('c.txt', 5) },
];

const LEASE: LeaseRecord = {
  nonce: 'n',
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 77,
  workspace: 'models',
  tool: 'cli',
  purpose: 'sync',
  acquiredAt: new Date(NOW - 125_000).toISOString(),
  renewedAt: new Date(NOW - 4000).toISOString(),
  ttlMs: 30_000,
};

const report = (part: Partial<SyncReport>): SyncReport => ({
  ...EMPTY_REPORT,
  generation: 12,
  requests: 1,
  ms: 1234,
  ...part,
});

describe('quantities', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [34_000_000, '34 MB'],
    [5e15, '5.0 PB'],
    [5e18, '5000 PB'],
  ])('%d bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  test.each([
    [-5, '0 ms'],
    [40, '40 ms'],
    [999.6, '1.0 s'],
    [3249, '3.2 s'],
    [9951, '10 s'],
    [59_499, '59 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [5 * 86_400_000, '5 d'],
  ])('%d ms', (ms, text) => expect(durationText(ms)).toBe(text));

  test.each([
    [NOW - 500, 'just now'],
    [NOW + 60_000, 'just now'],
    [NOW - 12_900, '12 s ago'],
    [NOW - 7_200_000, '2 h ago'],
  ])('at %d', (when, text) => expect(agoText(when, NOW)).toBe(text));

  test('counts', () => {
    expect([0, 1, 2, 1234, 1_234_567].map((count) => countText(count, 'file'))).toEqual([
      '0 files',
      '1 file',
      '2 files',
      '1,234 files',
      '1,234,567 files',
    ]);
  });
});

describe('what a cycle did', () => {
  test.each<[what: string, part: Partial<SyncReport>, lines: string[]]>([
    ['nothing', {}, ['In step (generation 12): nothing to do.']],
    ['nothing, and nothing there', { generation: null }, ['In step (the remote is empty): nothing to do.']],
    [
      'everything',
      { uploaded: 3, bytesUp: 4_100_000, downloaded: 1, bytesDown: 12, deletedRemote: 2, deletedLocal: 1, adopted: 4 },
      [
        'Synced (generation 12) in 1.2 s: 3 files up (4.1 MB sent), 1 file down (12 B received), 2 deleted there, 1 deleted here, 4 found equal.',
      ],
    ],
    [
      'conflicts',
      { uploaded: 1, bytesUp: 10, conflicts: CONFLICTS },
      [
        'Synced (generation 12) in 1.2 s: 1 file up (10 B sent).',
        '',
        '2 conflicts are held back, all versions are untouched:',
        '  a/b.json  changed here and there',
        '  c.txt     deleted here, changed there',
        'Decide each: datastore resolve PATH --mine | --theirs | --both | --merged',
      ],
    ],
    [
      'only a conflict',
      { conflicts: CONFLICTS.slice(1) },
      [
        'Nothing moved (generation 12).',
        '',
        '1 conflict is held back, both versions are untouched:',
        '  c.txt  deleted here, changed there',
        'Decide each: datastore resolve PATH --mine | --theirs | --both | --merged',
      ],
    ],
    [
      'a problem',
      { problems: [{ path: 'x/\u001B[2Jsock', reason: 'a socket' }] },
      ['Nothing moved (generation 12).', '', '1 path could not be synced:', '  x/\\x1b[2Jsock: a socket'],
    ],
    [
      'links: those that are new',
      {
        skipped: [
          { path: 'new', reason: 'it is a link', isNew: true },
          { path: 'old', reason: 'it is a link', isNew: false },
        ],
      },
      [
        'In step (generation 12): nothing to do.',
        '',
        '1 path left out, for only regular files are shared:',
        '  new: it is a link',
      ],
    ],
    [
      'links: none that are known',
      { skipped: [{ path: 'old', reason: 'it is a link', isNew: false }] },
      ['In step (generation 12): nothing to do.'],
    ],
  ])('%s', (_what, part, lines) => expect(syncLines(report(part), noPaint)).toEqual(lines));

  test('many conflicts are cut, and said to be', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...CONFLICTS[0], path: at(`f${index}`) }) as Conflict);
    const lines = syncLines(report({ conflicts: many }), noPaint);
    expect(lines.filter((line) => line.startsWith('  f'))).toHaveLength(20);
    expect(lines).toContain('  … and 5 more: datastore conflicts');
  });

  test('the document has the fields of the contract, and no more', () => {
    const document = syncDocument(report({ conflicts: CONFLICTS }));
    expect(Object.keys(document)).toEqual([
      'generation',
      'uploaded',
      'downloaded',
      'deletedLocal',
      'deletedRemote',
      'adopted',
      'conflicts',
      'problems',
      'skipped',
      'bytesUp',
      'bytesDown',
      'requests',
      'ms',
    ]);
    expect(document['conflicts']).toEqual([
      {
        path: 'a/b.json',
        reason: 'both-changed',
        base: null,
        local: { sha256: 'a'.repeat(64), size: 10, mtime: NOW - 60_000 },
        remote: { sha256: 'b'.repeat(64), size: 2500, mtime: NOW - 7_200_000, by: 'bob@build-7', generation: 12 },
      },
      {
        path: 'c.txt',
        reason: 'deleted-here-changed-there',
        base: null,
        local: null,
        remote: expect.objectContaining({ size: 5 }),
      },
    ]);
  });
});

const PLAN: Plan = {
  steps: [
    {
      kind: 'delete-remote',
      path: at('old'),
      base: { ...local('old', 1), sha256: 'b'.repeat(64), seenAt: 1 },
      local: null,
      remote: remote('old', 1),
    },
    { kind: 'upload', path: at('new'), base: null, local: local('new', 1500), remote: null },
    { kind: 'upload', path: at('moved'), base: null, local: local('moved', 9), remote: null, reuse: remote('old', 9) },
    { kind: 'download', path: at('theirs'), base: null, local: null, remote: remote('theirs', 7) },
    {
      kind: 'keep-both',
      path: at('k'),
      base: null,
      local: local('k', 7),
      remote: remote('k', 7),
      copyTo: at('k.conflict-x'),
    },
    { kind: 'adopt', path: at('same'), base: null, local: local('same', 7), remote: remote('same', 7) },
  ],
  conflicts: CONFLICTS,
  held: [],
};
const PREVIEW: Preview = {
  plan: PLAN,
  vetoes: [],
  generation: 12,
  held: [{ path: 'x', reason: 'a link' }],
  basis: null,
};

describe('what a sync would do', () => {
  test('every kind of step', () => {
    expect(planLines(PREVIEW, noPaint)).toEqual([
      'At generation 12, 5 paths would move:',
      '  delete there  old  deleted here',
      '  upload        new  1.5 kB  new here',
      '  upload        moved  new here  (same content as old: nothing is sent)',
      '  download      theirs  7 B  new there',
      '  keep both     k  conflict, both are kept  (mine as k.conflict-x)',
      '',
      '2 conflicts would be held back:',
      '  a/b.json  changed here and there',
      '  c.txt     deleted here, changed there',
      '',
      '1 path would be left alone:',
      '  x: a link',
      '',
      'Nothing was changed (dry run).',
    ]);
  });

  test('nothing', () => {
    expect(planLines(EMPTY_PREVIEW, noPaint)).toEqual([
      'The remote is empty: nothing would move.',
      '',
      'Nothing was changed (dry run).',
    ]);
  });

  test('a veto is named with its way out', () => {
    const vetoes = [{ kind: 'mass-delete', side: 'remote', deletes: 30, of: 40 }] as const;
    expect(planLines({ ...EMPTY_PREVIEW, vetoes }, noPaint).join('\n')).toMatch(
      /Stopped for safety: .*30[\s\S]*--allow-mass-delete/,
    );
  });
});

describe('status', () => {
  const facts: StatusFacts = {
    workspace: '/srv/models',
    config: {
      backend: {
        type: 's3',
        bucket: 'team-data',
        prefix: 'p',
        region: 'eu-central-1',
        forcePathStyle: false,
        profile: 'team',
      },
      root: 'data',
      directories: ['a', 'b'],
      exclude: ['*.tmp'],
      allow: [],
      timing: DEFAULT_TIMING,
      lock: { ttlMs: 1, waitMs: 1 },
      source: '.datastore.yaml',
    },
    register: {
      lease: null,
      ours: 'no',
      generation: 12,
      committedAt: new Date(NOW - 180_000).toISOString(),
      committedBy: 'bob@build-7',
      seenAt: NOW,
      latencyMs: 34,
    },
    preview: PREVIEW,
    waiting: null,
    local: { lastSyncAt: NOW - 300_000, generation: 11, conflicts: [], recent: [] },
    folder: null,
    unfinished: null,
    failure: null,
    busy: null,
    now: NOW,
  };
  test.each<[what: string, part: Partial<StatusFacts>, lines: (string | RegExp)[]]>([
    [
      'all in reach',
      {},
      [
        'Datastore  s3://team-data/p (eu-central-1, profile team)',
        'Set by     .datastore.yaml',
        'Workspace  /srv/models',
        'Shared     data/, only a, b, without *.tmp',
        'Remote     in reach (34 ms), generation 12, committed 3 min ago by bob@build-7',
        'Lease      free',
        'Pending    2 up, 2 down, 1 to delete there, 2 conflicts, 1 left alone',
        'Last sync  5 min ago, generation 11',
        '',
        '1 path left alone:',
        '  x: a link',
      ],
    ],
    ['in step', { preview: EMPTY_PREVIEW }, ['Pending    nothing, in step']],
    [
      'never synced',
      { local: { lastSyncAt: null, generation: null, conflicts: [], recent: [] } },
      ['Last sync  never here'],
    ],
    [
      'another works here',
      { preview: null, busy: 'process 7 is syncing' },
      ['Pending    not known now: process 7 is syncing'],
    ],
    [
      'offline',
      { register: null, preview: null, failure: { kind: 'offline', message: 'no answer', remedy: 'Try later.' } },
      ['no answer', 'Try later.', /^Last sync/],
    ],
    [
      'offline, with changes here',
      { register: null, preview: null, waiting: { ...EMPTY_PREVIEW, plan: { ...PREVIEW.plan, conflicts: [] } } },
      ['Pending    2 up, 2 down, 1 to delete there, as the remote was last seen'],
    ],
    [
      'a folder',
      {
        config: { ...facts.config, backend: { type: 'filesystem', path: '/nfs/x' }, source: 'default' },
        register: null,
        preview: null,
        local: null,
        folder: {
          health: { readMs: 2, written: ok({ ms: 14, clocks: { server: 1, own: 2 } }), freeBytes: 12e9 },
          files: 2,
          bytes: 1234,
        },
      },
      [
        'Datastore  /nfs/x (a folder used in place)',
        'Set by     default (the folder .swamp exists)',
        'Folder     in reach (2 ms), writable (14 ms), 12 GB free',
        'Contents   2 files, 1.2 kB',
      ],
    ],
    [
      'a folder that cannot be written, with a lock of another tool',
      {
        config: { ...facts.config, backend: { type: 'filesystem', path: '/nfs/x' } },
        register: {
          lease: holderOf(parseLock(SIX_FIELDS), 'n'),
          ours: 'no',
          generation: null,
          committedAt: null,
          committedBy: null,
          seenAt: NOW,
          latencyMs: 1,
        },
        preview: null,
        local: null,
        folder: {
          health: { readMs: 2, written: bad({ kind: 'local', message: 'read-only', remedy: '' }), freeBytes: 0 },
          files: 0,
          bytes: 0,
        },
      },
      [
        'Folder     in reach (2 ms), not writable: read-only, 0 B free',
        'Lease      held by carol (process 7 on nas), since 5 s ago, last heartbeat 5 s ago',
      ],
    ],
    [
      'another tool',
      { config: { ...facts.config, backend: { type: 'unsupported', found: '@swamp/s3-datastore' } } },
      ["Datastore  @swamp/s3-datastore (another tool's format: not supported, never written to)"],
    ],
    [
      'nothing committed',
      {
        register: {
          lease: null,
          ours: 'no',
          generation: null,
          committedAt: null,
          committedBy: null,
          seenAt: NOW,
          latencyMs: 5,
        },
      },
      ['Remote     in reach (5 ms), nothing committed yet'],
    ],
  ])('%s', (_what, part, lines) => {
    const found = statusLines({ ...facts, ...part }, noPaint);
    for (const line of lines)
      expect(found).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    if (Object.keys(part).length === 0) expect(found).toEqual(lines);
  });

  test.each<[ours: 'this-process' | 'this-workspace' | 'no', text: string]>([
    [
      'no',
      'held by alice@build-7 (process 77, workspace models) for sync, since 2 min 5 s ago, last heartbeat 4 s ago',
    ],
    [
      'this-workspace',
      'held by this workspace: alice@build-7 (process 77, workspace models) for sync, since 2 min 5 s ago, last heartbeat 4 s ago',
    ],
    ['this-process', 'held by this process for sync'],
  ])('a lease that is ours: %s', (ours, text) => expect(leaseText({ lease: LEASE, ours }, NOW)).toBe(text));

  test('a lock whose process is gone', () => {
    expect(leaseText({ lease: { ...LEASE, isGone: true }, ours: 'no' }, NOW)).toBe(
      'held by alice@build-7 (process 77, workspace models) for sync, since 2 min 5 s ago, last heartbeat 4 s ago; that process is gone: whoever asks next takes it',
    );
  });
});

test('conflicts are shown with both sides', () => {
  expect(conflictLines(CONFLICTS, NOW)).toEqual([
    'a/b.json',
    '  changed here and there',
    '  mine    10 B, changed 1 min ago',
    '  theirs  2.5 kB, changed 2 h ago by bob@build-7',
    'c.txt',
    '  deleted here, changed there',
    '  mine    deleted',
    '  theirs  5 B, changed 2 h ago by bob@build-7',
    'Decide each: datastore resolve PATH --mine | --theirs | --both | --merged',
  ]);
  expect(conflictLines([], NOW)).toEqual(['No conflicts.']);
});

describe('a listing', () => {
  const files = ['a.txt', 'b/c.txt', 'b/d/e.txt', 'bb'].map((path, index) => ({
    path,
    size: 1000 * (index + 1),
    mtime: NOW - 60_000,
    by: 'bob@x',
    generation: 1,
  }));
  test.each<[what: string, below: string, recursive: boolean, lines: string[]]>([
    [
      'one level',
      '',
      false,
      ['1.0 kB  1 min ago  bob@x    a.txt', '5.0 kB  1 min ago  2 files  b/', '4.0 kB  1 min ago  bob@x    bb'],
    ],
    [
      'a folder, not its namesakes',
      'b',
      false,
      ['2.0 kB  1 min ago  bob@x   b/c.txt', '3.0 kB  1 min ago  1 file  b/d/'],
    ],
    ['all below', 'b', true, ['2.0 kB  1 min ago  bob@x  b/c.txt', '3.0 kB  1 min ago  bob@x  b/d/e.txt']],
    ['one file', 'b/c.txt', false, ['2.0 kB  1 min ago  bob@x  b/c.txt']],
    ['nothing there', 'x', false, []],
  ])('%s', (_what, below, recursive, lines) =>
    expect(listingLines(listItems(files, below, recursive), NOW)).toEqual(lines),
  );

  test('of a folder used in place has no column for who', () => {
    expect(listingLines([{ type: 'file', path: 'a', size: 1, mtime: NOW, by: null, generation: null }], NOW)).toEqual([
      '1 B  just now  a',
    ]);
  });
});

describe('the progress line', () => {
  const half: Progress = { phase: 'uploading', files: 12, totalFiles: 40, bytes: 5_000_000, totalBytes: 10_000_000 };
  test.each<[what: string, progress: Progress, rate: number | null, columns: number, line: string]>([
    [
      'all of it',
      half,
      1_000_000,
      79,
      'Uploading  [########--------]  12/40 files  5.0 MB/10 MB  1.0 MB/s  5.0 s left',
    ],
    ['no rate yet', half, null, 79, 'Uploading  [########--------]  12/40 files  5.0 MB/10 MB'],
    [
      'a narrow terminal: the bar goes first',
      half,
      1_000_000,
      60,
      'Uploading  12/40 files  5.0 MB/10 MB  1.0 MB/s  5.0 s left',
    ],
    ['a very narrow one', half, 1_000_000, 25, 'Uploading  12/40 files'],
    ['hardly any', half, 1_000_000, 5, 'Uploa'],
    [
      'a scan, whose end is not known',
      { phase: 'scanning', files: 1200, totalFiles: 0, bytes: 0, totalBytes: 0 },
      null,
      79,
      'Scanning  1,200 files',
    ],
    [
      'waiting',
      { phase: 'waiting', files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, holder: 'alice@x' },
      null,
      79,
      'Waiting  for alice@x',
    ],
    [
      'more than was planned',
      { ...half, bytes: 11_000_000 },
      1,
      79,
      'Uploading  [################]  12/40 files  11 MB/10 MB  1 B/s',
    ],
  ])('%s', (_what, progress, rate, columns, line) => {
    expect(progressLine(progress, rate, columns)).toBe(line);
    expect(line.length).toBeLessThanOrEqual(columns);
  });
});

test.each<[what: string, isTerminal: boolean, env: Record<string, string>, noColour: boolean, colour: boolean]>([
  ['a terminal', true, {}, false, true],
  ['a pipe', false, {}, false, false],
  ['--no-color', true, {}, true, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false, false],
  ['an empty NO_COLOR is none', true, { NO_COLOR: '' }, false, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false, false],
])('colour on %s', (_what, isTerminal, env, noColour, colour) => {
  expect(usesColour(isTerminal, env, noColour)).toBe(colour);
});

test('paint ends what it begins, and text from outside cannot paint', () => {
  expect(terminalPaint.good('x')).toBe('\u001B[32mx\u001B[39m');
  expect(safeText('a\u001B[31m\nb\u202Ec\u0007')).toBe('a\\x1b[31m\\x0ab\\x202ec\\x07');
});

test.each<[codes: number[], worst: number]>([
  [[], 0],
  [[0, 3], 3],
  [[3, 1], 1],
  [[1, 4, 3], 4],
  [[4, 5], 5],
  [[5, 6, 1], 6],
])('of the codes %j the first of 6, 5, 4, 1, 3 counts', (codes, worst) => expect(worstCode(codes)).toBe(worst));

describe('lines fitted to a terminal', () => {
  const at20 = { isTerminal: true, columns: 20, closed: false, write: () => {}, ready: async () => {} };
  test.each([
    ['short ones stay', 'in step', ['in step']],
    ['an empty one stays', '', ['']],
    ['words stay whole, what goes on is indented', 'the lease is held by carol', ['the lease is held by', '  carol']],
    ['below its own indentation', '  a.txt: it keeps changing', ['  a.txt: it keeps', '    changing']],
    [
      'no word is cut, so that a path can be copied',
      'see /a/path/that/is/longer/than/this',
      ['see', '  /a/path/that/is/longer/than/this'],
    ],
    ['columns are kept', 'Root  /a  b', ['Root  /a  b']],
    [
      'colours take no place',
      terminalPaint.bad('a lease that is') + ' lost',
      [terminalPaint.bad('a lease that is') + ' lost'],
    ],
  ])('%s', (_what, line, lines) => {
    expect(fitted(at20, [line])).toEqual(lines);
    expect(fitted({ ...at20, isTerminal: false }, [line])).toEqual([line]);
  });
});
