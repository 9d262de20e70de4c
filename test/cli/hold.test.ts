import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contents, openRig, type Rig, write } from './harness.ts';
import { PROGRAM } from './program.ts';

/* What holds the lease, and how it lets go. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

const holderOf = async (workspace: string): Promise<unknown> =>
  (await rig.cli(workspace, ['lock', 'status', '--json'])).json()['lease'];

/** A script for `sh` in place of a long-running program: says so, and waits for a signal. */
const WAITING =
  'trap "echo got-TERM; exit 9" TERM; trap "echo got-INT; exit 8" INT; echo started; while :; do sleep 0.05; done';

describe('lock acquire', () => {
  test('holds; another fails at once with 4 and names the holder; Ctrl-C gives back within 3 s', async () => {
    const [a, b] = [await rig.workspace('hold', { 'x.txt': 'X' }), await rig.workspace('hold', { 'y.txt': 'Y' })];
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    const ended = await rig.cli(b, ['lock', 'acquire', '--wait', '0', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([4, { ok: false, error: { kind: 'locked' } }]);
    expect(ended.stderr).toMatch(/lock acquire.* since /);
    expect(ended.json()).toMatchObject({ error: { details: { pid: held.process.pid } } });
    expect(await holderOf(b)).toMatchObject({ pid: held.process.pid, purpose: 'lock acquire', ours: 'no' });
    expect(await holderOf(a)).toMatchObject({ ours: 'this-workspace' });
    const at = performance.now();
    held.process.kill('SIGINT');
    expect(await held.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Given back.') });
    expect(performance.now() - at).toBeLessThan(3000);
    expect(await holderOf(b)).toBeNull();
  });

  test('ends by itself after --for', async () => {
    const a = await rig.workspace('for', { 'x.txt': 'X' });
    const ended = await rig.cli(a, ['lock', 'acquire', '--for', '1s', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, lease: { ours: 'this-process' } }]);
    expect(await holderOf(a)).toBeNull();
  });

  test('ends with 0 when it is given back elsewhere in this workspace', async () => {
    const a = await rig.workspace('back', { 'x.txt': 'X' }, 'lock: { ttlSeconds: 3 }');
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    expect((await rig.cli(a, ['lock', 'release', '--json'])).json()).toMatchObject({ ok: true, released: true });
    expect(await holderOf(a)).toBeNull();
    const ended = await held.ended;
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('given back from elsewhere') });
    expect(ended.stderr).not.toContain('taken');
  });

  test('another workspace cannot give it back, but take it, from the holder it named; the first then ends with 4', async () => {
    const more = 'lock: { ttlSeconds: 12 }';
    const [a, b] = [await rig.workspace('take', { 'x.txt': 'X' }, more), await rig.workspace('take', {}, more)];
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    const refused = await rig.cli(b, ['lock', 'release', '--json']);
    expect([refused.code, refused.json()]).toMatchObject([
      4,
      { error: { kind: 'locked', remedy: expect.stringContaining('--force') } },
    ]);
    const taken = await rig.cli(b, ['lock', 'release', '--force', '--json']);
    expect([taken.code, taken.json()]).toMatchObject([
      0,
      { ok: true, released: true, from: { pid: held.process.pid } },
    ]);
    expect(taken.stderr).toContain(`process ${held.process.pid}`);
    const next = rig.start(b, ['lock', 'acquire']);
    await next.printed('Held by ');
    expect(await held.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('The lease was taken') });
    next.process.kill('SIGTERM');
    expect(await next.ended).toMatchObject({ code: 0 });
  });

  test('ends with 4 when it is taken by force, also when it is free again', async () => {
    const more = 'lock: { ttlSeconds: 3 }';
    const [a, b] = [await rig.workspace('forced', { 'x.txt': 'X' }, more), await rig.workspace('forced', {}, more)];
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    expect((await rig.cli(b, ['lock', 'release', '--force'])).code).toBe(0);
    const ended = await held.ended;
    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('The lease was taken: it is free.') });
    expect(ended.stdout).not.toContain('given back');
  });

  test('waits for its turn', async () => {
    const [a, b] = [await rig.workspace('turn', { 'x.txt': 'X' }), await rig.workspace('turn', { 'y.txt': 'Y' })];
    const first = rig.start(a, ['lock', 'acquire']);
    await first.printed('Held by ');
    const second = rig.start(b, ['lock', 'acquire', '--for', '1s']);
    await second.printed('Waiting: held by');
    first.process.kill('SIGINT');
    expect(await second.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Held by') });
    expect(await first.ended).toMatchObject({ code: 0 });
  });
});

