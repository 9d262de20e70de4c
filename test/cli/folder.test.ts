import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineToken } from '../../src/adapters/machine-token.ts';
import { openRig, type Rig } from './harness.ts';

/* A folder used in place by two workspaces: one lock, one content, nothing to transfer. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

interface Team {
  readonly shared: string;
  readonly a: string;
  readonly b: string;
}

/** Two workspaces that name one folder, the second through a link, as by another mount. */
async function team(more = ''): Promise<Team> {
  const shared = await mkdtemp(path.join(rig.folder, 'shared-'));
  await mkdir(path.join(shared, 'sub'));
  await writeFile(path.join(shared, 'x.txt'), 'X');
  await writeFile(path.join(shared, 'sub', 'y.txt'), 'YY');
  const [a, b] = await Promise.all(['a-', 'b-'].map((name) => mkdtemp(path.join(rig.folder, name))));
  if (a === undefined || b === undefined) throw new Error('no workspaces');
  await symlink(shared, path.join(b, 'mount'));
  await writeFile(path.join(a, '.datastore.yaml'), `type: filesystem\npath: ${shared}\n${more}\n`);
  await writeFile(path.join(b, '.datastore.yaml'), `type: filesystem\npath: mount\n${more}\n`);
  return { shared, a, b };
}

const lockOf = ({ shared }: Team): string => path.join(shared, '.datastore.lock');
const holderOf = async (workspace: string): Promise<unknown> =>
  (await rig.cli(workspace, ['lock', 'status', '--json'])).json()['lease'];

