import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/errors.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import { type Bar, renderBar } from '../../src/vscode/render/bar.ts';
import { statusRows } from '../../src/vscode/render/status-rows.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

const NOW = 1_763_650_000_000;
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

const config = SOME_CONFIG;
const lease: LeaseRecord = {
  nonce: 'n',
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 77,
  workspace: 'models',
  tool: 'cli',
  purpose: 'run make',
  acquiredAt: ago(125),
  renewedAt: ago(4),
  ttlMs: 30_000,
};
const active = (status: Partial<SyncStatus>): FolderState => ({
  kind: 'active',
  config,
  status: { ...INITIAL_STATUS, pending: { up: 0, down: 0 }, seenAt: NOW - 40_000, latencyMs: 12, ...status },
});
const failure = (kind: 'veto' | 'local' | 'denied' | 'credentials' | 'offline' | 'unsafe-store') => ({
  kind,
  message: 'why',
  remedy: 'do this',
  at: NOW,
  since: NOW,
});
const moving = (phase: 'uploading' | 'committing') => ({ phase, files: 12, totalFiles: 40, bytes: 1, totalBytes: 2 });
const problem = { kind: 'config', source: '.datastore.yaml', line: 3, field: 'bucket', message: 'no' } as const;

describe('the lock in the Status view', () => {
  const other = { record: lease, ours: 'no' } as const;
  const mine = { record: lease, ours: 'this-process' } as const;
  const waiting = { ...moving('uploading'), phase: 'waiting', holder: 'bob@desk' } as const;
  it.each<[what: string, status: Partial<SyncStatus>, text: RegExp, icon: string]>([
    ['is free', {}, /^free$/, 'unlock'],
    ['is not known before it was read', { seenAt: null }, /^not known yet$/, 'question'],
    ["is another's", { lease: other }, /^alice@build-7 · run make · 2 min/, 'lock'],
    ['is not free while this window uploads', { progress: moving('uploading') }, /^this window is writing$/, 'lock'],
    ['nor while it commits', { progress: moving('committing') }, /^this window is writing$/, 'lock'],
    [
      'is not read yet while this window uploads',
      { seenAt: null, progress: moving('uploading') },
      /is writing$/,
      'lock',
    ],
    [
      "was another's before this window uploads",
      { lease: other, progress: moving('uploading') },
      /is writing$/,
      'lock',
    ],
    [
      'is held by this window while it uploads',
      { lease: mine, progress: moving('uploading') },
      /^held by this window/,
      'lock',
    ],
    ['is of whom this window waits for', { progress: waiting }, /^bob@desk$/, 'lock'],
    ['was free before the outage', { failure: failure('offline') }, /^free, as of .* ago$/, 'question'],
    ['was held before the outage', { failure: failure('offline'), lease: other }, /@.*, as of .* ago$/, 'lock'],
    ['was free when signed in', { failure: failure('credentials') }, /^free, as of .* ago$/, 'question'],
    ['of a disk that fails was free', { failure: failure('local'), inPlace: true }, /^free, as of .* ago$/, 'question'],
    ['is free whatever else failed', { failure: failure('veto') }, /^free$/, 'unlock'],
  ])('%s', (_, status, text, icon) => {
    const row = statusRows(active(status), [], NOW).find(({ id }) => id === 'lease');
    expect(row?.description).toMatch(text);
    expect(row?.icon).toBe(icon);
  });
});

