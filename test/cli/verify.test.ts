import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openForger } from './forge.ts';
import { contents, fingerprint, openRig, type Rig, write } from './harness.ts';
import { objects, sha256, storeOn } from './sides.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

let count = 0;
const FILES = { 'x.txt': 'X of the team', 'sub/y.txt': '' };

/** Two workspaces in step. */
async function inStep(): Promise<{ prefix: string; a: string; b: string }> {
  const prefix = `verify${++count}`;
  const a = await rig.workspace(prefix, FILES);
  const b = await rig.workspace(prefix, {});
  for (const workspace of [a, b]) expect((await rig.cli(workspace, ['sync'])).code).toBe(0);
  return { prefix, a, b };
}

/** Takes one content away on the remote. */
async function lose(prefix: string, content: string): Promise<string> {
  const key = Object.keys(await objects(rig.place, prefix)).find((name) => name.includes(sha256(content)));
  const store = storeOn(rig.place, prefix);
  await store.delete(key ?? '');
  store.close();
  return key ?? '';
}

test('--json is the contract, whole; nothing changes on either side', async () => {
  const { prefix, b } = await inStep();
  const before = [await objects(rig.place, prefix), await contents(b)];
  const ended = await rig.cli(b, ['verify', '--json']);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(ended.json()).toEqual({
    schema: 1,
    ok: true,
    generation: 1,
    remoteFiles: 2,
    remoteBytes: 13,
    localFiles: 2,
    localBytes: 13,
    drift: [],
    repaired: [],
    notices: [],
    pending: { upload: 0, download: 0, deleteRemote: 0, deleteLocal: 0, conflicts: 0, held: 0 },
    vetoes: [],
    bytesUp: 0,
    bytesDown: expect.any(Number),
    requests: expect.any(Number),
    ms: expect.any(Number),
  });
  expect([await objects(rig.place, prefix), await contents(b)]).toEqual(before);
});

test('changes alone give 0, and are named', async () => {
  const { b } = await inStep();
  await write(b, { 'x.txt': 'changed', 'new.txt': 'N' });
  const ended = await rig.cli(b, ['verify']);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Pending, which is no damage: 2 up.') });
});

test('damage gives 1, names who has the right bytes, and --repair puts it in order for all', async () => {
  const { prefix, a, b } = await inStep();
  const key = await lose(prefix, FILES['x.txt']);
  const found = await rig.cli(b, ['verify', '--json']);
  const drift = [
    { kind: 'remote-missing', path: 'x.txt', reason: `${key} is missing`, good: { side: 'here', path: 'x.txt' } },
  ];
  expect([found.code, found.json()]).toMatchObject([1, { ok: false, drift, error: { kind: 'problems' } }]);
  const text = await rig.cli(b, ['verify']);
  expect(text.stdout).toContain('datastore verify --repair');
  for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const repaired = await rig.cli(b, ['verify', '--repair', '--json']);
  expect([repaired.code, repaired.json()]).toMatchObject([0, { ok: true, generation: 2, drift: [], repaired: drift }]);
  expect((await rig.cli(a, ['verify', '--json'])).json()).toMatchObject({ ok: true, generation: 2, drift: [] });
  const c = await rig.workspace(prefix, {});
  expect((await rig.cli(c, ['sync', '--json'])).json()).toMatchObject({ ok: true, downloaded: 2 });
});

test('what nobody here has stays damage, and the way out is said', async () => {
  const { prefix, b } = await inStep();
  await lose(prefix, FILES['x.txt']);
  await write(b, { 'x.txt': 'mine by now' });
  const ended = await rig.cli(b, ['verify', '--repair']);
  expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('nobody here has them') });
  expect(ended.stdout).toContain('restore');
});

test('another datastore at this place gives 6, and nothing is repaired', async () => {
  const { prefix, b } = await inStep();
  const store = storeOn(rig.place, prefix);
  for (const key of Object.keys(await objects(rig.place, prefix))) await store.delete(key);
  store.close();
  expect((await rig.cli(await rig.workspace(prefix, { 'z.txt': 'Z' }), ['sync'])).code).toBe(0);
  for (const args of [['verify'], ['verify', '--repair']]) {
    const ended = await rig.cli(b, [...args, '--json']);
    expect([ended.code, ended.json()]).toMatchObject([6, { ok: false, error: { kind: 'veto' } }]);
  }
  expect(await contents(b)).toEqual(FILES);
});

test('an index that lies about a size, or names what may not be named, is told and never made worse', async () => {
  const { prefix, b } = await inStep();
  const store = storeOn(rig.place, prefix);
  await openForger(store).commit((lines) => [
    ...lines.map((line) =>
      line.includes('"path":"x.txt"')
        ? line.replace(/"size":\d+/, '"size":0').replace(/"slices":\[.*\]/, '"slices":[]')
        : line,
    ),
    lines[0]?.replace('"path":"sub/y.txt"', '"path":"../y.txt"') ?? '',
  ]);
  store.close();
  const before = await objects(rig.place, prefix);
  const ended = await rig.cli(b, ['verify', '--repair', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([
    1,
    {
      repaired: [],
      drift: [
        { kind: 'entry-refused', path: '../y.txt', good: null },
        { kind: 'remote-damaged', path: 'x.txt', reason: expect.stringContaining('another size') },
      ],
    },
  ]);
  const after = await objects(rig.place, prefix);
  expect({ ...after, 'head.json': null }).toEqual({ ...before, 'head.json': null });
});

test('an unreachable store gives 5, and is no damage', async () => {
  const { b } = await inStep();
  rig.server.faults.add({ match: { key: 'objects/' }, fault: { kind: 'status', status: 400, code: 'ExpiredToken' } });
  const ended = await rig.cli(b, ['verify', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([5, { error: { kind: 'credentials' } }]);
});

test('a stop in the middle breaks it off cleanly', async () => {
  const { prefix, b } = await inStep();
  const before = [await objects(rig.place, prefix), await fingerprint(path.join(b, 'data'))];
  rig.server.faults.add({ match: { method: 'GET', key: 'objects/' }, fault: { kind: 'hang', when: 'before' } });
  rig.server.requests.reset();
  const running = rig.start(b, ['verify', '--json']);
  // Head, commit, shard, and an object that never comes.
  await vi.waitUntil(() => (rig.server.requests.byOperation.GetObject ?? 0) >= 4, { timeout: 30_000 });
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect([ended.code, ended.json()]).toMatchObject([1, { ok: false, error: { kind: 'cancelled' } }]);
  expect([await objects(rig.place, prefix), await fingerprint(path.join(b, 'data'))]).toEqual(before);
});

test('inside run it looks, and does not repair', async () => {
  const { b } = await inStep();
  expect((await rig.cli(b, ['verify'], { DATASTORE_RUN: '1 run' })).code).toBe(0);
  expect((await rig.cli(b, ['verify', '--repair'], { DATASTORE_RUN: '1 run' })).code).toBe(4);
});
