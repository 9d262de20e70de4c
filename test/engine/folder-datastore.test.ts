import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../../src/adapters/folder-contents.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from '../../src/adapters/fs/own-names.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { systemIds } from '../../src/adapters/system.ts';
import { openFolderDatastore } from '../../src/engine/folder-datastore.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const TTL = 30_000;

test('contents are the files of the folder, without what is ours and what is left out', async () => {
  const { open, shared } = place();
  mkdirSync(join(shared, 'sub'));
  mkdirSync(join(shared, '.datastore-staging'));
  writeFileSync(join(shared, '.datastore-staging', 'lock'), '{}');
  writeFileSync(join(shared, `${FOLDER_LOCK}.new-7-0`), '{}');
  writeFileSync(join(shared, 'a.txt'), 'A');
  writeFileSync(join(shared, 'sub', 'b.txt'), 'BB');
  writeFileSync(join(shared, 'c.tmp'), 'C');
  const datastore = open();
  const held = await datastore.acquire({ purpose: 'test' });
  const files = await datastore.contents();
  expect([...files.values()]).toMatchObject([
    { path: 'a.txt', size: 1, by: null, generation: null, sha256: null },
    { path: 'sub/b.txt', size: 2 },
  ]);
  expect(await textOf(datastore.readRemote('sub/b.txt'))).toBe('BB');
  for (const path of ['../w/x', FOLDER_LOCK, 'c.tmp', 'absent'])
    await expect(textOf(datastore.readRemote(path))).rejects.toMatchObject({ name: 'SyncError' });
  await held.release();
});

test('cycles have nothing to do, and verify nothing to compare', async () => {
  const { open } = place();
  const datastore = open();
  expect(await datastore.sync()).toMatchObject({ generation: null, uploaded: 0, requests: 0, conflicts: [] });
  expect((await datastore.preview()).plan).toEqual({ steps: [], conflicts: [], held: [] });
  expect(await datastore.conflicts()).toEqual([]);
  await expect(datastore.verify()).rejects.toMatchObject({ kind: 'config' });
});

describe('health', () => {
  test('is found by writing, and leaves nothing behind', async () => {
    const { open, shared } = place();
    const health = await open().inPlace?.health();
    expect(health).toMatchObject({ readMs: expect.any(Number), written: { ok: true }, freeBytes: expect.any(Number) });
    expect(readdirSync(shared)).toEqual([]);
  });

  test.each<[what: string, arrange: (shared: string) => void, message: RegExp]>([
    ['is not there', (shared) => rmSync(shared, { recursive: true }), /does not exist/],
    [
      'is a file',
      (shared) => {
        rmSync(shared, { recursive: true });
        writeFileSync(shared, '');
      },
      /is no folder/,
    ],
  ])('a folder that %s: everything says so, and nothing is made', async (_what, arrange, message) => {
    const { open, shared, workspace } = place();
    arrange(shared);
    const datastore = open();
    const calls = [
      () => datastore.inPlace?.health() ?? Promise.reject(new Error('it is in place')),
      () => datastore.sync(),
      () => datastore.preview(),
      () => datastore.lease(),
      () => datastore.contents(),
      () => datastore.acquire({ purpose: 'x' }),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(message) });
    expect(existsSync(join(workspace, FOLDER_LOCK))).toBe(false);
    expect(statSync(shared, { throwIfNoEntry: false })?.isDirectory() ?? false).toBe(false);
  });
});

