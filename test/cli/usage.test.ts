import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';
import { PROGRAM } from './program.ts';

/* What needs no remote. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

test('--version is that of the package', async () => {
  const found = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await rig.cli(rig.folder, ['--version'])).toMatchObject({ code: 0, stdout: `${found.version}\n`, stderr: '' });
});

test('what is built stands alone', async () => {
  const copy = path.join(rig.folder, 'copy');
  await cp(path.dirname(PROGRAM), copy, { recursive: true });
  // Wherever it is put.
  await writeFile(path.join(rig.folder, 'package.json'), '{"type":"module"}');
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(copy, 'cli.js'), 'help']);
  expect(stdout).toContain('datastore COMMAND');
});

describe('what was compiled is kept', () => {
  const run = (cache: string) => rig.cli(rig.folder, ['--version'], { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: '' });

  test('where only this user can write', async () => {
    const cache = path.join(rig.folder, 'cache');
    expect(await run(cache)).toMatchObject({ code: 0, stderr: '' });
    const kept = path.join(cache, 'datastore-sync', 'compiled');
    expect((await stat(kept)).mode & 0o777).toBe(0o700);
    expect(await readdir(kept)).not.toEqual([]);
  });
  test('and not where others can: it is run', async () => {
    const cache = path.join(rig.folder, 'open-cache');
    const open = path.join(cache, 'datastore-sync', 'compiled');
    await mkdir(open, { recursive: true });
    await chmod(open, 0o777);
    expect(await run(cache)).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(open)).toEqual([]);
  });
  test('nor where nothing can be written', async () => {
    expect(await run('/proc')).toMatchObject({ code: 0, stderr: '' });
  });
});

test('help is a result: stdout, 0', async () => {
  const ended = await rig.cli(rig.folder, ['help', 'sync']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toContain('--on-conflict hold|mine|theirs|both');
});

describe('wrong words give 2, on stderr', () => {
  test.each<[what: string, args: string[], message: RegExp]>([
    ['no command', [], /^datastore: no command\nSee: datastore help\n$/],
    ['an unknown command', ['snyc'], /^datastore: unknown command "snyc" \(did you mean "sync"\?\)/],
    ['an unknown topic', ['help', 'snyc'], /^datastore: there is no command "snyc"/],
    ['an unknown flag', ['sync', '--jsno'], /^datastore: unknown flag --jsno \(did you mean "--json"\?\)/],
    ['a folder that is not there', ['status', '--cwd', '/nowhere/at/all'], /is not a folder/],
    ['a decision that is missing', ['resolve', 'x'], /resolve needs one of --mine/],
    ['two decisions', ['resolve', 'x', '--mine', '--theirs'], /--mine and --theirs were given/],
  ])('%s', async (_what, args, message) => {
    const ended = await rig.cli(rig.folder, args);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('as one document with --json', async () => {
    const ended = await rig.cli(rig.folder, ['sync', '--json', '--frob']);
    expect(ended.code).toBe(2);
    expect(ended.json()).toEqual({
      schema: 1,
      ok: false,
      error: { kind: 'usage', message: 'unknown flag --frob', remedy: 'See: datastore help sync' },
    });
  });
});

describe('a wrong configuration gives 2', () => {
  const wrong = async (yaml: string): Promise<string> => {
    const workspace = await rig.workspace('wrong');
    await writeFile(path.join(workspace, '.datastore.yaml'), yaml);
    return workspace;
  };

  test('with every mistake by file and line', async () => {
    const ended = await rig.cli(await wrong('type: s3\nroot: ../x\nbucket: My_Bucket\n'), ['status']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('.datastore.yaml:2: root: "../x"');
    expect(ended.stderr).toContain('.datastore.yaml:3: bucket: "My_Bucket"');
  });

  test('and none is another kind of failure', async () => {
    const ended = await rig.cli(rig.folder, ['sync', '--json']);
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ ok: false, error: { kind: 'not-set-up' } });
  });

  test('also for a format of another tool, which is shown and not touched', async () => {
    const workspace = await wrong('');
    const env = { SWAMP_DATASTORE: '@swamp/s3-datastore:{"bucket":"team-data"}', DATASTORE_URL: '' };
    await writeFile(path.join(workspace, '.datastore.yaml'), 'root: data\n');
    const status = await rig.cli(workspace, ['status', '--json'], env);
    expect([status.code, status.json()]).toMatchObject([
      0,
      { config: { backend: { type: 'unsupported' }, source: 'SWAMP_DATASTORE' } },
    ]);
    const before = rig.server.requests.total;
    const sync = await rig.cli(workspace, ['sync', '--json'], env);
    expect([sync.code, sync.json()]).toMatchObject([2, { error: { kind: 'config' } }]);
    expect(rig.server.requests.total).toBe(before);
  });
});

describe('a folder used in place', () => {
  test.each(['status', 'ls'])('that is not there gives 2 and says what to do: %s', async (command) => {
    const workspace = await rig.workspace('absent');
    await writeFile(path.join(workspace, '.datastore.yaml'), 'type: filesystem\npath: nowhere\n');
    const ended = await rig.cli(workspace, [command, '--json']);
    expect([ended.code, ended.json()]).toMatchObject([
      2,
      {
        error: {
          kind: 'config',
          message: expect.stringContaining('does not exist'),
          remedy: expect.stringContaining('Mount it'),
        },
      },
    ]);
  });

  const place = async (): Promise<string> => {
    const workspace = await rig.workspace('place', { 'a.txt': 'A', 'sub/b.txt': 'BB', 'x.tmp': 'x' });
    await writeFile(path.join(workspace, '.datastore.yaml'), 'type: filesystem\npath: data\nexclude: ["*.tmp"]\n');
    return workspace;
  };

  test('has a status', async () => {
    const workspace = await place();
    const ended = await rig.cli(workspace, ['status', '--json']);
    const backend = { type: 'filesystem', path: path.join(workspace, 'data') };
    expect([ended.code, ended.json()]).toMatchObject([
      0,
      { ok: true, config: { backend }, contents: { files: 2, bytes: 3 } },
    ]);
  });

  test('has contents, without what is excluded', async () => {
    const workspace = await place();
    const ended = await rig.cli(workspace, ['ls', '--recursive', '--json']);
    expect(ended.json()).toMatchObject({
      ok: true,
      entries: [
        { type: 'file', path: 'a.txt', size: 1 },
        { path: 'sub/b.txt', size: 2 },
      ],
    });
    expect(await rig.cli(workspace, ['cat', 'sub/b.txt'])).toMatchObject({ code: 0, stdout: 'BB', stderr: '' });
    expect(await rig.cli(workspace, ['cat', '../.datastore.yaml'])).toMatchObject({ code: 2, stdout: '' });
  });
});
