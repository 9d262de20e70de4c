import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readAll } from '../../src/engine/remote/read-object.ts';
import { openRig, type Rig, write } from './harness.ts';
import { objects, storeOn } from './sides.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

let count = 0;

/** A workspace that has pushed so many versions, of which one is kept. */
async function pushed(versions: number): Promise<{ prefix: string; a: string }> {
  const prefix = `gc${++count}`;
  const a = await rig.workspace(prefix, {}, 'history: { keepCommits: 1, keepDays: 0, collect: false }\n');
  for (let version = 1; version <= versions; version += 1) {
    await write(a, { 'x.txt': `version ${version}` });
    expect((await rig.cli(a, ['sync'])).code).toBe(0);
  }
  return { prefix, a };
}

test('--json is the contract, whole: first what would go, then what went, then nothing', async () => {
  const { prefix, a } = await pushed(3);
  const before = await objects(rig.place, prefix);
  const counts = {
    schema: 1,
    ok: true,
    generation: 3,
    kept: 1,
    oldest: 3,
    commits: 2,
    shards: 2,
    objects: 2,
    bytes: expect.any(Number),
    holder: null,
    requests: expect.any(Number),
    ms: expect.any(Number),
  };
  const dry = await rig.cli(a, ['gc', '--dry-run', '--json']);
  expect([dry.code, dry.stderr]).toEqual([0, '']);
  expect(dry.json()).toEqual({ ...counts, dryRun: true });
  expect(await objects(rig.place, prefix)).toEqual(before);
  const done = await rig.cli(a, ['gc', '--json']);
  expect([done.code, done.json()]).toEqual([0, { ...counts, dryRun: false }]);
  expect(Object.keys(await objects(rig.place, prefix))).toHaveLength(Object.keys(before).length - 6);
  const again = await rig.cli(a, ['gc']);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('There is no garbage.')]);
  const b = await rig.workspace(prefix, {});
  expect((await rig.cli(b, ['pull'])).code).toBe(0);
  expect((await rig.cli(b, ['cat', 'x.txt'])).stdout).toBe('version 3');
});

test('people read it in lines of 80 columns', async () => {
  const { a } = await pushed(2);
  const dry = await rig.cli(a, ['gc', '--dry-run']);
  expect(dry.stdout).toMatch(/^Would delete 1 object, 1 index shard and 1 commit \(.*\)\.\nKept 1 commit, /);
  expect(dry.stdout).toContain('Nothing was changed (dry run).');
  const done = await rig.cli(a, ['gc']);
  expect(done.stdout).toMatch(/^Deleted 1 object, 1 index shard and 1 commit/);
  expect(`${dry.stdout}${done.stdout}`.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('a register that was set back is told by a machine that never saw it later, and accepted by its generation', async () => {
  const { prefix, a } = await pushed(1);
  const store = storeOn(rig.place, prefix);
  try {
    const older = await store.get('head.json');
    const head = older.kind === 'found' ? await readAll(older.body, 65_536) : new Uint8Array();
    for (const content of ['two', 'three', 'four']) {
      await write(a, { 'x.txt': content });
      expect((await rig.cli(a, ['sync'])).code).toBe(0);
    }
    await store.put('head.json', head);
    const b = await rig.workspace(prefix, {}, 'history: { keepCommits: 1, keepDays: 0, collect: false }\n');
    const refused = await rig.cli(b, ['gc', '--json']);
    expect([refused.code, refused.json()]).toMatchObject([6, { error: { kind: 'veto' } }]);
    expect((await rig.cli(b, ['gc'])).stderr).toContain('datastore gc --accept-remote 1');
    const done = await rig.cli(b, ['gc', '--accept-remote', '1', '--json']);
    expect([done.code, done.json()]).toMatchObject([0, { generation: 1, kept: 1, commits: 2 }]);
    expect((await rig.cli(b, ['cat', 'x.txt'])).stdout).toBe('version 1');
  } finally {
    store.close();
  }
});

test('a folder used in place has no history: 2', async () => {
  const a = await rig.workspace(`gc${++count}`, { 'x.txt': 'x' });
  const ended = await rig.cli(a, ['gc', '--datastore', `filesystem:${a}/data`, '--json']);
  expect([ended.code, ended.json()]).toMatchObject([2, { ok: false, error: { kind: 'config' } }]);
});
