import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { contents, openRig, type Rig, write } from './harness.ts';
import { bothSides, expectRefused } from './refusal.ts';
import { objects, tree } from './sides.ts';

/* Files that cannot be read, stand still or be shared; several programs on one root; a full disk. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

const dataOf = (workspace: string): string => path.join(workspace, 'data');

describe('links, pipes and sockets', () => {
  async function odd(prefix: string): Promise<string> {
    const workspace = await rig.workspace(prefix, { 'x.txt': 'X', 'sub/y.txt': 'Y' });
    const root = dataOf(workspace);
    symlinkSync('/etc/passwd', path.join(root, 'link'));
    symlinkSync('..', path.join(root, 'sub/up'));
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(path.join(root, 'socket'), resolve));
    onTestFinished(() => void server.close());
    return workspace;
  }
  const skipped = [
    { path: 'link', reason: 'it is a link' },
    { path: 'pipe', reason: 'it is a named pipe' },
    { path: 'socket', reason: 'it is a socket' },
    { path: 'sub/up', reason: 'it is a link' },
  ];

  test('are left out, listed, mentioned once, and are no failure', async () => {
    const workspace = await odd('odd');
    const first = await rig.cli(workspace, ['sync']);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/4 paths left out.*\n(.*\n)*  link: it is a link\n/),
    });
    expect(await rig.cli(workspace, ['sync'])).toMatchObject({
      code: 0,
      stdout: 'In step (generation 1): nothing to do.\n',
    });
    const listed = (await rig.cli(workspace, ['sync', '--json'])).json();
    expect(listed).toMatchObject({ ok: true, problems: [], requests: 1 });
    expect((listed['skipped'] as { path: string }[]).toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual(skipped);
    const other = await rig.workspace('odd');
    await rig.cli(other, ['sync']);
    expect(await contents(other)).toEqual({ 'sub/y.txt': 'Y', 'x.txt': 'X' });
    symlinkSync('x.txt', path.join(dataOf(workspace), 'newer'));
    expect((await rig.cli(workspace, ['sync'])).stdout).toBe(
      'In step (generation 1): nothing to do.\n\n1 path left out, for only regular files are shared:\n  newer: it is a link\n',
    );
  });

  test('in place of a file that was in step: nothing is deleted anywhere, and that is a problem', async () => {
    const workspace = await rig.workspace('replaced', { 'x.txt': 'X', 'keep/y.txt': 'Y' });
    await rig.cli(workspace, ['sync']);
    rmSync(path.join(dataOf(workspace), 'x.txt'));
    symlinkSync('../secret', path.join(dataOf(workspace), 'x.txt'));
    rmSync(path.join(dataOf(workspace), 'keep'), { recursive: true });
    symlinkSync('/tmp', path.join(dataOf(workspace), 'keep'));
    const before = await bothSides(rig, workspace, 'replaced');
    const ended = await rig.cli(workspace, ['sync', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      {
        problems: [
          { path: 'keep', reason: expect.stringContaining('it is a link, and the remote has') },
          { path: 'x.txt', reason: expect.stringContaining('it is a link, and the remote has') },
        ],
      },
    ]);
    expect(await bothSides(rig, workspace, 'replaced')).toEqual(before);
  });
});

describe('a file that', () => {
  test('changes all the time is left for later; the rest goes on, and no torn version is committed', async () => {
    const workspace = await rig.workspace('moving', { 'still.txt': 'S' });
    const moving = path.join(dataOf(workspace), 'moving.log');
    const size = 1 << 20;
    const page = (turn: number): Buffer => Buffer.alloc(size, `${turn} `.padStart(8));
    writeFileSync(moving, page(0));
    let turn = 0;
    const stop = new AbortController();
    const writer = (async () => {
      while (!stop.signal.aborted) {
        turn += 1;
        writeFileSync(moving, page(turn));
        await sleep(1);
      }
    })();
    const ended = await rig.cli(workspace, ['sync', '--json']);
    stop.abort();
    await writer;
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      { problems: [{ path: 'moving.log', reason: expect.stringMatching(/chang|replaced/) }] },
    ]);
    expect((await rig.cli(workspace, ['cat', 'still.txt'])).stdout).toBe('S');
    expect((await rig.cli(workspace, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1 });
    expect((await rig.cli(workspace, ['cat', 'moving.log'])).stdout).toBe(page(turn).toString());
  });

  test('changes while it is on its way up is not torn', async () => {
    const workspace = await rig.workspace('underway', { 'x.txt': 'first', 'y.txt': 'Y' });
    rig.server.faults.add({ match: { method: 'PUT', key: '/objects/' }, fault: { kind: 'latency', ms: 700 } });
    const running = rig.start(workspace, ['sync', '--json-events']);
    await running.printed('"phase":"uploading"');
    await sleep(300);
    await write(workspace, { 'x.txt': 'second' });
    const ended = await running.ended;
    rig.server.faults.clear();
    expect(ended.code).toBe(0);
    expect((await rig.cli(workspace, ['cat', 'x.txt'])).stdout).toBe('second');
    expect((await rig.cli(workspace, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 0 });
  });

  test('is changed while its newer version comes down is a conflict, and stays', async () => {
    const [a, b] = [await rig.workspace('coming', { 'x.txt': 'base' }), await rig.workspace('coming')];
    await rig.cli(a, ['sync']);
    await rig.cli(b, ['sync']);
    await write(a, { 'x.txt': 'by a' });
    await rig.cli(a, ['sync']);
    rig.server.faults.add({ match: { method: 'GET', key: '/objects/' }, fault: { kind: 'latency', ms: 1000 } });
    const running = rig.start(b, ['sync', '--json-events']);
    await running.printed('"phase":"downloading"');
    await write(b, { 'x.txt': 'by b' });
    expect((await running.ended).code).toBe(3);
    expect(await contents(b)).toEqual({ 'x.txt': 'by b' });
    expect((await rig.cli(b, ['cat', 'x.txt'])).stdout).toBe('by a');
  });

  test('cannot be read is named; it is not taken for deleted, and the rest goes on', async (context) => {
    const nobody = ordinaryUser(context);
    const workspace = await rig.workspace('shut', { 'x.txt': 'X', 'open.txt': 'O', 'shut/y.txt': 'Y' });
    const home = path.join(rig.folder, 'home-of-nobody');
    const env = { HOME: home, XDG_STATE_HOME: home };
    mkdirSync(home);
    if (nobody !== undefined) {
      chmodSync(rig.folder, 0o755);
      execFileSync('chown', ['-R', `${nobody}:${nobody}`, workspace, home]);
    }
    expect((await rig.start(workspace, ['sync'], env, nobody).ended).code).toBe(0);
    for (const name of ['x.txt', 'shut']) chmodSync(path.join(dataOf(workspace), name), 0);
    await write(workspace, { 'open.txt': 'changed' });
    const ended = await rig.start(workspace, ['sync', '--json'], env, nobody).ended;
    for (const name of ['x.txt', 'shut']) chmodSync(path.join(dataOf(workspace), name), 0o755);
    expect([ended.code, ended.json()]).toMatchObject([1, { uploaded: 1, deletedRemote: 0 }]);
    expect(ended.json()['problems']).toEqual(
      expect.arrayContaining(
        ['x.txt', 'shut'].map((name) => ({ path: name, reason: expect.stringContaining('permission denied') })),
      ),
    );
    expect((await rig.start(workspace, ['sync', '--json'], env, nobody).ended).json()).toMatchObject({
      ok: true,
      uploaded: 0,
      deletedRemote: 0,
    });
    expect((await rig.cli(workspace, ['cat', 'shut/y.txt'])).stdout).toBe('Y');
  });

  test('has two names is two files', async () => {
    const [a, b] = [await rig.workspace('hard', { 'x.txt': 'X' }), await rig.workspace('hard')];
    linkSync(path.join(dataOf(a), 'x.txt'), path.join(dataOf(a), 'y.txt'));
    await rig.cli(a, ['sync']);
    await rig.cli(b, ['sync']);
    expect(await contents(b)).toEqual({ 'x.txt': 'X', 'y.txt': 'X' });
    expect(statSync(path.join(dataOf(b), 'x.txt')).ino).not.toBe(statSync(path.join(dataOf(b), 'y.txt')).ino);
  });
});

describe('several programs on one root', () => {
  test('take their turns: each file goes up once', async () => {
    const files = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`f${index}`, `content ${index}`]));
    const workspace = await rig.workspace('turns', files);
    const all = await Promise.all(Array.from({ length: 5 }, () => rig.cli(workspace, ['sync', '--json'])));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(all.reduce((sum, ended) => sum + (ended.json()['uploaded'] as number), 0)).toBe(80);
    expect(Object.keys(await objects(rig.place, 'turns')).filter((key) => key.startsWith('objects/'))).toHaveLength(1);
  });

  test('one that does not wait is told who works here, and nothing happens', async () => {
    const workspace = await rig.workspace('busyroot', { 'x.txt': 'X' });
    const slow = rig.server.faults.add({
      match: { method: 'PUT', key: '/objects/' },
      fault: { kind: 'latency', ms: 4000 },
    });
    const running = rig.start(workspace, ['sync', '--json-events']);
    await running.printed('"phase":"uploading"');
    const says = new RegExp(`this root is being synced by another process .*process ${running.process.pid}`);
    const attempt = { workspace, prefix: 'busyroot', args: ['sync', '--wait', '0'] };
    await expectRefused(rig, attempt, { code: 4, kind: 'locked', says, remedy: 'Wait until it has finished' });
    slow();
    expect((await running.ended).code).toBe(0);
  });

  test('a root whose program was killed is free at once', async () => {
    const workspace = await rig.workspace('deadroot', { 'x.txt': 'X' }, 'lock: { ttlSeconds: 2 }');
    rig.server.faults.add({ match: { method: 'PUT', key: '/objects/' }, fault: { kind: 'hang', when: 'before' } });
    const running = rig.start(workspace, ['sync', '--json-events']);
    await running.printed('"phase":"uploading"');
    running.process.kill('SIGKILL');
    await running.ended;
    rig.server.faults.clear();
    expect((await rig.cli(workspace, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1 });
  });
});

test('a full disk: what fits arrives, the rest is named or the cycle stops; then it goes on', async (context) => {
  const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}`, `${index}`.repeat(200_000)]));
  const a = await rig.workspace('full', { ...files, 'mine.txt': 'base' });
  const b = await rig.workspace('full');
  await rig.cli(a, ['sync']);
  const root = dataOf(b);
  mountSmall(context, root);
  writeFileSync(path.join(root, 'own.txt'), 'own');
  const ended = await rig.cli(b, ['sync', '--json']);
  expect([ended.code, ended.stdout]).toMatchObject([1, expect.stringContaining('the disk is full (ENOSPC)')]);
  const expected = tree(dataOf(a));
  for (const [name, hash] of Object.entries(tree(root)))
    if (name !== 'own.txt') expect({ [name]: hash }).toEqual({ [name]: expected[name] });
  expect(readFileSync(path.join(root, 'own.txt'), 'utf8')).toBe('own');
  execFileSync('mount', ['-o', 'remount,size=32m', root]);
  expect((await rig.cli(b, ['sync', '--json'])).json()).toMatchObject({ ok: true, deletedRemote: 0, deletedLocal: 0 });
  expect(await contents(b)).toEqual({ ...files, 'mine.txt': 'base', 'own.txt': 'own' });
});

/** A user to whom permissions apply: undefined is this one. */
function ordinaryUser(context: TestContext): number | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  try {
    execFileSync('setpriv', ['--reuid=65534', '--clear-groups', process.execPath, '--version'], { stdio: 'pipe' });
    return 65_534;
  } catch (error) {
    return leaveOut(context, `root is denied nothing, and no other user can run ${process.execPath}: ${String(error)}`);
  }
}

function mountSmall(context: TestContext, folder: string): void {
  try {
    if (process.geteuid?.() !== 0) throw new Error('only root can mount a filesystem');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    leaveOut(context, error instanceof Error ? error.message : String(error));
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
}

function leaveOut(context: TestContext, reason: string): undefined {
  if (process.env['CI'] === 'true' && process.geteuid?.() === 0) throw new Error(reason);
  console.warn(`skipped: ${context.task.name}: ${reason}`);
  context.skip(reason);
  return undefined;
}
