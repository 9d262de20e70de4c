import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, contents, fingerprint, openRig, type Rig, write } from './harness.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

test('what one workspace sends arrives in another, also when its folder is not there yet', async () => {
  const a = await rig.workspace('round', { 'x.txt': 'X', 'sub/ä ö.txt': 'Y', empty: '' });
  const b = await rig.workspace('round');
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({
    ok: true,
    generation: 1,
    uploaded: 3,
    downloaded: 0,
  });
  expect((await rig.cli(b, ['sync', '--json'])).json()).toMatchObject({
    ok: true,
    generation: 1,
    uploaded: 0,
    downloaded: 3,
  });
  expect(await contents(b)).toEqual(await contents(a));
});

test('--json is the contract, whole', async () => {
  const a = await rig.workspace('contract', { 'x.txt': 'X' });
  const ended = await rig.cli(a, ['sync', '--json']);
  expect(ended.json()).toEqual({
    schema: 1,
    ok: true,
    generation: 1,
    uploaded: 1,
    downloaded: 0,
    deletedLocal: 0,
    deletedRemote: 0,
    adopted: 0,
    conflicts: [],
    problems: [],
    skipped: [],
    bytesUp: expect.any(Number),
    bytesDown: expect.any(Number),
    requests: expect.any(Number),
    ms: expect.any(Number),
  });
  const again = await rig.cli(a, ['sync']);
  expect(again).toMatchObject({ code: 0, stdout: 'In step (generation 1): nothing to do.\n', stderr: '' });
});

test('a command works in every subfolder of the workspace', async () => {
  const a = await rig.workspace('below', { 'sub/x.txt': 'X' });
  expect(await rig.cli(path.join(a, 'data/sub'), ['push', '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  expect(await rig.cli(rig.folder, ['ls', '--cwd', a])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sub/'),
  });
});

