import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { drawn } from '../support/drawn.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { APART, openWorld, type Replica } from '../support/replica.ts';

const MIB = 1 << 20;

/** So that a file need not be large to have many. */
const CHUNKS: ChunkLimits = { least: 8 << 10, average: 24 << 10, most: 64 << 10 };

const objects = (replica: Replica) => replica.store.puts().filter((key) => key.startsWith('objects/'));

test('a large file travels as chunks, both ways, and only the chunks that changed', async () => {
  const world = openWorld({ chunks: CHUNKS });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  const content = drawn(MIB);
  alice.write('large.bin', content);
  expect(await alice.sync()).toMatchObject({ uploaded: 1 });
  expect(objects(alice).length).toBeGreaterThan(MIB / CHUNKS.most);
  await bob.sync();
  expect(hashOf(bob, 'large.bin')).toBe(sha256(content));
  expect((await world.remote()).files.get('large.bin')?.length).toBe(content.length);

  const middle = content.length >> 1;
  const changed = Buffer.concat([
    content.subarray(0, middle),
    Buffer.from('inserted'),
    content.subarray(middle),
    Buffer.from('appended'),
  ]);
  bob.write('large.bin', changed);
  bob.store.forget();
  expect(await bob.sync()).toMatchObject({ uploaded: 1 });
  expect(objects(bob).length).toBeGreaterThan(1);
  expect(objects(bob).length).toBeLessThan(6);
  await alice.sync();
  expect(hashOf(alice, 'large.bin')).toBe(sha256(changed));
  await world.remote();
});

test('equal contents and equal chunks travel once', async () => {
  const world = openWorld({ chunks: CHUNKS });
  const alice = world.replica('alice');
  alice.write('twice.bin', new Uint8Array(4 * CHUNKS.most + 5));
  for (const path of ['a', 'b', 'c/d']) alice.write(path, 'the same');
  await alice.sync();
  expect(objects(alice)).toHaveLength(3);
  expect((await world.remote()).files.size).toBe(4);
});

test('a chunk that only the history names is sent again: it may be collected at any time', async () => {
  const world = openWorld({ chunks: CHUNKS });
  const alice = world.replica('alice');
  alice.write('large.bin', drawn(MIB));
  await alice.sync();
  const first = objects(alice);
  alice.write('large.bin', drawn(MIB, 2));
  await alice.sync();
  alice.write('large.bin', drawn(MIB));
  alice.store.forget();
  await alice.sync();
  expect(objects(alice)).toHaveLength(first.length);
  expect(objects(alice)).not.toEqual(expect.arrayContaining(first.slice(0, 1)));
});

test('what a failed push had uploaded is copied under the next epoch, not sent again', async () => {
  const world = openWorld({ packs: APART });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  await inStep(alice, bob);
  for (let index = 0; index < 6; index += 1) bob.write(`new/${index}`, `content ${index}`);
  bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  alice.write('meanwhile', 'hers');
  await alice.sync();
  bob.store.forget();
  bob.restart();
  expect(await bob.sync()).toMatchObject({ uploaded: 6, downloaded: 1 });
  expect(objects(bob)).toEqual([]);
  expect(bob.store.calls.filter(({ operation }) => operation === 'copy')).toHaveLength(6);
  expect((await world.remote()).files.size).toBe(9);
});

test('uploads that are remembered are looked for, not believed', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  await inStep(alice, bob);
  bob.write('new', 'content that must be there');
  bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await bob.failing()).kind).toBe('offline');
  // As when the configuration names another bucket since, whose epoch happens to be the same.
  for (const [key, { sha256: found }] of world.bucket) {
    if (found === sha256('content that must be there')) world.bucket.delete(key);
  }
  bob.restart();
  await bob.sync();
  expect(await world.remoteFiles()).toMatchObject({ new: 'content that must be there' });
});

test.each(['up', 'down'] as const)('an outage in mid-transfer ends the cycle soon, on the way %s', async (way) => {
  const world = openWorld({ packs: APART });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  await inStep(alice, bob);
  const [from, to] = way === 'up' ? [bob, bob] : [alice, bob];
  for (let index = 0; index < 400; index += 1) from.write(`many/${index}`, `content ${index}`);
  if (way === 'down') await alice.sync();
  const plan = to.store.plan({
    on: way === 'up' ? 'put' : 'get',
    key: /^objects/,
    skip: 5,
    times: 1_000,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  expect((await to.failing()).kind).toBe('offline');
  // What was begun, and nothing after.
  expect(plan.hits()).toBeLessThan(130);
  plan.end();
  await to.sync();
  await to.sync();
  expect(Object.keys(to.files())).toHaveLength(402);
  expect((await world.remote()).files.size).toBe(402);
});

test('nothing is on its way to the remote any more when a broken push gives the lease back', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('large.bin', drawn(40 * MIB));
  alice.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'between', run: () => soon(500) } });
  alice.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'fail-before', error: 'unreachable' } });
  expect((await alice.failing()).kind).toBe('offline');
  expect(alice.store.calls.filter(({ outcome }) => outcome === 'under way')).toEqual([]);
  expect((await world.remote()).lease).toBeNull();
});

