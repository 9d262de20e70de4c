import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { systemIds } from '../../src/adapters/system.ts';
import { parseLock } from '../../src/core/format/lock-record.ts';
import { type LockSighting, unseen } from '../../src/engine/lease/lock-sighting.ts';
import type { LockFile } from '../../src/engine/ports.ts';
import { guardRoot, type RootGuard } from '../../src/engine/root/root-guard.ts';
import { createManualClock, type ManualClock, settled } from '../support/manual-clock.ts';

const TTL = 30_000;

test('one at a time: the second waits, and enters when the first has left', async () => {
  const { clock, enter } = onRoot();
  const first = await enter('first');
  const second = watched(enter('second', { waitMs: 10_000 }));
  await clock.advance(3_000);
  expect(second.hasEntered()).toBe(false);
  await first.release();
  await clock.advance(1_000);
  expect(second.hasEntered()).toBe(true);
  await (await second.guard).release();
});

test('waiting is over: locked, and said by whom', async () => {
  const { clock, enter } = onRoot();
  await enter('first');
  const refused = enter('second', { waitMs: 2_000 }).catch((error: unknown) => error);
  await clock.advance(3_000);
  expect(await refused).toMatchObject({ kind: 'locked', details: { purpose: 'first', pid: process.pid } });
});

test('waiting can be stopped', async () => {
  const { clock, enter } = onRoot();
  await enter('first');
  const stop = new AbortController();
  const refused = enter('second', { waitMs: 60_000, signal: stop.signal }).catch((error: unknown) => error);
  await clock.advance(500);
  stop.abort();
  expect(await refused).toMatchObject({ kind: 'cancelled' });
});

test('a holder that lives and beats is never taken over, however long it takes', async () => {
  const { clock, enter } = onRoot();
  const first = await enter('first');
  const refused = enter('second', { waitMs: 20 * TTL }).catch((error: unknown) => error);
  await clock.advance(21 * TTL);
  expect(await refused).toMatchObject({ kind: 'locked' });
  await first.release();
});

test('a dead process of this host: taken over at once', async () => {
  const { enter, path } = onRoot();
  await enter('crashed', { pid: 1 << 30 });
  const next = await enter('next', { waitMs: 0 });
  expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'next' });
  await next.release();
});

test.each(['another container', null])(
  'a process not seen from here, of a host of the same name (%s): only standing still does',
  async (machine) => {
    const { clock, enter, path } = onRoot();
    const elsewhere = (lock: LockFile): LockFile => ({ ...lock, machine });
    await enter('elsewhere', { pid: 1 << 30, clock: createManualClock(), dress: elsewhere });
    const here = (lock: LockFile): LockFile => ({ ...lock, machine: 'here' });
    await expect(enter('too early', { dress: here })).rejects.toMatchObject({ kind: 'locked' });
    const next = enter('next', { waitMs: 2 * TTL, dress: here });
    await clock.advance(TTL - 2_000);
    expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'elsewhere', machine });
    await clock.advance(6_000);
    await (await next).release();
  },
);

test('the same process number on another host says nothing: only standing still for a whole ttl does', async () => {
  const { clock, enter } = onRoot();
  const stopped = createManualClock();
  await enter('elsewhere', { pid: 1 << 30, hostname: 'other', clock: stopped });
  const next = watched(enter('next', { waitMs: 2 * TTL }));
  await clock.advance(TTL - 1_000);
  expect(next.hasEntered()).toBe(false);
  await clock.advance(2_000);
  expect(next.hasEntered()).toBe(true);
  await (await next.guard).release();
});

test.each(['not json', ''])(
  'a lock nobody can read is stale after a ttl too, and not before: "%s"',
  async (content) => {
    const { clock, enter, path } = onRoot();
    await clock.advance(2 * TTL);
    await openLockFile(path).create(content);
    const next = watched(enter('next', { waitMs: 2 * TTL }));
    await clock.advance(TTL - 1_000);
    expect(next.hasEntered()).toBe(false);
    await clock.advance(2_000);
    await (await next.guard).release();
  },
);

test('a lock that changed between look and move is put back', async () => {
  const { clock, enter, path } = onRoot();
  const stopped = createManualClock();
  await enter('elsewhere', { pid: 1 << 30, hostname: 'other', clock: stopped });
  const waker = openLockFile(path);
  // Wakes up in the last moment: just before the file is moved, it has written its heartbeat.
  const racing = beforeFirstMove(async () => {
    renameSync(path, `${path}.old`);
    await waker.create(readFileSync(`${path}.old`, 'utf8').replace('elsewhere', 'awake again'));
  });
  const refused = enter('next', { waitMs: TTL + 2_000, dress: racing.dress }).catch((error: unknown) => error);
  await clock.advance(2 * TTL);
  expect(await refused).toMatchObject({ kind: 'locked', details: { purpose: 'awake again' } });
  expect(racing.moves()).toBe(1);
  expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'awake again' });
});

