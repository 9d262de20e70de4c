import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, contents, openRig, type Rig } from './harness.ts';
import { objects, tree } from './sides.ts';

/* What a set-up writes, says and leaves alone; that it survives being killed is shown in migration.test.ts. */

let rig: Rig;
// Roots named `data` know their store: what trying it costs is paid once.
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

/** A workspace that knows its store for this prefix, with these files; not configured. */
async function fresh(prefix: string, files: Readonly<Record<string, string>>): Promise<string> {
  const workspace = await rig.workspace(prefix);
  writeFileSync(path.join(workspace, '.datastore.yaml'), '');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    writeFileSync(path.join(workspace, name), text);
  }
  return workspace;
}

const s3 = (prefix: string, ...more: string[]): string[] => {
  const { endpoint, region } = rig.place;
  return ['setup', 's3', '--bucket', BUCKET, '--prefix', prefix, '--endpoint', endpoint, '--region', region, ...more];
};
const text = (workspace: string, file: string): string => readFileSync(path.join(workspace, file), 'utf8');

test('a folder becomes the root of a bucket, in one document', async () => {
  const workspace = await fresh('first', { 'data/a': 'A', 'data/b/c': 'CC', '.gitignore': '*.log\r\n' });
  mkdirSync(path.join(workspace, '.git'));
  const ended = await rig.cli(workspace, s3('first', '--json'));
  expect([ended.code, ended.json()]).toMatchObject([
    0,
    {
      schema: 1,
      ok: true,
      dryRun: false,
      steps: ['reach', 'probe', 'share', 'verify', 'configure', 'ignore'].map((kind) => ({ kind })),
      files: 2,
      bytes: 3,
      conflicts: [],
      problems: [],
      stopped: null,
    },
  ]);
  expect(ended.stderr).toContain('✓ put, get, list and delete work\n');
  expect(text(workspace, '.datastore.yaml')).toMatch(
    /^type: s3\nroot: data\nbucket: team-data\nprefix: first\nregion: /,
  );
  expect(text(workspace, '.gitignore')).toBe(
    '*.log\r\n\r\n# datastore-sync begin\r\n/data/\r\n# datastore-sync end\r\n',
  );
  expect((await rig.cli(workspace, ['status', '--json'])).json()).toMatchObject({ ok: true, pending: { upload: 0 } });
});

test('again it changes nothing', async () => {
  const workspace = await fresh('again', { 'data/a': 'A' });
  expect((await rig.cli(workspace, s3('again'))).code).toBe(0);
  const before = [tree(workspace), await objects(rig.place, 'again')];
  const ended = await rig.cli(workspace, s3('again'));
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('there is nothing to move') });
  expect([tree(workspace), await objects(rig.place, 'again')]).toEqual(before);
});

test('a dry run shows the steps and what is there, and changes nothing', async () => {
  const workspace = await fresh('dry', { '.swamp/a': 'A' });
  const before = tree(workspace);
  const puts = rig.server.requests.byMethod['PUT'];
  for (const args of [s3('dry', '--root', 'data'), ['setup', 'filesystem', '--path', '../dry-place']]) {
    const ended = await rig.cli(workspace, [...args, '--dry-run']);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('move') });
    expect(ended.stderr).toContain('✓ 1 file (1 B) to copy');
  }
  expect(tree(workspace)).toEqual(before);
  expect(readdirSync(path.join(workspace, '.swamp'))).toEqual(['a']);
  expect(rig.server.requests.byMethod['PUT']).toBe(puts);
});