test.each(['upload', 'download'] as const)(
  'a cancelled %s leaves both sides whole and the lease free',
  async (what) => {
    const world = openWorld({ packs: APART });
    const alice = world.replica('alice');
    const bob = world.replica('bob');
    await inStep(alice, bob);
    const writer = what === 'upload' ? bob : alice;
    for (let index = 0; index < 80; index += 1) writer.write(`many/${index}`, `content ${index}`);
    if (what === 'download') await alice.sync();
    const before = await world.remoteFiles();
    const stop = new AbortController();
    bob.store.plan({
      on: what === 'upload' ? 'put' : 'get',
      key: /^objects/,
      skip: 30,
      fault: { kind: 'between', run: () => stop.abort() },
    });
    expect(await bob.failing({ signal: stop.signal })).toMatchObject({ kind: 'cancelled' });
    expect(await world.remoteFiles()).toEqual(before);
    expect((await world.remote()).lease).toBeNull();
    for (const [path, text] of Object.entries(bob.files())) {
      if (path.startsWith('many/')) expect(text).toBe(`content ${path.slice(5)}`);
    }
    await bob.sync();
    await bob.sync();
    expect(Object.keys(bob.files())).toHaveLength(82);
    expect(await world.remoteFiles()).toEqual(bob.files());
  },
);

test('a file that changes while it is read is read again, and no commit ever holds a mixture', async () => {
  const world = openWorld();
  const alice = world.replica('alice', { files: (files) => changingWhileRead(files, alice, 2) });
  alice.write('log.txt', 'line 0\n');
  await alice.sync();
  const { files } = await world.remote();
  expect(files.get('log.txt')?.toString()).toBe(alice.read('log.txt'));
});

test('a file that never comes to rest is reported, and the others go up', async () => {
  const world = openWorld();
  const alice = world.replica('alice', { files: (files) => changingWhileRead(files, alice, 10_000) });
  alice.write('log.txt', 'line 0\n');
  alice.write('still.txt', 'still');
  const report = await alice.sync();
  expect(report.problems).toMatchObject([{ path: 'log.txt' }]);
  expect(await world.remoteFiles()).toEqual({ 'still.txt': 'still' });
});

test('a file that cannot be read to its end is a problem of its own', async () => {
  const world = openWorld();
  let sick = false;
  const alice = world.replica('alice', {
    files: (files) => ({
      ...oneByOne(files),
      async open(path) {
        const file = await files.open(path);
        if (!sick || path !== 'sick') return file;
        return { ...file, read: () => Promise.reject(new SyncError('local', 'EIO', 'Look at the disk.')) };
      },
    }),
  });
  alice.write('sick', 'one');
  alice.write('well', 'one');
  await alice.sync();
  alice.write('well', 'two');
  sick = true;
  expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [{ path: 'sick' }] });
  expect(await world.remoteFiles()).toEqual({ sick: 'one', well: 'two' });
});

test('an unreadable file is unknown: reported, and nothing happens to it on the remote', async () => {
  const world = openWorld();
  let locked = false;
  const alice = world.replica('alice', {
    files: (files) => ({
      ...oneByOne(files),
      open: (path) =>
        locked && path === 'secret'
          ? Promise.reject(new SyncError('local', 'EACCES', 'Let it be read.'))
          : files.open(path),
    }),
  });
  alice.write('secret', 'one');
  alice.write('open', 'one');
  alice.write('stays', 'one');
  await alice.sync();
  alice.write('secret', 'two');
  locked = true;
  alice.remove('open');
  expect(await alice.sync()).toMatchObject({ deletedRemote: 1, uploaded: 0, problems: [{ path: 'secret' }] });
  expect(await world.remoteFiles()).toEqual({ secret: 'one', stays: 'one' });
});

test('a file written through an open handle while it is replaced is kept beside', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob', {
    files: (files) => ({
      ...files,
      async install(staged, path, expected) {
        const answer = await files.install(staged, path, expected);
        if (answer.kind === 'done' && answer.aside !== null) {
          writeFileSync(join(bob.root, '.datastore-staging', answer.aside), 'written late');
        }
        return answer;
      },
    }),
  });
  await inStep(alice, bob);
  alice.write('alice', 'hers');
  await alice.sync();
  const report = await bob.sync();
  expect(report.problems).toMatchObject([{ path: 'alice' }]);
  expect(Object.values(bob.files())).toContain('written late');
  await bob.sync();
  expect(Object.values(await world.remoteFiles())).toContain('written late');
});

async function inStep(alice: Replica, bob: Replica) {
  alice.write('alice', '1');
  await alice.sync();
  bob.write('bob', '1');
  await bob.sync();
  await alice.sync();
}

/** Appends a line each time a read of `log.txt` has given its bytes, `times` times. */
function changingWhileRead(files: LocalFiles, replica: Replica, times: number): LocalFiles {
  let left = times;
  return {
    ...oneByOne(files),
    async open(path) {
      const file = await files.open(path);
      if (path !== 'log.txt') return file;
      return {
        ...file,
        async read(offset, length) {
          const bytes = await file.read(offset, length);
          if (left > 0) appendFileSync(join(replica.root, path), `line ${left}\n`);
          left -= 1;
          return bytes;
        },
      };
    },
  };
}

const soon = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const hashOf = (replica: Replica, path: string) => sha256(readFileSync(join(replica.root, path)));