const rows: readonly (readonly [string, readonly FolderState[], Omit<Bar, 'tooltip'> | null])[] = [
  ['in step', [active({})], { text: '$(check) Datastore', background: 'none', label: 'Datastore: in step' }],
  [
    'bytes move: it turns',
    [active({ progress: moving('uploading') })],
    { text: '$(sync~spin) Datastore 12/40', background: 'none', label: 'Datastore: syncing, 12 of 40 files' },
  ],
  [
    'no bytes move: it stands',
    [active({ progress: moving('committing') })],
    { text: '$(sync) Datastore 12/40', background: 'none', label: 'Datastore: syncing, 12 of 40 files' },
  ],
  [
    'up and down',
    [active({ pending: { up: 3, down: 1 } })],
    {
      text: '$(database) $(arrow-up)3 $(arrow-down)1',
      background: 'none',
      label: 'Datastore: 3 to upload, 1 to download',
    },
  ],
  [
    'only down',
    [active({ pending: { up: 0, down: 1 } })],
    { text: '$(database) $(arrow-down)1', background: 'none', label: 'Datastore: 1 to download' },
  ],
  [
    'locked',
    [active({ lease: { record: lease, ours: 'no' } })],
    { text: '$(lock) alice@build-7', background: 'none', label: 'Datastore: locked by alice@build-7' },
  ],
  [
    'a holder cannot draw icons',
    [active({ lease: { record: { ...lease, holder: '$(check) ok' }, ours: 'no' } })],
    { text: '$(lock) $ (check) ok', background: 'none', label: 'Datastore: locked by $(check) ok' },
  ],
  [
    'held by me',
    [active({ lease: { record: lease, ours: 'this-process' } })],
    { text: '$(lock) Datastore held by me', background: 'none', label: 'Datastore: the lock is held by this window' },
  ],
  [
    'error',
    [active({ failure: failure('denied') })],
    { text: '$(error) Datastore', background: 'error', label: 'Datastore: failed, why' },
  ],
  [
    'vetoed',
    [active({ failure: failure('veto') })],
    { text: '$(error) Datastore stopped', background: 'error', label: 'Datastore: stopped for safety, why' },
  ],
  [
    'signed out',
    [active({ failure: failure('credentials') })],
    { text: '$(key) Datastore signed out', background: 'warning', label: 'Datastore: signed out, why' },
  ],
  [
    'read-only',
    [active({ failure: failure('unsafe-store') })],
    { text: '$(eye) Datastore read-only', background: 'warning', label: 'Datastore: the store is read-only, why' },
  ],
  [
    'offline',
    [active({ failure: failure('offline') })],
    {
      text: '$(debug-disconnect) Datastore offline',
      background: 'none',
      label: 'Datastore: offline, the store cannot be reached',
    },
  ],
  [
    'paused',
    [active({ paused: true })],
    { text: '$(circle-slash) Datastore paused', background: 'none', label: 'Datastore: automatic sync is paused' },
  ],
  [
    'first connection',
    [{ kind: 'asking', config }],
    {
      text: '$(question) Datastore waits for your answer',
      background: 'warning',
      label: 'Datastore: waiting for your answer about the connection',
    },
  ],
  [
    'a mistake in the configuration',
    [{ kind: 'invalid', problems: [problem] }],
    { text: '$(error) Datastore', background: 'error', label: 'Datastore: failed, the configuration has mistakes' },
  ],
  [
    'not trusted',
    [{ kind: 'untrusted', config }],
    {
      text: '$(shield) Datastore: not trusted',
      background: 'none',
      label: 'Datastore: this workspace is not trusted, so nobody is contacted',
    },
  ],
  ['a folder that has nothing to do with us', [{ kind: 'not-set-up' }], null],
  ['no folder', [], null],
  [
    'two folders: the heavier counts',
    [active({}), active({ failure: failure('offline') })],
    {
      text: '$(debug-disconnect) Datastore offline',
      background: 'none',
      label: 'Datastore: offline, the store cannot be reached',
    },
  ],
  [
    'two folders: counts add up',
    [active({ pending: { up: 1, down: 0 } }), active({ pending: { up: 2, down: 2 } })],
    {
      text: '$(database) $(arrow-up)3 $(arrow-down)2',
      background: 'none',
      label: 'Datastore: 3 to upload, 2 to download',
    },
  ],
  [
    'one of ours beside one that is not',
    [{ kind: 'not-set-up' }, active({})],
    { text: '$(check) Datastore', background: 'none', label: 'Datastore: in step' },
  ],
];