describe('the lock', () => {
  test('is whose it is', async () => {
    const { open, other } = place();
    const [mine, mate, theirs] = [open(), open(), other()];
    expect(await mine.lease()).toMatchObject({ lease: null, ours: 'no', generation: null });
    const held = await mine.acquire({ purpose: 'models' });
    expect(await mine.lease()).toMatchObject({ lease: { purpose: 'models', workspace: null }, ours: 'this-process' });
    expect(await mate.lease()).toMatchObject({ ours: 'this-workspace' });
    expect(await theirs.lease()).toMatchObject({ ours: 'no' });
    await held.release();
    expect(await theirs.lease()).toMatchObject({ lease: null });
  });

  test('of a process of this machine that is gone is said to be so; of any other nobody can tell', async () => {
    const { open, other, lock } = place();
    const { pid } = spawnSync('true');
    const { machine } = openLockFile(lock);
    const left = { holder: 'a@h', acquiredAt: '', ttlMs: TTL, nonce: 'n', machine };
    const leave = (hostname: string, of: number) => writeFileSync(lock, JSON.stringify({ ...left, hostname, pid: of }));
    leave('build-1', pid);
    expect((await open().lease()).lease?.isGone).toBe(true);
    expect((await other().lease()).lease?.isGone).toBe(false);
    leave('build-1', process.pid);
    expect((await open().lease()).lease?.isGone).toBe(false);
  });

  test('may be read by everybody, and is renewed every third of its ttl with the nonce it had', async () => {
    const { open, clock, lock } = place();
    const held = await open().acquire({ purpose: 'x' });
    expect(statSync(lock).mode & 0o777).toBe(0o644);
    const before = JSON.parse(readFileSync(lock, 'utf8')) as Record<string, unknown>;
    await clock.advance(TTL / 3 + 100);
    const after = JSON.parse(readFileSync(lock, 'utf8')) as Record<string, unknown>;
    expect(after['renewedAt']).not.toBe(before['renewedAt']);
    expect({ ...after, renewedAt: '', acquiredAt: '' }).toEqual({ ...before, renewedAt: '', acquiredAt: '' });
    expect(held.signal.aborted).toBe(false);
    await held.release();
  });

  test('is one tenure in one process: taken twice, it is given back once', async () => {
    const { open, lock } = place();
    const datastore = open();
    const [one, two] = await Promise.all([datastore.acquire({ purpose: 'a' }), datastore.acquire({ purpose: 'b' })]);
    expect(one.record.nonce).toBe(two.record.nonce);
    await one.release();
    await one.release();
    expect(existsSync(lock)).toBe(true);
    await two.release();
    expect(existsSync(lock)).toBe(false);
  });

  test('is waited for, and said by whom', async () => {
    const { open, other, clock } = place();
    const first = await open().acquire({ purpose: 'first' });
    const waiting: (string | null)[] = [];
    const second = other().acquire({
      purpose: 'second',
      waitMs: 10_000,
      onWait: ({ purpose }) => waiting.push(purpose),
    });
    await clock.advance(3_000);
    expect(new Set(waiting)).toEqual(new Set(['first']));
    await first.release();
    await clock.advance(1_000);
    expect((await second).record.purpose).toBe('second');
    await (await second).release();
    const third = await open().acquire({ purpose: 'third' });
    await expect(other().acquire({ purpose: 'fourth', waitMs: 0 })).rejects.toMatchObject({
      kind: 'locked',
      details: { purpose: 'third' },
    });
    await third.release();
  });

  test('of another tool is respected, judged by its own ttl, and never by its times', async () => {
    const { open, clock, lock } = place();
    const six = { holder: 'carol', hostname: 'nas', pid: 7, acquiredAt: '1999-01-01T00:00:00.000Z', ttlMs: 5_000 };
    writeFileSync(lock, JSON.stringify({ ...six, nonce: 'theirs' }));
    const datastore = open();
    expect(await datastore.lease()).toMatchObject({
      lease: { ...six, renewedAt: six.acquiredAt, tool: null },
      ours: 'no',
    });
    const taken = datastore.acquire({ purpose: 'mine', waitMs: 60_000 });
    await clock.advance(4_000);
    expect(readFileSync(lock, 'utf8')).toContain('theirs');
    await clock.advance(2_000);
    await (await taken).release();
  });

  test('that is taken over aborts the signal; the successor is left alone', async () => {
    const { open, other, clock, lock } = place();
    const asleep = createManualClock();
    const first = await other(asleep).acquire({ purpose: 'slow' });
    const second = open().acquire({ purpose: 'next', waitMs: 2 * TTL });
    await clock.advance(TTL + 2_000);
    const next = await second;
    await asleep.advance(TTL / 3 + 100);
    expect(first.signal.reason).toMatchObject({ kind: 'lease-lost', message: expect.stringContaining('has taken it') });
    expect(await first.isGivenBack()).toBe(false);
    await first.release();
    expect(readFileSync(lock, 'utf8')).toContain('"next"');
    await next.release();
  });

  test('that another tool wrote over in the same file is neither believed in nor written over', async () => {
    const { open, clock, lock } = place();
    const held = await open().acquire({ purpose: 'x' });
    const theirs = JSON.stringify({ holder: 'carol', hostname: 'nas', pid: 7, ttlMs: TTL, nonce: 'theirs' });
    writeFileSync(lock, theirs);
    await clock.advance(TTL / 3 + 100);
    expect(held.signal.reason).toMatchObject({
      kind: 'lease-lost',
      message: expect.stringContaining('carol has taken it'),
    });
    await held.release();
    expect(readFileSync(lock, 'utf8')).toBe(theirs);
  });

  test('that could not be renewed is not believed in for longer than three quarters of its ttl', async () => {
    const { open, clock, shared } = place();
    const held = await open().acquire({ purpose: 'x' });
    // Not reachable: as if the file server hung, but that every call fails at once.
    rmSync(shared, { recursive: true });
    symlinkSync(shared, shared);
    await clock.advance(0.75 * TTL - 100);
    expect(held.signal.aborted).toBe(false);
    await clock.advance(200);
    expect(held.signal.reason).toMatchObject({ kind: 'lease-lost', message: expect.stringContaining('in time') });
  });

  test('moved aside for a moment is not lost', async () => {
    const { open, clock, lock } = place();
    const held = await open().acquire({ purpose: 'x' });
    renameSync(lock, `${lock}.aside`);
    const beaten = clock.advance(TTL / 3 + 150);
    await beaten;
    renameSync(`${lock}.aside`, lock);
    await clock.advance(TTL);
    expect(held.signal.aborted).toBe(false);
    await held.release();
    expect(existsSync(lock)).toBe(false);
  });

  test('is given back by another process of the workspace, and its holder knows', async () => {
    const { open, other, clock, lock } = place();
    const held = await open().acquire({ purpose: 'x' });
    expect(await other().release()).toBe(false);
    expect(existsSync(lock)).toBe(true);
    expect(await open().release()).toBe(true);
    expect(existsSync(lock)).toBe(false);
    await clock.advance(TTL / 3 + 1_000);
    expect(held.signal.aborted).toBe(true);
    expect(await held.isGivenBack()).toBe(true);
    expect(await open().release()).toBe(false);
  });

  test('is taken by force from exactly the tenure that was shown', async () => {
    const { open, other, clock, lock } = place();
    const first = await open().acquire({ purpose: 'first' });
    const theirs = other();
    const shown = (await theirs.lease()).lease;
    if (shown === null) throw new Error('nobody holds it');
    await first.release();
    const second = await open().acquire({ purpose: 'second' });
    expect(await theirs.forceRelease(shown)).toMatchObject({ kind: 'moved', lease: { purpose: 'second' } });
    expect(readFileSync(lock, 'utf8')).toContain('"second"');
    // A heartbeat in between is still the same tenure.
    const again = (await theirs.lease()).lease;
    await clock.advance(TTL / 3 + 100);
    expect(await theirs.forceRelease(again ?? shown)).toEqual({ kind: 'released' });
    await clock.advance(TTL / 3 + 1_000);
    expect(second.signal.reason).toMatchObject({ kind: 'lease-lost' });
    expect(await second.isGivenBack()).toBe(false);
    expect(await theirs.forceRelease(again ?? shown)).toEqual({ kind: 'moved', lease: null });
  });

  test('that nobody can read is shown, waited for, and can be taken by force', async () => {
    const { open, lock } = place();
    writeFileSync(lock, 'half a l');
    const datastore = open();
    await expect(datastore.acquire({ purpose: 'x', waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
    const { lease } = await datastore.lease();
    expect(lease).toMatchObject({ holder: expect.stringContaining('cannot be read') });
    if (lease === null) throw new Error('nobody holds it');
    expect(await datastore.forceRelease(lease)).toEqual({ kind: 'released' });
    expect(existsSync(lock)).toBe(false);
  });

  test('is given back when the datastore is closed', async () => {
    const { open, lock } = place();
    const datastore = open();
    await datastore.acquire({ purpose: 'x' });
    await datastore.close();
    expect(existsSync(lock)).toBe(false);
  });
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A shared folder. `open` is a process of one workspace, `other` one of another host, by another path. */
function place() {
  const top = mkdtempSync(join(tmpdir(), 'datastore-folder-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const [workspace, shared, mount] = [join(top, 'w'), join(top, 'shared'), join(top, 'mount')];
  mkdirSync(workspace);
  mkdirSync(shared);
  symlinkSync(shared, mount);
  const clock = createManualClock();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const start = (path: string, name: string, hostname: string, own: ManualClock) =>
    openFolderDatastore({
      folder: openFolder(path, { directories: null, exclude: ['*.tmp'] }, own),
      file: openLockFile(join(path, FOLDER_LOCK), { shared: true }),
      state: openStateFiles(name, { env: { XDG_STATE_HOME: join(top, 'state') }, platform: 'linux', home: top }),
      clock: own,
      ids: systemIds,
      log,
      identity: { holder: `${name}@${hostname}`, user: name, hostname, pid: process.pid, workspace: name, tool: 'cli' },
      ttlMs: TTL,
      waitMs: 0,
    });
  return {
    workspace,
    shared,
    lock: join(shared, FOLDER_LOCK),
    clock,
    open: () => start(shared, 'alice', 'build-1', clock),
    other: (own: ManualClock = clock) => start(mount, 'bob', 'build-2', own),
  };
}