test('pull sends nothing, push fetches nothing', async () => {
  const a = await rig.workspace('oneway', { 'a.txt': 'A' });
  const b = await rig.workspace('oneway', { 'b.txt': 'B' });
  await rig.cli(a, ['push']);
  expect((await rig.cli(b, ['push', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1, downloaded: 0 });
  expect(await contents(b)).toEqual({ 'b.txt': 'B' });
  await write(a, { 'more.txt': 'M' });
  expect((await rig.cli(a, ['pull', '--json'])).json()).toMatchObject({ ok: true, uploaded: 0, downloaded: 1 });
  expect((await rig.cli(b, ['pull', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
  expect(await contents(b)).toEqual({ 'a.txt': 'A', 'b.txt': 'B' });
});

describe('a conflict', () => {
  let count = 0;
  /** Two workspaces that both changed x.txt; the first has pushed. */
  async function torn(): Promise<{ a: string; b: string }> {
    const prefix = `torn${++count}`;
    const a = await rig.workspace(prefix, { 'x.txt': 'base', 'other.txt': '1' });
    const b = await rig.workspace(prefix, {});
    await mkdir(path.join(b, 'data'), { recursive: true });
    await rig.cli(a, ['sync']);
    await rig.cli(b, ['sync']);
    await write(a, { 'x.txt': 'from a' });
    await write(b, { 'x.txt': 'from b!', 'other.txt': '2' });
    await rig.cli(a, ['sync']);
    return { a, b };
  }

  test('is held back with 3; all else goes on; both sides stay', async () => {
    const { a, b } = await torn();
    const ended = await rig.cli(b, ['sync', '--json']);
    expect(ended.code).toBe(3);
    expect(ended.json()).toMatchObject({
      ok: false,
      uploaded: 1,
      error: { kind: 'conflicts' },
      conflicts: [{ path: 'x.txt', reason: 'both-changed', local: { size: 7 }, remote: { size: 6 } }],
    });
    expect(await contents(b)).toEqual({ 'x.txt': 'from b!', 'other.txt': '2' });
    expect(await rig.cli(b, ['cat', 'x.txt'])).toMatchObject({ stdout: 'from a' });
    const list = await rig.cli(b, ['conflicts']);
    expect(list).toMatchObject({ code: 3, stdout: expect.stringContaining('changed here and there') });
    expect((await rig.cli(a, ['conflicts', '--json'])).json()).toEqual({ schema: 1, ok: true, conflicts: [] });
  });

  test.each<[flag: string, here: RegExp, there: string]>([
    ['--mine', /^\{"other.txt":"2","x.txt":"from b!"\}$/, 'from b!'],
    ['--theirs', /^\{"other.txt":"2","x.txt":"from a"\}$/, 'from a'],
    ['--merged', /^\{"other.txt":"2","x.txt":"from b!"\}$/, 'from b!'],
    ['--both', /^\{"other.txt":"2","x.conflict-[^"]+.txt":"from b!","x.txt":"from a"\}$/, 'from a'],
  ])('is decided by %s', async (flag, here, there) => {
    const { b } = await torn();
    await rig.cli(b, ['sync']);
    const ended = await rig.cli(b, ['resolve', 'data/x.txt', flag, '--json']);
    expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, resolved: ['x.txt'], moved: [], conflicts: [] }]);
    const files = Object.entries(await contents(b)).toSorted(([one], [two]) => (one < two ? -1 : 1));
    expect(JSON.stringify(Object.fromEntries(files))).toMatch(here);
    expect(await rig.cli(b, ['cat', 'x.txt'])).toMatchObject({ stdout: there });
  });

  test('is decided for all by --on-conflict', async () => {
    const { b } = await torn();
    expect(await rig.cli(b, ['sync', '--on-conflict', 'theirs'])).toMatchObject({ code: 0 });
    expect(await contents(b)).toEqual({ 'x.txt': 'from a', 'other.txt': '2' });
  });

  test('that is none cannot be decided', async () => {
    const { b } = await torn();
    expect(await rig.cli(b, ['resolve', 'other.txt', '--mine'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no conflict at "other.txt"'),
    });
  });
});

test('--dry-run gives the code of the real one where a path cannot be synced', async () => {
  const a = await rig.workspace('alone', { 'x.txt': 'X', 'con.txt': 'C' });
  const error = { kind: 'problems', message: '1 path could not be synced' };
  for (const words of [['--dry-run'], []]) {
    const ended = await rig.cli(a, ['sync', '--json', ...words]);
    expect([ended.code, ended.json()]).toMatchObject([1, { ok: false, error }]);
  }
});

test('--dry-run prints the plan and changes neither side', async () => {
  const a = await rig.workspace('dry', { 'x.txt': 'X' });
  await rig.cli(a, ['sync']);
  await write(a, { 'new.txt': 'N' });
  const [here, there] = [await fingerprint(a), rig.server.requests.byMethod['PUT']];
  const ended = await rig.cli(a, ['sync', '--dry-run', '--json']);
  expect(ended.json()).toMatchObject({
    schema: 1,
    ok: true,
    dryRun: true,
    generation: 1,
    steps: [{ kind: 'upload', path: 'new.txt', size: 1 }],
    vetoes: [],
  });
  expect([await fingerprint(a), rig.server.requests.byMethod['PUT']]).toEqual([here, there]);
});

test('a plan that deletes most of a side is stopped with 6, and names its way out', async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, String(index)]));
  const a = await rig.workspace('mass', { ...files, keep: 'k' });
  await rig.cli(a, ['sync']);
  for (const name of Object.keys(files)) await rm(path.join(a, 'data', name));
  const dry = await rig.cli(a, ['sync', '--dry-run', '--json']);
  expect([dry.code, dry.json()]).toMatchObject([
    6,
    { ok: false, error: { kind: 'veto' }, vetoes: [{ kind: 'mass-delete', deletes: 30 }] },
  ]);
  const ended = await rig.cli(a, ['sync', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([
    6,
    { ok: false, error: { kind: 'veto', remedy: expect.stringContaining('--allow-mass-delete') } },
  ]);
  expect((await rig.cli(a, ['sync', '--allow-mass-delete', '--json'])).json()).toMatchObject({
    ok: true,
    deletedRemote: 30,
  });
});

test('a folder that never existed, of a remote that is empty, is a mistake of the configuration', async () => {
  const a = await rig.workspace('never');
  const ended = await rig.cli(a, ['sync', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([2, { ok: false, error: { kind: 'config' } }]);
});

describe('what the store answers decides the exit', () => {
  let rig: Rig;
  // One that nobody has tried yet.
  beforeAll(async () => void (rig = await openRig()));
  afterEach(() => rig.server.faults.clear());
  afterAll(() => rig.close());

  test.each<[what: string, code: number, kind: string, set: () => { args?: string[]; env?: Record<string, string> }]>([
    [
      'nobody there',
      5,
      'offline',
      () => ({ args: ['--datastore', `s3://${BUCKET}/x?root=data&endpoint=http://127.0.0.1:9`, '--timeout', '60'] }),
    ],
    ['a wrong key', 5, 'credentials', () => ({ env: { AWS_SECRET_ACCESS_KEY: 'wrong' } })],
    ['an unknown key', 5, 'credentials', () => ({ env: { AWS_ACCESS_KEY_ID: 'NOBODY' } })],
    [
      'a bucket that is not there',
      5,
      'bucket',
      () => ({ args: ['--datastore', `s3://no-such-bucket?root=data&endpoint=${rig.server.endpoint}`] }),
    ],
    [
      'no permission',
      5,
      'denied',
      () => {
        rig.server.faults.access(BUCKET, 'forbidden');
        return {};
      },
    ],
    [
      'a store that ignores conditions',
      5,
      'unsafe-store',
      () => {
        rig.server.faults.lie({ conditions: 'ignored' });
        return {};
      },
    ],
    [
      '--timeout',
      1,
      'cancelled',
      () => {
        rig.server.faults.add({ match: {}, fault: { kind: 'hang', when: 'before' } });
        return { args: ['--timeout', '1'] };
      },
    ],
  ])(
    '%s: %d %s',
    async (what, code, kind, set) => {
      const workspace = await rig.workspace(`store-${kind}${what.length}`, { 'x.txt': 'X' });
      const { args = [], env = {} } = set();
      const ended = await rig.cli(workspace, ['sync', '--json', ...args], env);
      expect([ended.code, ended.json()]).toMatchObject([code, { schema: 1, ok: false, error: { kind } }]);
      expect(ended.stderr).not.toContain(rig.server.credentials.secretAccessKey);
      expect(await contents(workspace)).toEqual({ 'x.txt': 'X' });
    },
    90_000,
  );

  test('status tells what it knows, and why not more', async () => {
    const workspace = await rig.workspace('half', { 'x.txt': 'X' });
    const ended = await rig.cli(workspace, ['status', '--json'], { AWS_SECRET_ACCESS_KEY: 'wrong' });
    expect([ended.code, ended.json()]).toMatchObject([
      5,
      {
        ok: false,
        config: { source: '.datastore.yaml' },
        remote: null,
        pending: null,
        lastSync: { at: null },
        error: { kind: 'credentials' },
      },
    ]);
  });
});

test('a path that cannot be synced gives 1, and is named', async () => {
  const a = await rig.workspace('odd', { 'x.txt': 'X', 'con.txt': 'reserved' });
  const ended = await rig.cli(a, ['sync', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([
    1,
    { ok: false, uploaded: 1, problems: [{ path: 'con.txt' }], error: { kind: 'problems' } },
  ]);
});

describe('ls and cat', () => {
  test('read the remote without a pull', async () => {
    const a = await rig.workspace('look', { 'a.txt': 'A', 'sub/b.bin': 'B\u0000\u00ff', 'sub/deep/c': 'C' });
    await rig.cli(a, ['sync']);
    const b = await rig.workspace('look');
    expect((await rig.cli(b, ['ls', '--json'])).json()).toMatchObject({
      ok: true,
      path: '',
      entries: [
        { type: 'file', path: 'a.txt', size: 1, generation: 1 },
        { type: 'folder', path: 'sub', files: 2 },
      ],
    });
    expect((await rig.cli(b, ['ls', 'data/sub/', '--recursive', '--json'])).json()).toMatchObject({
      entries: [{ path: 'sub/b.bin' }, { path: 'sub/deep/c' }],
    });
    expect(await rig.cli(b, ['cat', 'data/sub/b.bin'])).toMatchObject({ code: 0, stdout: 'B\u0000\u00ff', stderr: '' });
    expect(await rig.cli(b, ['cat', 'nothing'])).toMatchObject({ code: 2, stdout: '' });
    expect(await rig.cli(b, ['ls', 'nothing'])).toMatchObject({ code: 2, stdout: '' });
    expect(await readdir(b)).toEqual(['.datastore.yaml']);
  });

  test('end without a word when the reader has gone', async () => {
    const a = await rig.workspace('pipe', { big: 'x'.repeat(8 << 20) });
    await rig.cli(a, ['sync']);
    const running = rig.start(a, ['cat', 'big']);
    running.process.stdout?.once('data', () => running.process.stdout?.destroy());
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('--cpu-profile', () => {
  test('writes what profilers read', async () => {
    const a = await rig.workspace('profiled', { 'x.txt': 'X' });
    const file = path.join(rig.folder, 'sync.cpuprofile');
    expect(await rig.cli(a, ['sync', '--cpu-profile', file])).toMatchObject({ code: 0, stderr: '' });
    const profile = JSON.parse(await readFile(file, 'utf8')) as { nodes: unknown[]; samples: unknown[] };
    expect(profile.nodes.length).toBeGreaterThan(1);
    expect(profile.samples.length).toBeGreaterThan(1);
  });
  test('says when it cannot, and the outcome stays', async () => {
    const a = await rig.workspace('unprofiled', { 'x.txt': 'X' });
    const ended = await rig.cli(a, ['sync', '--cpu-profile', path.join(rig.folder, 'none', 'x')]);
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('profile could not be written') });
  });
});

test('--json-events gives one document a line, the outcome last', async () => {
  const a = await rig.workspace('events', { 'x.txt': 'X' });
  const ended = await rig.cli(a, ['sync', '--json-events']);
  const events = ended.stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(events.every((event) => event['schema'] === 1)).toBe(true);
  expect(new Set(events.slice(0, -1).map((event) => event['event']))).toEqual(new Set(['progress', 'phase']));
  const phases = events.filter((event) => event['event'] === 'phase');
  expect(phases.map(({ phase }) => phase)).toEqual(['connecting', 'scanning', 'uploading', 'committing']);
  const sum = (field: string) => phases.reduce((all, phase) => all + Number(phase[field]), 0);
  expect([sum('bytesUp'), sum('retries')]).toEqual([events.at(-1)?.['bytesUp'], 0]);
  expect(sum('requests')).toBeGreaterThan(3);
  expect(events.at(-1)).toMatchObject({ ok: true, uploaded: 1 });
  expect(ended.stderr).toBe('');
});

test('DATASTORE_URL wins over the file, whose root stays', async () => {
  const a = await rig.workspace('file', { 'x.txt': 'X' });
  const env = { DATASTORE_URL: `s3://${BUCKET}/url?endpoint=${rig.server.endpoint}` };
  expect((await rig.cli(a, ['sync', '--json'], env)).json()).toMatchObject({ ok: true, uploaded: 1 });
  const status = (await rig.cli(a, ['status', '--json'], env)).json();
  expect(status).toMatchObject({
    ok: true,
    config: { source: 'DATASTORE_URL', root: 'data', backend: { prefix: 'url' } },
    remote: { generation: 1 },
    lease: null,
    pending: { upload: 0, conflicts: 0 },
  });
});

test('a secret in a mistaken file is not repeated', async () => {
  const a = await rig.workspace('secret', {}, 'secretAccessKey: hunter2');
  await writeFile(path.join(a, 'x'), '');
  const ended = await rig.cli(a, ['sync']);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('a secret does not belong here');
  expect(ended.stderr).not.toContain('hunter2');
});
