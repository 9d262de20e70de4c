import { expect, test } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import { headlineOf } from '../../src/core/status/headline.ts';
import { startScripted } from './scripted-coordinator.ts';

/* The store cannot be reached, or nobody is signed in: what the status says, when the next attempt is made, what waits. */

const offline = new SyncError('offline', 's3://team: no answer from the store (ECONNREFUSED).', 'Check the network.');
const signedOut = new SyncError('credentials', 's3://team: no usable credentials.', 'Sign in.');

async function cutOff(failure: SyncError) {
  const scripted = startScripted();
  const { clock, datastore } = scripted;
  await clock.advance(0);
  datastore.failure = failure;
  const since = clock.now();
  const at = () => (clock.now() - since) / 1_000;
  const attempts: number[] = [];
  const inner = { ...datastore };
  datastore.sync = (options) => {
    attempts.push(at());
    return inner.sync(options);
  };
  return { ...scripted, attempts, since };
}

test('offline: the pauses between attempts double up to five minutes, whatever changes meanwhile', async () => {
  const { clock, watcher, attempts } = await cutOff(offline);
  watcher.changed(['a']);
  await clock.advance(0);
  for (let index = 0; index < 40; index += 1) {
    watcher.changed(['a']);
    await clock.advance(30_000);
  }
  expect(attempts).toEqual([0, 10, 30, 70, 150, 310, 610, 910]);
});

test('offline: the status says since when, and what waits, and comes back by itself', async () => {
  const { coordinator, clock, watcher, datastore, since } = await cutOff(offline);
  watcher.changed(['a']);
  await clock.advance(0);
  datastore.waiting = [{ kind: 'upload' }, { kind: 'delete-remote' }, { kind: 'forget' }] as never;
  watcher.changed(['b']);
  await clock.advance(75_000);
  expect(headlineOf(coordinator.status())).toEqual({ kind: 'offline', since });
  expect(coordinator.status()).toMatchObject({
    pending: { up: 2, down: 0 },
    failure: { message: offline.message, since, at: since + 70_000 },
  });
  datastore.failure = null;
  await clock.advance(80_000);
  expect(coordinator.status()).toMatchObject({ failure: null, pending: { up: 0, down: 0 } });
  expect(headlineOf(coordinator.status()).kind).toBe('in-step');
  expect(clock.waiting).toBe(2);
});

test('offline, back, and offline again: the pauses are short again', async () => {
  const { clock, watcher, datastore, attempts } = await cutOff(offline);
  watcher.changed(['a']);
  await clock.advance(200_000);
  datastore.failure = null;
  await clock.advance(200_000);
  datastore.failure = offline;
  attempts.length = 0;
  watcher.changed(['a']);
  await clock.advance(35_000);
  expect(attempts.map((at) => at - (attempts[0] ?? 0))).toEqual([0, 10, 30]);
});

test.each<[what: string, happen: (on: Awaited<ReturnType<typeof cutOff>>) => unknown]>([
  ['another network', ({ network }) => (network.here = '192.168.1.4')],
  [
    'a window that is looked at again',
    ({ coordinator }) => [coordinator.setFocused(false), coordinator.setFocused(true)],
  ],
  ['a person who asks', ({ coordinator }) => void coordinator.sync().catch(() => {})],
  ['a person who resumes', ({ coordinator }) => coordinator.resume()],
])('offline: %s makes the next attempt at once', async (_what, happen) => {
  const on = await cutOff(offline);
  on.watcher.changed(['a']);
  await on.clock.advance(400_000);
  const before = on.attempts.length;
  happen(on);
  await on.clock.advance(5_000);
  expect(on.attempts.length).toBe(before + 1);
});

test('offline: attempts that a person asks for leave the due ones where they were', async () => {
  const { coordinator, clock, watcher, attempts } = await cutOff(offline);
  watcher.changed(['a']);
  await clock.advance(31_000);
  expect(attempts).toEqual([0, 10, 30]);
  for (let click = 0; click < 8; click += 1) {
    await clock.advance(1_000);
    await coordinator.sync().catch(() => {});
  }
  attempts.length = 0;
  await clock.advance(120_000);
  expect(attempts).toEqual([70, 150]);
});

test('offline: a network that goes away is no reason to try', async () => {
  const on = await cutOff(offline);
  on.watcher.changed(['a']);
  await on.clock.advance(400_000);
  const before = on.attempts.length;
  on.network.here = '';
  await on.clock.advance(20_000);
  expect(on.attempts.length).toBe(before);
  on.network.here = '10.0.0.7';
  await on.clock.advance(5_000);
  expect(on.attempts.length).toBe(before + 1);
});

test.each<[what: string, happen: (on: Awaited<ReturnType<typeof cutOff>>) => unknown]>([
  ['a lease that is taken', ({ coordinator }) => void coordinator.hold('by hand')],
  ['a lease that is given back', ({ coordinator }) => void coordinator.release()],
  ['a poll', ({ coordinator }) => void coordinator.poll()],
])('offline, and %s finds the store again: what waited goes at once', async (_what, happen) => {
  const on = await cutOff(offline);
  on.watcher.changed(['a']);
  await on.clock.advance(200_000);
  on.datastore.failure = null;
  const before = on.attempts.length;
  happen(on);
  await on.clock.advance(1_000);
  expect(on.attempts.length).toBe(before + 1);
  expect(headlineOf(on.coordinator.status()).kind).not.toBe('offline');
});

test('a poll that finds the store out of reach begins the outage, too', async () => {
  const { coordinator, clock, attempts } = await cutOff(offline);
  await clock.advance(30_000);
  expect(headlineOf(coordinator.status()).kind).toBe('offline');
  await clock.advance(35_000);
  expect(attempts).toEqual([40, 60]);
});

test('signed out: nothing is sent but the poll, which finds the sign-in, and then all that waited goes', async () => {
  const { coordinator, clock, watcher, datastore, attempts } = await cutOff(signedOut);
  watcher.changed(['a']);
  await clock.advance(0);
  datastore.waiting = [{ kind: 'upload' }] as never;
  for (let index = 0; index < 10; index += 1) {
    watcher.changed(['a']);
    await clock.advance(60_000);
  }
  expect(attempts).toEqual([0]);
  expect(headlineOf(coordinator.status()).kind).toBe('signed-out');
  expect(coordinator.status().pending).toEqual({ up: 1, down: 0 });
  datastore.failure = null;
  await clock.advance(30_000);
  expect(attempts).toHaveLength(2);
  expect(coordinator.status()).toMatchObject({ failure: null, pending: { up: 0 } });
});

test('signed out: what has not changed is not looked at again with every poll', async () => {
  const { clock, watcher, datastore } = await cutOff(signedOut);
  const looks = () => datastore.calls.filter((call) => call === 'look here').length;
  await clock.advance(10 * 60_000);
  expect(datastore.polls).toBeGreaterThan(10);
  expect(looks()).toBe(1);
  watcher.changed(['a']);
  await clock.advance(60_000);
  expect(looks()).toBe(2);
});

test('disposed while offline: no timer is left, and nothing more is tried', async () => {
  const { coordinator, clock, watcher, attempts } = await cutOff(offline);
  watcher.changed(['a']);
  await clock.advance(15_000);
  const before = attempts.length;
  const ended = coordinator.dispose();
  await clock.advance(0);
  await ended;
  await clock.advance(1_000_000);
  expect(attempts.length).toBe(before);
  expect(clock.waiting).toBe(0);
});
