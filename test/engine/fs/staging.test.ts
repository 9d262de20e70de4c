import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreError } from '../../../src/core/errors.ts';
import { bytesOf, contents, MTIME, openSandbox } from './sandbox.ts';

const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);

/** Stands for the end of the process: what comes after it in the call never happens. */
class Crash extends Error {}

test('after a crash between moving aside and linking in, the next run finds the file and brings it back', async () => {
  const box = openSandbox({
    link: () => {
      throw new Crash();
    },
  });
  box.write('d/a.txt', 'mine');
  const staged = await box.stage('new');
  await box.files.intend([{ path: 'd/a.txt', expected: OLD, becomes: NEW }]);
  await expect(box.files.install(staged, 'd/a.txt', await box.stamp('d/a.txt'))).rejects.toThrow(Crash);
  expect(contents(box.root)).toEqual({ 'd/': '' });

  const next = box.reopen(linkSync);
  const [run] = await next.staging();
  expect(run).toEqual({
    run: box.run,
    startedAt: expect.any(Number),
    intents: [{ path: 'd/a.txt', expected: OLD, becomes: NEW }],
    asides: [{ path: 'd/a.txt', name: expect.any(String), size: 4 }],
    settledBytes: null,
  });
  const name = run?.asides[0]?.name ?? '';
  expect(await next.restore(name, 'd/a.txt')).toEqual({ kind: 'done', stamp: await box.stamp('d/a.txt'), aside: null });
  expect(box.read('d/a.txt')).toBe('mine');
  expect((await next.staging())[0]?.asides).toEqual([]);
  await next.dropRun(box.run);
  expect(await next.staging()).toEqual([]);
  expect(readdirSync(join(box.root, '.datastore-staging'))).toEqual([]);
});

test('what was moved aside does not replace what came meanwhile', async () => {
  const box = openSandbox();
  box.write('a', 'old');
  const answer = await box.files.remove('a', await box.stamp('a'));
  box.write('a', 'mine');
  const name = (answer.kind === 'done' && answer.aside) || '';
  const next = box.reopen();
  expect(await next.restore(name, 'a')).toEqual({ kind: 'moved' });
  expect(await next.restore(name, 'x/y/a.conflict')).toMatchObject({ kind: 'done' });
  expect(await next.restore(name, 'again')).toMatchObject({ kind: 'refused' });
  expect(contents(box.root)).toEqual({ a: 'mine', 'x/': '', 'x/y/': '', 'x/y/a.conflict': 'old' });
});