test('lock release of nothing says so', async () => {
  const a = await rig.workspace('free', { 'x.txt': 'X' });
  await rig.cli(a, ['sync']);
  expect((await rig.cli(a, ['lock', 'release', '--json'])).json()).toEqual({ schema: 1, ok: true, released: false });
});

describe('run', () => {
  const RUN = (script: string, ...flags: string[]): string[] => ['run', ...flags, '--', 'sh', '-c', script];

  test('pulls before and pushes after, with the lease held', async () => {
    const [a, b] = [await rig.workspace('run', { 'in.txt': 'in' }), await rig.workspace('run')];
    await rig.cli(a, ['sync']);
    const running = rig.start(
      b,
      RUN('cp data/in.txt data/out.txt; echo "$DATASTORE_RUN"; echo ready; while [ ! -e go ]; do sleep 0.05; done'),
    );
    await running.printed('ready');
    expect(await holderOf(a)).toMatchObject({ pid: running.process.pid, purpose: 'run sh' });
    await write(b, { '../go': '' });
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 0, stdout: `${running.process.pid} run sh\nready\n` });
    expect(await holderOf(a)).toBeNull();
    expect(await rig.cli(a, ['cat', 'out.txt'])).toMatchObject({ stdout: 'in' });
  });

  test('runs its command in the folder of --cwd', async () => {
    const a = await rig.workspace('where', { 'in.txt': 'in' });
    const ended = await rig.cli(rig.folder, ['run', '--cwd', path.basename(a), '--', 'cat', 'data/in.txt']);
    expect(ended).toMatchObject({ code: 0, stdout: 'in' });
  });

  test.each<[what: string, script: string, code: number]>([
    ['a failure', 'echo X > data/x.txt; exit 7', 7],
    ['a signal', 'echo X > data/x.txt; kill -9 $$', 137],
  ])('gives the code of its command after %s, and pushes', async (what, script, code) => {
    const a = await rig.workspace(`code${what.length}`, { 'in.txt': 'in' });
    expect(await rig.cli(a, RUN(script))).toMatchObject({ code });
    expect(await rig.cli(a, ['cat', 'x.txt'])).toMatchObject({ code: 0, stdout: 'X\n' });
    expect(await holderOf(a)).toBeNull();
  });

  test('gives 2 for a program that is not there, and lets go', async () => {
    const a = await rig.workspace('noprog', { 'in.txt': 'in' });
    expect(await rig.cli(a, ['run', '--', 'no-such-program'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"no-such-program" cannot be started: there is no such program.'),
    });
    expect(await holderOf(a)).toBeNull();
  });

  test('does not start its command when the lease is held', async () => {
    const [a, b] = [await rig.workspace('busy', { 'x.txt': 'X' }), await rig.workspace('busy', { 'y.txt': 'Y' })];
    const held = rig.start(a, ['lock', 'acquire']);
    await held.printed('Held by ');
    expect(await rig.cli(b, RUN('echo started', '--wait', '0'))).toMatchObject({ code: 4, stdout: '' });
    held.process.kill('SIGINT');
    await held.ended;
  });

  test("gives our code when the command succeeds and the push fails, and the command's when both fail", async () => {
    const a = await rig.workspace('nopush', { 'x.txt': 'X' });
    await rig.cli(a, ['sync']);
    const off = 'echo Y > data/y.txt; echo ready; while [ ! -e go ]; do sleep 0.05; done; exit $(cat go)';
    for (const [own, code] of [
      ['0', 5],
      ['7', 7],
    ] as const) {
      await rm(path.join(a, 'go'), { force: true });
      await write(a, { [`n${own}`]: own });
      const running = rig.start(a, RUN(off));
      await running.printed('ready');
      rig.server.faults.add({
        match: { operation: 'PutObject', key: 'objects/' },
        fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      });
      await write(a, { '../go': own });
      expect(await running.ended).toMatchObject({ code });
      rig.server.faults.clear();
    }
  });

  test('refuses what would write inside it, at once, with 4; looking is free', async () => {
    const a = await rig.workspace('nested', { 'x.txt': 'X' });
    const program = `"${process.execPath}" "${PROGRAM}"`;
    const words = ['sync', 'pull', 'push', 'run -- true', 'lock acquire', 'lock release --force', 'resolve x --mine'];
    const script = [...words, 'status', 'ls', 'lock status', 'sync --dry-run']
      .map((line) => `${program} ${line} >/dev/null; echo "${line} $?"`)
      .join('; ');
    const ended = await rig.cli(a, RUN(script));
    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd().split('\n')).toEqual([
      ...words.map((line) => `${line} 4`),
      'status 0',
      'ls 0',
      'lock status 0',
      'sync --dry-run 0',
    ]);
    expect(ended.stderr).toMatch(/sync was started inside "datastore run sh" \(process \d+\)/);
  });

  test.each([
    ['SIGINT', 'got-INT', 8],
    ['SIGTERM', 'got-TERM', 9],
  ] as const)('passes %s on, lets go within 3 s and pushes nothing', async (signal, said, code) => {
    const a = await rig.workspace(`stop${signal}`, { 'x.txt': 'X' });
    await rig.cli(a, ['sync']);
    const running = rig.start(a, RUN(`echo N > data/new.txt; ${WAITING}`));
    await running.printed('started');
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({
      code,
      stdout: `started\n${said}\n`,
      stderr: expect.stringContaining('nothing was pushed'),
    });
    expect(await holderOf(a)).toBeNull();
    expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1 });
  });

  test('lets go within 3 s even when the command does not stop', async () => {
    const a = await rig.workspace('stubborn', { 'x.txt': 'X' });
    await rig.cli(a, ['sync']);
    const running = rig.start(a, RUN('trap "" INT TERM; echo started; while [ ! -e go ]; do sleep 0.05; done; exit 5'));
    await running.printed('started');
    const at = performance.now();
    running.process.kill('SIGTERM');
    await running.printed('the lease is given back');
    expect(performance.now() - at).toBeLessThan(3000);
    expect(await holderOf(a)).toBeNull();
    await write(a, { '../go': '' });
    expect(await running.ended).toMatchObject({ code: 5 });
  });

  test('warns when the lease is lost, lets the command go on, and pushes in the end', async () => {
    const more = 'lock: { ttlSeconds: 3 }';
    const [a, b] = [await rig.workspace('lost', { 'x.txt': 'X' }, more), await rig.workspace('lost', {}, more)];
    await rig.cli(a, ['sync']);
    const running = rig.start(a, RUN('echo N > data/new.txt; echo ready; while [ ! -e go ]; do sleep 0.05; done'));
    await running.printed('ready');
    expect(await rig.cli(b, ['lock', 'release', '--force'])).toMatchObject({ code: 0 });
    await running.printed('the lease was lost');
    await write(a, { '../go': '' });
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await rig.cli(b, ['cat', 'new.txt'])).toMatchObject({ stdout: 'N\n' });
  });
});