describe('the status bar', () => {
  it.each(rows)('%s', (_, states, expected) => {
    const bar = renderBar(
      states.map((state, index) => ({ name: `folder-${index}`, state })),
      NOW,
    );
    expect(bar === null ? null : { text: bar.text, background: bar.background, label: bar.label }).toEqual(expected);
  });

  it('the tooltip says where, when and who, and lets nobody write links into it', () => {
    const evil = { ...lease, purpose: '[click](command:evil) $(check)' };
    const { tooltip = '' } =
      renderBar([{ name: 'one', state: active({ lease: { record: evil, ours: 'no' } }) }], NOW) ?? {};
    expect(tooltip).toContain(String.raw`s3://team\-data/p`);
    expect(tooltip).toContain('40 s ago');
    expect(tooltip).toContain('2 min 5 s ago');
    expect(tooltip).not.toContain('](command:evil)');
    expect(tooltip).not.toContain('$(check)');
  });
});

describe('the Status view', () => {
  const labels = (state: FolderState) =>
    statusRows(state, [], NOW).map(({ label, description }) => `${label}: ${description}`);

  it('says all there is to say of a folder in step', () => {
    expect(labels(active({}))).toEqual([
      'In step: nothing to transfer',
      'Lock: free',
      'Automatic sync: on',
      'Remote: s3://team-data/p',
      'Health: answers in 12 ms',
      'Last sync: never here',
      'Set by: .datastore.yaml',
    ]);
  });
  it.each([
    ['before the first look', { looked: false, failure: failure('veto') }, 'not known yet'],
    ['after it', { looked: true }, 'nothing committed yet'],
  ])('says of the commit what is known %s', (_, status, text) => {
    const remote = statusRows(active({ generation: null, ...status }), [], NOW).find(({ id }) => id === 'remote');
    expect(remote?.children?.find(({ id }) => id === 'generation')?.description).toBe(text);
  });
  it.each([
    [0, /^Offline since \S+( [AP]M)?$/],
    [59, /^Offline since \S+( [AP]M)?$/],
    [125, /^Offline since \S+( [AP]M)? \(2 min 5 s\)$/],
  ])('offline for %i s it says so, and not that all is in step', (seconds, title) => {
    const since = NOW - seconds * 1000;
    const state = active({ failure: { ...failure('offline'), since } });
    const [first, second] = statusRows(state, [], NOW);
    expect(first?.label).toMatch(title);
    expect(second?.description).toBe('nothing, as far as is known');
  });
  it('nor where the last attempt was refused', () => {
    const state = active({ failure: failure('denied') });
    const [, second] = statusRows(state, [], NOW);
    expect(second?.description).toBe('nothing, as far as is known');
    expect(renderBar([{ name: 'models', state }], NOW)?.tooltip).toContain('Nothing to transfer, as far as is known');
  });
  it.each([
    ['paused', active({ paused: true }), 'on', 'Automatic sync: paused', 'auto-paused'],
    ['off', active({}), 'off', 'Automatic sync: off', 'auto-off'],
    ['pull', active({}), 'pull', 'Automatic sync: pull only', 'auto-pull'],
  ] as const)('says what happens by itself: %s', (_, state, autoSync, text, context) => {
    const row = statusRows(state, [], NOW, null, autoSync).find(({ id }) => id === 'auto');
    expect([`${row?.label}: ${row?.description}`, row?.context]).toEqual([text, context]);
  });
  it('counts each direction by itself, with its files below it', () => {
    const step = (path: string, kind: 'upload' | 'delete-local') =>
      ({ path: path as SyncPath, kind, base: null, local: null, remote: null }) as const;
    const changes = [step('a', 'upload'), step('b', 'upload'), step('c', 'delete-local')];
    const rows = statusRows(active({ pending: { up: 2, down: 1 }, changes }), [], NOW);
    expect(
      rows.slice(0, 2).map((row) => [row.context, row.description, row.children?.map(({ label }) => label)]),
    ).toEqual([
      ['pending-up', '2 files', ['a', 'b']],
      ['pending-down', '1 file', ['c']],
    ]);
  });
  it('lists the last syncs, with what each did and how long it took', () => {
    const one = {
      at: NOW - 60_000,
      generation: 3,
      uploaded: 2,
      downloaded: 1,
      deletedLocal: 1,
      deletedRemote: 0,
      adopted: 0,
    };
    const rest = { conflicts: 1, problems: 0, bytesUp: 1_000, bytesDown: 500, requests: 9, ms: 2_500 };
    const row = statusRows(active({}), [{ ...one, ...rest }], NOW).find(({ id }) => id === 'recent');
    expect(row?.children?.map(({ label, description }) => `${label}: ${description}`)).toEqual([
      '1 min ago: ↑ 2, ↓ 1, 1 deleted, 1 conflict, 1.5 kB in 2.5 s',
    ]);
    expect(row?.spoken).toBe('Last sync, 1 min ago, 2 files uploaded, 1 file downloaded, 1 file deleted, 1 conflict');
  });
  it('says of a folder used in place how it is, and nothing of a sync', () => {
    const place: FolderState = {
      kind: 'active',
      config: { ...config, backend: { type: 'filesystem', path: '/nfs/x' } },
      status: { ...INITIAL_STATUS, inPlace: true, pending: { up: 0, down: 0 }, seenAt: NOW, latencyMs: 3 },
    };
    const health = { readMs: 2, written: ok({ ms: 14, clocks: { server: 9000, own: 4000 } }), freeBytes: 12e9 };
    expect(statusRows(place, [], NOW, health).map(({ label, description }) => `${label}: ${description}`)).toEqual([
      'Lock: free',
      'Folder: /nfs/x',
      "Health: in reach (2 ms), writable (14 ms), the clock here is 5.0 s behind the file server's, 12 GB free",
      'Set by: .datastore.yaml',
    ]);
    expect(labels(place)).toEqual(['Lock: free', 'Folder: /nfs/x', 'Set by: .datastore.yaml']);
    const bar = renderBar([{ name: 'w', state: place }], NOW);
    expect(bar).toMatchObject({ text: '$(folder) Datastore', label: expect.stringContaining('used in place') });
    expect(bar?.tooltip).toContain('nothing to sync');
    expect(bar?.tooltip).not.toContain('Sync now');
  });
  it.each([
    ['this-process', 'lease-ours'],
    ['this-workspace', 'lease-workspace'],
    ['no', 'lease-other'],
  ] as const)('tells the menus of a lock of %s', (ours, context) => {
    const row = statusRows(active({ lease: { record: lease, ours } }), [], NOW).find(({ id }) => id === 'lease');
    expect(row?.context).toBe(context);
  });
  it('shows the holder with purpose and age, and the rest below', () => {
    const row = statusRows(active({ lease: { record: lease, ours: 'no' } }), [], NOW).find(({ id }) => id === 'lease');
    expect(row).toMatchObject({
      description: 'alice@build-7 · run make · 2 min 5 s ago',
      context: 'lease-other',
      icon: 'lock',
    });
    expect(row?.children?.map(({ label }) => label)).toEqual([
      'Holder',
      'Host',
      'Workspace',
      'Purpose',
      'Held since',
      'Last heartbeat',
      'Expires',
    ]);
    expect(row?.children?.at(-1)?.description).toBe('in 26 s, unless it is renewed');
    const silent = { record: { ...lease, renewedAt: ago(90) }, ours: 'no' as const };
    const late = statusRows(active({ lease: silent }), [], NOW).find(({ id }) => id === 'lease');
    expect(late?.children?.at(-1)?.description).toBe('1 min overdue: the next who needs it takes it');
  });
  it('puts a failure first, with what can be done', () => {
    expect(labels(active({ failure: failure('credentials') }))[0]).toBe('Signed out: do this');
  });
  it.each([
    ['credentials', 'failure-credentials'],
    ['veto', 'failure-veto'],
    ['offline', 'failure'],
  ] as const)('offers what helps: %s', (kind, context) => {
    expect(statusRows(active({ failure: failure(kind) }), [], NOW)[0]?.context).toBe(context);
  });
  it('is not in step while conflicts wait', () => {
    const conflict = { path: 'c', reason: 'both-changed', base: null, local: null, remote: null } as never;
    expect(labels(active({ conflicts: [conflict] })).slice(0, 2)).toEqual([
      'Pending: nothing but the conflicts',
      'Conflicts: 1',
    ]);
  });
});