test('runs are listed oldest first, without this one, without locks, and no link is followed', async () => {
  const box = openSandbox();
  await box.stage('x');
  const second = box.reopen();
  await second.intend([{ path: 'p', expected: null, becomes: NEW }]);
  const staging = join(box.root, '.datastore-staging');
  writeFileSync(join(staging, 'lock'), '');
  mkdirSync(join(staging, 'lock.aside-x1'));
  symlinkSync(box.outside, join(staging, 'link'));
  const runs = await box.reopen().staging();
  expect(runs.map(({ intents, asides }) => ({ intents, asides }))).toEqual([
    { intents: [], asides: [] },
    { intents: [{ path: 'p', expected: null, becomes: NEW }], asides: [] },
  ]);
  expect(runs[0]?.run).toBe(box.run);
  expect(Math.abs((runs[0]?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  expect((await box.files.staging()).map(({ run }) => run)).not.toContain(box.run);
  await box.files.dropRun('link');
  expect(contents(box.outside)).toEqual({ 'secret.txt': 'untouched' });
});

test('intents add up in order, and a torn line costs only itself', async () => {
  const box = openSandbox();
  const intents = ['one', 'two', 'größe/日本'].map((path) => ({ path, expected: null, becomes: NEW }));
  await box.files.intend(intents.slice(0, 2));
  appendFileSync(join(box.root, '.datastore-staging', box.run, 'intents.jsonl'), '{"path":"torn","expec');
  await box.files.intend([]);
  await box.files.intend(intents.slice(2));
  expect((await box.reopen().staging())[0]?.intents).toEqual(intents);
});

test('staging is for nobody else to read', async () => {
  const box = openSandbox();
  await box.stage('x');
  for (const path of ['', box.run, `${box.run}/in`, `${box.run}/aside`]) {
    expect(lstatSync(join(box.root, '.datastore-staging', path)).mode & 0o777, path).toBe(0o700);
  }
});

test.each([
  {
    what: 'the store',
    error: new StoreError('unreachable', 'gone'),
    expected: { name: 'StoreError', kind: 'unreachable' },
  },
  { what: 'a defect', error: new TypeError('oops'), expected: { name: 'TypeError' } },
])('a body that fails with an error of $what leaves nothing, and the error is kept', async ({ error, expected }) => {
  const box = openSandbox();
  async function* body() {
    yield* bytesOf('some');
    throw error;
  }
  await expect(box.files.stage(body(), { mtime: MTIME, exec: false })).rejects.toMatchObject(expected);
  expect(readdirSync(join(box.root, '.datastore-staging', box.run, 'in'))).toEqual([]);
});

test('a download stops when it is told to', async () => {
  const box = openSandbox();
  const stop = new AbortController();
  async function* body() {
    yield* bytesOf('some');
    stop.abort();
    yield* bytesOf('more');
  }
  await expect(box.files.stage(body(), { mtime: MTIME, exec: false, signal: stop.signal })).rejects.toMatchObject({
    kind: 'cancelled',
  });
  expect(readdirSync(join(box.root, '.datastore-staging', box.run, 'in'))).toEqual([]);
});

test('many bodies at once get names of their own, and many chunks make one file', async () => {
  const box = openSandbox();
  const staged = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      box.files.stage(bytesOf(`${n}`, '-', 'x'.repeat(n)), { mtime: MTIME, exec: false }),
    ),
  );
  expect(new Set(staged.map(({ name }) => name)).size).toBe(40);
  for (const [n, file] of staged.entries()) await box.files.install(file, `f${n}`, null);
  for (let n = 0; n < 40; n += 1) expect(box.read(`f${n}`)).toBe(`${n}-${'x'.repeat(n)}`);
});

test('contents that are staged together come back in their order, each with its hash, its time and its mode', async () => {
  const box = openSandbox();
  const sizes = [0, 1, 64 << 10, (64 << 10) + 1, 1 << 20, 7];
  const staged = await box.files.stageAll(
    sizes.map((size, n) => ({ bytes: Buffer.alloc(size, n), mtime: MTIME + n, exec: n % 2 === 1 })),
  );
  for (const [n, size] of sizes.entries()) {
    const file = staged[n];
    if (file === undefined || file instanceof Error) throw new Error(`not staged: ${file?.message}`);
    const bytes = Buffer.alloc(size, n);
    expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await box.files.install(file, `f${n}`, null)).toMatchObject({ kind: 'done' });
    expect(readFileSync(join(box.root, `f${n}`)).equals(bytes), `f${n}`).toBe(true);
    expect(await box.stamp(`f${n}`)).toMatchObject({ size, mtime: MTIME + n, exec: n % 2 === 1 });
  }
  expect(await box.files.stageAll([])).toEqual([]);
});

test('what cannot be staged with others says why, leaves nothing, and stops none of them', async () => {
  const box = openSandbox();
  await box.stage('the folders of the run are there');
  const inbox = join(box.root, '.datastore-staging', box.run, 'in');
  const there = readdirSync(inbox);
  const bytes = Buffer.from('content');
  // No file system has a time for it.
  const staged = await box.files.stageAll([1e33, MTIME].map((mtime) => ({ bytes, mtime, exec: false })));
  expect(staged).toMatchObject([{ kind: 'local' }, { stamp: { mtime: MTIME } }]);
  expect(readdirSync(inbox)).toHaveLength(there.length + 1);
});

test('a run that was dropped can begin again', async () => {
  const box = openSandbox();
  await box.stage('x');
  await box.files.dropRun(box.run);
  expect(existsSync(join(box.root, '.datastore-staging', box.run))).toBe(false);
  expect(await box.files.install(await box.stage('y'), 'a', null)).toMatchObject({ kind: 'done' });
});

test('any mtime comes back to the microsecond', async () => {
  const box = openSandbox();
  const microseconds = fc.oneof(
    fc.integer({ min: 0, max: 4_102_444_800_000_000 }),
    fc.integer({ min: 1_600_000_000_000_000, max: 1_900_000_000_000_000 }),
    fc.integer({ min: -2_000_000_000_000_000, max: -1 }),
  );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(microseconds, async (time) => {
      const mtime = time / 1000;
      const path = `t${(count += 1)}`;
      const staged = await box.stage('x', { mtime });
      expect(staged.stamp.mtime).toBe(mtime);
      expect(await box.files.install(staged, path, null)).toMatchObject({ kind: 'done', stamp: { mtime } });
      expect((await box.stamp(path)).mtime).toBe(mtime);
    }),
    { numRuns: 200 },
  );
});