describe('a signal in the middle of a sync', () => {
  const slow = async (prefix: string) => {
    const a = await rig.workspace(
      prefix,
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, `${prefix} ${index}`])),
    );
    rig.server.faults.add({ match: { method: 'PUT', key: 'objects/' }, fault: { kind: 'latency', ms: 20_000 } });
    const running = rig.start(a, ['sync', '--json-events']);
    await running.printed('"phase":"uploading"');
    return { a, running };
  };

  test('stops it with 1 within 3 s; nothing is committed, the lease is free', async () => {
    const { a, running } = await slow('mid');
    const at = performance.now();
    running.process.kill('SIGINT');
    const ended = await running.ended;
    expect(performance.now() - at).toBeLessThan(3500);
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'failed',
      ok: false,
      error: { kind: 'cancelled' },
    });
    rig.server.faults.clear();
    expect(await holderOf(a)).toBeNull();
    expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, generation: 1, uploaded: 100 });
  });

  test('a second one ends it at once', async () => {
    const { running } = await slow('twice');
    rig.server.faults.add({ match: {}, fault: { kind: 'latency', ms: 20_000 } });
    running.process.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = performance.now();
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143 });
    expect(performance.now() - at).toBeLessThan(1000);
  });
});

test('watch sends what changes, and ends with 0', async () => {
  const a = await rig.workspace('watch', { 'x.txt': 'X' });
  const running = rig.start(a, ['watch', '--json-events']);
  await running.printed('"uploaded":1');
  await write(a, { 'y.txt': 'Y' });
  await running.printed('"generation":2');
  expect(await rig.cli(a, ['cat', 'y.txt'])).toMatchObject({ stdout: 'Y' });
  const at = performance.now();
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(0);
  expect(performance.now() - at).toBeLessThan(3500);
  const events = ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(new Set(events.map((event) => event.event))).toEqual(new Set(['progress', 'phase', 'synced']));
  expect(await contents(a)).toEqual({ 'x.txt': 'X', 'y.txt': 'Y' });
});

test('the password of nobody is in what others can read of a run', async () => {
  const a = await rig.workspace('args', { 'x.txt': 'X' });
  const running = rig.start(a, ['run', '--', 'sh', '-c', 'echo ready; sleep 1', 'token=hunter2']);
  await running.printed('ready');
  expect(JSON.stringify(await holderOf(a))).not.toContain('hunter2');
  await running.ended;
  expect(await readFile(path.join(a, 'data/x.txt'), 'utf8')).toBe('X');
});