describe('nothing to transfer', () => {
  test.each(['sync', 'pull', 'push', 'sync --dry-run', 'watch'])('%s says so in one line, with 0', async (words) => {
    const { a, shared } = await team();
    const ended = await rig.cli(a, words.split(' '));
    expect(ended).toMatchObject({
      code: 0,
      stdout: `Nothing to transfer: the datastore is the folder ${shared}, used in place.\n`,
      stderr: '',
    });
  });

  test('sync --json has zero counts', async () => {
    const { a } = await team();
    expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({
      ok: true,
      generation: null,
      uploaded: 0,
      downloaded: 0,
      deletedLocal: 0,
      deletedRemote: 0,
      conflicts: [],
      problems: [],
    });
  });

  test('verify gives 2: nothing was compared, and 0 would say that all is right', async () => {
    const { a } = await team();
    const ended = await rig.cli(a, ['verify', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([
      2,
      { ok: false, error: { kind: 'config', message: expect.stringContaining('there is one') } },
    ]);
  });

  test('there are no conflicts', async () => {
    const { a } = await team();
    expect((await rig.cli(a, ['conflicts', '--json'])).json()).toMatchObject({ ok: true, conflicts: [] });
    expect(await rig.cli(a, ['resolve', 'x.txt', '--mine'])).toMatchObject({ code: 2 });
  });
});

test('status has health, contents and lock, and leaves nothing behind', async () => {
  const { a, shared } = await team();
  const found = (await rig.cli(a, ['status', '--json'])).json();
  expect(found).toMatchObject({
    ok: true,
    remote: null,
    lease: null,
    contents: { files: 2, bytes: 3 },
    folder: { writable: true, freeBytes: expect.any(Number), clockAheadMs: expect.any(Number) },
  });
  expect(readdirSync(shared).toSorted()).toEqual(['sub', 'x.txt']);
});

test('status shows what it can when the lock cannot be read', async () => {
  const found = await team();
  await mkdir(lockOf(found));
  const ended = await rig.cli(found.a, ['status', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([
    1,
    { ok: false, contents: { files: 2 }, lease: null, error: { kind: 'local', remedy: 'Remove it.' } },
  ]);
});

test('a folder that is not there gives 2, is not made, and is not locked', async () => {
  const { a } = await team();
  await writeFile(path.join(a, '.datastore.yaml'), 'type: filesystem\npath: gone\n');
  for (const words of ['status', 'sync', 'ls', 'lock status', 'lock acquire', 'run -- true'])
    expect([words, await rig.cli(a, words.split(' '))]).toMatchObject([
      words,
      { code: 2, stderr: expect.stringContaining('does not exist') },
    ]);
  expect(existsSync(path.join(a, 'gone'))).toBe(false);
});

describe('the lock', () => {
  test('is seen by the other workspace, has the shape of the family, and is no content', async () => {
    const found = await team();
    const { a, b } = found;
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    expect(JSON.parse(readFileSync(lockOf(found), 'utf8'))).toEqual({
      holder: expect.stringContaining('@'),
      hostname: expect.any(String),
      pid: held.process.pid,
      acquiredAt: expect.any(String),
      ttlMs: 30_000,
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
      renewedAt: expect.any(String),
      heldSince: expect.any(String),
      purpose: 'lock acquire',
      machine: machineToken(),
      tool: 'datastore-sync/cli',
    });
    expect(await holderOf(b)).toMatchObject({ pid: held.process.pid, purpose: 'lock acquire', ours: 'no' });
    expect(await holderOf(a)).toMatchObject({ ours: 'this-workspace' });
    expect((await rig.cli(b, ['ls', '--recursive', '--json'])).json()['entries']).toMatchObject([
      { path: 'sub/y.txt', by: null, generation: null },
      { path: 'x.txt' },
    ]);
    expect(await rig.cli(b, ['cat', '.datastore.lock'])).toMatchObject({ code: 2, stdout: '' });
    const refused = await rig.cli(b, ['lock', 'acquire', '--wait', '0', '--json']);
    expect([refused.code, refused.json()]).toMatchObject([
      4,
      { ok: false, error: { kind: 'locked', details: { pid: held.process.pid } } },
    ]);
    held.process.kill('SIGINT');
    expect(await held.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Given back.') });
    expect(existsSync(lockOf(found))).toBe(false);
  });

  test('is waited for', async () => {
    const { a, b } = await team();
    const first = rig.start(a, ['lock', 'acquire']);
    await first.printed('Held by ');
    const second = rig.start(b, ['lock', 'acquire', '--for', '1s']);
    await second.printed('Waiting: held by');
    first.process.kill('SIGINT');
    expect(await second.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Held by') });
    expect(await first.ended).toMatchObject({ code: 0 });
  });

  test('of a holder whose name would move the cursor is told once, and moves none', async () => {
    const { a, shared } = await team();
    const lock = {
      holder: '\u001B[2Jm',
      hostname: '\u001B]0;h\u0007',
      pid: 1,
      acquiredAt: '',
      ttlMs: 4000,
      nonce: '1',
    };
    writeFileSync(path.join(shared, '.datastore.lock'), JSON.stringify(lock));
    const { code, stderr } = await rig.cli(a, ['lock', 'acquire', '--for', '1s', '--wait', '30']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('took over')]);
    expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(stderr.split('\n').filter((line) => line.includes('held by'))).toHaveLength(1);
  });

  test('is given back from elsewhere in its workspace: its holder ends with 0', async () => {
    const { a } = await team('lock: { ttlSeconds: 3 }');
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    expect((await rig.cli(a, ['lock', 'release', '--json'])).json()).toMatchObject({ ok: true, released: true });
    expect(await held.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('given back from elsewhere') });
  });

  test('of another workspace is taken by force only; its holder then ends with 4', async () => {
    const { a, b } = await team('lock: { ttlSeconds: 3 }');
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    const refused = await rig.cli(b, ['lock', 'release', '--json']);
    expect([refused.code, refused.json()]).toMatchObject([4, { error: { kind: 'locked' } }]);
    const taken = await rig.cli(b, ['lock', 'release', '--force', '--json']);
    expect([taken.code, taken.json()]).toMatchObject([
      0,
      { ok: true, released: true, from: { pid: held.process.pid } },
    ]);
    expect(await held.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('The lease was taken') });
    expect(await holderOf(a)).toBeNull();
  });

  test('of a tool that writes only the six fields is shown, respected, and can be taken by force', async () => {
    const found = await team();
    const six = { holder: 'carol', hostname: 'nas', pid: 7, acquiredAt: new Date().toISOString(), ttlMs: 30_000 };
    writeFileSync(lockOf(found), JSON.stringify({ ...six, nonce: 'theirs' }));
    expect(await holderOf(found.a)).toMatchObject({ ...six, tool: null, purpose: null, workspace: null, ours: 'no' });
    const refused = await rig.cli(found.a, ['run', '--wait', '0', '--', 'true']);
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('carol holds the lock') });
    expect(await rig.cli(found.a, ['lock', 'release', '--force'])).toMatchObject({ code: 0 });
    expect(existsSync(lockOf(found))).toBe(false);
  });

  test('of a process of this host that was killed is taken over at once', async () => {
    const { a, b } = await team();
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    held.process.kill('SIGKILL');
    await held.ended.catch(() => {});
    expect(await rig.cli(b, ['lock', 'acquire', '--wait', '0', '--for', '1s'])).toMatchObject({ code: 0 });
  });
});

describe('run', () => {
  test('holds the lock while its command works, gives its code, and leaves no lock', async () => {
    const found = await team();
    const script = 'echo ready; while [ ! -e go ]; do sleep 0.05; done; exit 7';
    const running = rig.start(found.a, ['run', '--', 'sh', '-c', script]);
    await running.printed('ready');
    expect(await holderOf(found.b)).toMatchObject({ pid: running.process.pid, purpose: 'run sh' });
    await writeFile(path.join(found.a, 'go'), '');
    expect(await running.ended).toMatchObject({ code: 7, stdout: 'ready\n', stderr: '' });
    expect(existsSync(lockOf(found))).toBe(false);
  });

  test('goes on when its lock is taken, and says so; the lock of the next is left alone', async () => {
    const found = await team('lock: { ttlSeconds: 3 }');
    const running = rig.start(found.a, ['run', '--', 'sh', '-c', 'echo ready; while [ ! -e go ]; do sleep 0.05; done']);
    await running.printed('ready');
    expect(await rig.cli(found.b, ['lock', 'release', '--force'])).toMatchObject({ code: 0 });
    const next = rig.start(found.b, ['lock', 'acquire']);
    await next.printed('Held by ');
    await running.printed('the lease was lost; the command goes on.');
    await writeFile(path.join(found.a, 'go'), '');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await holderOf(found.a)).toMatchObject({ pid: next.process.pid });
    next.process.kill('SIGTERM');
    expect(await next.ended).toMatchObject({ code: 0 });
  });

  test('is stopped by a signal: the lock is given back, and nothing is said of a push', async () => {
    const found = await team();
    const running = rig.start(found.a, [
      'run',
      '--',
      'sh',
      '-c',
      'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done',
    ]);
    await running.printed('ready');
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 9, stderr: expect.not.stringContaining('push') });
    expect(existsSync(lockOf(found))).toBe(false);
  });

  test('keeps its lock until a command that does not heed the signal is gone, and ends it after a while', async () => {
    const found = await team();
    const script = 'trap "" TERM; echo ready; while :; do echo one >> "$0"; sleep 0.05; done';
    const log = path.join(found.shared, 'log');
    const running = rig.start(found.a, ['run', '--', 'sh', '-c', script, log]);
    await running.printed('ready');
    running.process.kill('SIGTERM');
    await running.printed('the lock stays with the command');
    const next = await rig.cli(found.b, ['run', '--', 'sh', '-c', 'echo two >> "$0"; sleep 0.5', log]);
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining('waiting: held by') });
    expect(await running.ended).toMatchObject({ code: 137 });
    const writers = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(writers.slice(writers.indexOf('two'))).toEqual(['two']);
    expect(existsSync(lockOf(found))).toBe(false);
  });

  test('a second signal ends the command with us, and the lock is left to run out', async () => {
    const found = await team();
    const log = path.join(found.shared, 'log');
    const script = 'trap "" TERM; echo ready; while :; do echo one >> "$0"; sleep 0.05; done';
    const running = rig.start(found.a, ['run', '--', 'sh', '-c', script, log]);
    await running.printed('ready');
    running.process.kill('SIGTERM');
    await running.printed('the lock stays with the command');
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143 });
    const { size } = statSync(log);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(statSync(log).size).toBe(size);
    expect(existsSync(lockOf(found))).toBe(true);
  });
});