test('also when another call of this process has seen the new one by then', async () => {
  const { clock, enter, path } = onRoot();
  await enter('elsewhere', { pid: 1 << 30, hostname: 'other', clock: createManualClock() });
  const seen = unseen();
  const successor = openLockFile(path);
  const { dress } = beforeFirstMove(async (lock) => {
    const next = readFileSync(path, 'utf8').replace('elsewhere', 'successor');
    rmSync(path);
    await successor.create(next);
    Object.assign(seen, { text: await lock.read(), since: clock.monotonic() });
  });
  const refused = enter('next', { waitMs: TTL + 2_000, dress, seen }).catch((error: unknown) => error);
  await clock.advance(2 * TTL);
  expect(await refused).toMatchObject({ kind: 'locked', details: { purpose: 'successor' } });
  expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'successor' });
});

test('of three who find a lock stale at once only one enters, whoever is interrupted when', async () => {
  const { clock, enter } = onRoot();
  await enter('elsewhere', { pid: 1 << 30, hostname: 'other', clock: createManualClock() });
  const seen = unseen();
  await enter('looks', { seen }).catch(() => {});
  await clock.advance(TTL);
  const inside: string[] = [];
  const tryIt = (who: string, options: Entering = {}) =>
    enter(who, { seen: { ...seen, claim: { ...seen.claim } }, ...options }).then(
      () => void inside.push(who),
      () => {},
    );
  // The others come in between judging and moving, and while what was moved is on its way.
  const slow = (lock: LockFile): LockFile => ({
    ...lock,
    async moveAside() {
      await tryIt('second');
      const moved = await lock.moveAside();
      await tryIt('third');
      return moved;
    },
  });
  await tryIt('first', { dress: slow });
  expect(inside).toHaveLength(1);
});

test.each([
  ['says who it was', (lock: string) => lock.replace('elsewhere', 'thief')],
  ['was cut off by a power failure', () => ''],
])('a claim of a thief that died, and that %s, is in nobody’s way for long', async (_what, left) => {
  const { clock, enter, path } = onRoot();
  await enter('elsewhere', { pid: 1 << 30, hostname: 'other', clock: createManualClock() });
  await openLockFile(path)
    .claim()
    .create(left(readFileSync(path, 'utf8')));
  // Nobody waits for a ttl in one go; what each attempt has seen adds up.
  const seen = unseen();
  for (let attempt = 0; attempt < 3 * TTL; attempt += 5_000) {
    const entered = enter('next', { waitMs: 1_000, seen }).then(
      (guard) => guard.release().then(() => true),
      () => false,
    );
    await clock.advance(5_000);
    if (await entered) return expect(readdirSync(join(path, '..'))).toEqual([]);
  }
  expect.unreachable('the claim stands in the way for ever');
});

test('one that was taken over leaves its successor alone: neither its beats nor its release reach it', async () => {
  const { clock, enter, path } = onRoot();
  const slow = createManualClock();
  const first = await enter('slow', { pid: 1 << 30, hostname: 'other', clock: slow });
  const next = enter('next', { waitMs: 2 * TTL });
  await clock.advance(TTL + 1_000);
  const guard = await next;
  await slow.advance(TTL);
  expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'next' });
  await expect(first.assertHeld()).rejects.toMatchObject({ kind: 'locked', details: { purpose: 'next' } });
  await guard.assertHeld();
  await first.release();
  expect(parseLock(readFileSync(path, 'utf8'))).toMatchObject({ purpose: 'next' });
  await guard.release();
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

const looks: readonly { readonly what: string; readonly between: (clock: ManualClock) => void; readonly at: number }[] =
  [
    { what: 'at once', between: () => {}, at: 1 },
    { what: 'some milliseconds later', between: (clock) => void clock.advance(5), at: 1 },
    { what: 'later than that', between: (clock) => void clock.advance(10), at: 2 },
    { what: 'when the computer was asleep', between: (clock) => clock.jump(60_000), at: 2 },
    {
      what: 'later, when the clock was set back by as much',
      between: (clock) => (void clock.advance(10), clock.jump(-10)),
      at: 2,
    },
    { what: 'when the clock was set back', between: (clock) => clock.jump(-60_000), at: 2 },
  ];

test.each(looks)('who asks again $what looks at the lock $at times', async ({ between, at }) => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  const guard = await enter('counted', { dress: counting(read) });
  const before = read.count;
  await guard.assertHeldLately();
  between(clock);
  await settled();
  await guard.assertHeldLately();
  expect(read.count - before).toBe(at);
});