describe('a target that has files already is joined', () => {
  test('equal ones are adopted, new ones go both ways, others wait for a person', async () => {
    const there = await rig.workspace('join', { equal: 'E', other: 'theirs', theirs: 'T' });
    expect((await rig.cli(there, ['sync'])).code).toBe(0);
    const workspace = await fresh('join', { 'data/equal': 'E', 'data/other': 'mine', 'data/mine': 'M' });
    const ended = await rig.cli(workspace, s3('join', '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      3,
      { ok: false, conflicts: ['other'], stopped: null, error: { kind: 'conflicts' } },
    ]);
    expect(ended.stderr).toContain('✓ 3 files there, 3 here, 1 equal, 1 different (held back as conflicts)');
    expect(await contents(workspace)).toEqual({ equal: 'E', other: 'mine', mine: 'M', theirs: 'T' });
    expect((await rig.cli(there, ['sync', '--json'])).json()).toMatchObject({ downloaded: 1 });
    expect(await contents(there)).toEqual({ equal: 'E', other: 'theirs', mine: 'M', theirs: 'T' });
    // Configured: the conflict is decided as any other.
    expect((await rig.cli(workspace, ['resolve', 'other', '--mine'])).code).toBe(0);
    expect((await rig.cli(there, ['sync', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
  });

  test('a workspace with nothing gets all of it', async () => {
    const there = await rig.workspace('clone', { a: 'A' });
    expect((await rig.cli(there, ['sync'])).code).toBe(0);
    const workspace = await fresh('clone', {});
    expect((await rig.cli(workspace, s3('clone', '--json'))).json()).toMatchObject({ ok: true, files: 1 });
    expect(await contents(workspace)).toEqual({ a: 'A' });
  });
});

test('conflicts with the old bucket are decided first', async () => {
  const [one, other] = [await rig.workspace('held', { a: '1' }), await rig.workspace('held')];
  for (const workspace of [one, other]) expect((await rig.cli(workspace, ['sync'])).code).toBe(0);
  writeFileSync(path.join(one, 'data/a'), '2');
  expect((await rig.cli(one, ['sync'])).code).toBe(0);
  writeFileSync(path.join(other, 'data/a'), 'three');
  const before = text(other, '.datastore.yaml');
  const ended = await rig.cli(other, s3('held-new', '--json'));
  expect([ended.code, ended.json()]).toMatchObject([
    3,
    { conflicts: ['a'], error: { remedy: expect.stringContaining('datastore resolve') } },
  ]);
  expect(text(other, '.datastore.yaml')).toBe(before);
  expect(await objects(rig.place, 'held-new')).toEqual({});
});

test('what was not synced yet comes along, and what others committed too', async () => {
  const [one, other] = [await rig.workspace('late', { a: '1', b: '1', c: '1' }), await rig.workspace('late')];
  for (const workspace of [one, other]) expect((await rig.cli(workspace, ['sync'])).code).toBe(0);
  writeFileSync(path.join(other, 'data/theirs'), 'T');
  expect((await rig.cli(other, ['sync'])).code).toBe(0);
  writeFileSync(path.join(one, 'data/a'), 'edited');
  writeFileSync(path.join(one, 'data/mine'), 'M');
  rmSync(path.join(one, 'data/b'));
  const before = await objects(rig.place, 'late');
  const ended = await rig.cli(one, ['setup', 'filesystem', '--path', 'place', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([0, { files: 4 }]);
  const found = readdirSync(path.join(one, 'place')).map((name) => [name, text(one, `place/${name}`)]);
  expect(Object.fromEntries(found)).toEqual({ a: 'edited', c: '1', mine: 'M', theirs: 'T' });
  expect(await objects(rig.place, 'late')).toEqual(before);
});

describe('the configuration', () => {
  test('keeps comments and order, and what it says of the files', async () => {
    const workspace = await fresh('yaml', { 'old/a': 'A', 'old/b.tmp': 'B' });
    writeFileSync(
      path.join(workspace, '.datastore.yaml'),
      '# team\nexclude: ["*.tmp"] # scratch\ntype: filesystem # for now\npath: old\n',
    );
    expect((await rig.cli(workspace, s3('yaml', '--root', 'data', '--json'))).json()).toMatchObject({
      ok: true,
      files: 1,
    });
    const after = text(workspace, '.datastore.yaml');
    expect(after).toContain(
      '# team\nexclude: ["*.tmp"] # scratch\ntype: s3 # for now\nroot: data\nbucket: team-data\n',
    );
    expect(after).not.toContain('path:');
    const [aside = ''] = readdirSync(workspace).filter((name) => name.startsWith('old.'));
    expect(tree(path.join(workspace, aside))).toMatchObject({ a: expect.anything(), 'b.tmp': expect.anything() });
  });

  test('carries on what .swamp.yaml said of the files, and leaves that file alone', async () => {
    const workspace = await fresh('swamp', { '.swamp/a': 'A', '.swamp/b.tmp': 'B' });
    const swamp = 'datastore:\n  type: filesystem\n  exclude: ["*.tmp"]\n  lock: { ttlSeconds: 9 }\n';
    writeFileSync(path.join(workspace, '.swamp.yaml'), swamp);
    await rm(path.join(workspace, '.datastore.yaml'));
    const ended = await rig.cli(workspace, ['setup', 'filesystem', '--path', 'place']);
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('wins over .swamp.yaml, which is left as it is'),
    });
    expect(text(workspace, '.swamp.yaml')).toBe(swamp);
    expect(text(workspace, '.datastore.yaml')).toBe(
      'type: filesystem\npath: place\nexclude: ["*.tmp"]\nlock: { ttlSeconds: 9, waitSeconds: 60 }\n',
    );
    expect(Object.keys(tree(path.join(workspace, 'place')))).toEqual(['a']);
  });

  test('says which variable still wins', async () => {
    const workspace = await fresh('env', { 'here/a': 'A' });
    const env = { DATASTORE_URL: `filesystem:${path.join(workspace, 'here')}` };
    const ended = await rig.cli(workspace, ['setup', 'filesystem', '--path', 'place'], env);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('DATASTORE_URL is set, and wins') });
  });

  test('alone is written with --skip-migration', async () => {
    const workspace = await fresh('skip', { '.swamp/a': 'A' });
    expect((await rig.cli(workspace, s3('skip', '--root', 'data', '--skip-migration'))).code).toBe(0);
    expect(Object.keys(tree(workspace))).toEqual(['.datastore.yaml', '.swamp/', '.swamp/a', 'data/']);
    expect(await objects(rig.place, 'skip')).toEqual({});
  });
});

test('a folder outside the workspace, named from below it', async () => {
  const workspace = await fresh('below', { '.swamp/a': 'A', 'sub/x': 'X' });
  writeFileSync(path.join(workspace, '.datastore.yaml'), '# mine\n');
  const outside = await mkdtemp(path.join(rig.folder, 'outside-'));
  const relative = path.relative(path.join(workspace, 'sub'), outside);
  const ended = await rig.cli(path.join(workspace, 'sub'), [
    'setup',
    'filesystem',
    '--path',
    relative,
    '--delete-source',
  ]);
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('.swamp deleted') });
  expect(Object.keys(tree(outside))).toEqual(['a']);
  expect(text(workspace, '.datastore.yaml')).toBe(`# mine\ntype: filesystem\npath: ${outside}\n`);
  expect(Object.keys(tree(workspace))).toEqual(['.datastore.yaml', 'sub/', 'sub/x']);
});