test('one that has not beaten for long looks each time', async () => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  const late = { ...clock, after: () => () => {} };
  const guard = await enter('slow', { dress: counting(read), clock: late });
  await clock.advance(TTL / 2);
  const before = read.count;
  for (let nth = 0; nth < 3; nth += 1) await guard.assertHeldLately();
  expect(read.count - before).toBe(3);
});

test('one that stood still after it had made its lock looks each time until it has beaten', async () => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  const late = { ...clock, after: () => () => {} };
  const guard = await enter('slow', {
    clock: late,
    dress: (lock) => ({
      ...counting(read)(lock),
      async create(content) {
        const made = await lock.create(content);
        await clock.advance(TTL - 1_000);
        return made;
      },
    }),
  });
  const before = read.count;
  for (let nth = 0; nth < 3; nth += 1) await guard.assertHeldLately();
  expect(read.count - before).toBe(3);
});

test('after a beat it is looked at again', async () => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  const guard = await enter('counted', { dress: counting(read) });
  await clock.advance(TTL / 3 - 1);
  await guard.assertHeldLately();
  await clock.advance(1);
  const before = read.count;
  await guard.assertHeldLately();
  expect(read.count - before).toBe(1);
});

test('a look is as old as its begin, however long it took', async () => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  const slow = { ms: 0 };
  const guard = await enter('slow', {
    dress: (lock) => ({
      ...lock,
      async read() {
        read.count += 1;
        await clock.advance(slow.ms);
        return lock.read();
      },
    }),
  });
  slow.ms = 8;
  await guard.assertHeldLately();
  await clock.advance(3);
  const before = read.count;
  await guard.assertHeldLately();
  expect(read.count - before).toBe(1);
});

test('a beat is as old as its begin, however long it took', async () => {
  const { clock, enter } = onRoot();
  const read = { count: 0 };
  let end = () => {};
  const written = new Promise<void>((resolve) => {
    end = resolve;
  });
  const guard = await enter('slow', {
    dress: (lock) => ({
      ...counting(read)(lock),
      async beat(content) {
        await lock.beat(content);
        await written;
      },
    }),
  });
  await clock.advance(TTL / 3 + TTL / 2 - 1);
  end();
  await clock.advance(1);
  const before = read.count;
  for (let nth = 0; nth < 3; nth += 1) await guard.assertHeldLately();
  expect(read.count - before).toBe(3);
});

test('sixteen at once: each has it alone', async () => {
  const { clock, enter } = onRoot();
  let inside = 0;
  let most = 0;
  const all = Array.from({ length: 16 }, async (_, index) => {
    const guard = await enter(`w${index}`, { waitMs: 60_000 });
    inside += 1;
    most = Math.max(most, inside);
    await settled(2);
    inside -= 1;
    await guard.release();
  });
  await clock.advance(60_000);
  await Promise.all(all);
  expect(most).toBe(1);
});

/** Counts how often the lock is read. */
const counting =
  (read: { count: number }) =>
  (lock: LockFile): LockFile => ({ ...lock, read: () => ((read.count += 1), lock.read()) });

/** Says whether one that waits has entered by now. */
function watched(entering: Promise<RootGuard>) {
  let hasEntered = false;
  const guard = entering.then((entered) => {
    hasEntered = true;
    return entered;
  });
  return { guard, hasEntered: () => hasEntered };
}

/** What happens between the last look at a lock and its move. */
function beforeFirstMove(act: (lock: LockFile) => Promise<void>) {
  let moves = 0;
  const dress = (lock: LockFile): LockFile => ({
    ...lock,
    async moveAside() {
      moves += 1;
      if (moves === 1) await act(lock);
      return lock.moveAside();
    },
  });
  return { dress, moves: () => moves };
}

interface Entering {
  readonly waitMs?: number;
  readonly pid?: number;
  readonly hostname?: string;
  readonly clock?: ManualClock;
  readonly signal?: AbortSignal;
  readonly dress?: (lock: LockFile) => LockFile;
  readonly seen?: LockSighting;
}

/** A lock in a folder of its own; every entrant is a process with its own handle. */
function onRoot() {
  const folder = mkdtempSync(join(tmpdir(), 'datastore-guard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.datastore-staging'));
  const path = join(folder, '.datastore-staging', 'lock');
  const clock = createManualClock();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const enter = (purpose: string, options: Entering = {}) => {
    const identity = {
      holder: 'alice@host',
      user: 'alice',
      hostname: options.hostname ?? 'host',
      pid: options.pid ?? process.pid,
      workspace: 'w',
      tool: 'cli',
    } as const;
    const file = (options.dress ?? ((lock: LockFile) => lock))(openLockFile(path));
    return guardRoot(
      {
        file,
        clock: options.clock ?? clock,
        ids: systemIds,
        identity,
        log,
        ...(options.seen ? { seen: options.seen } : {}),
      },
      purpose,
      options.waitMs ?? 0,
      options.signal,
    );
  };
  return { clock, path, enter };
}
