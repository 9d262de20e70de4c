import { expect, test } from 'vitest';
import { SyncError, type SyncErrorKind } from '../../src/core/errors.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { PlanBasis } from '../../src/core/plan/plan-record.ts';
import { VetoError } from '../../src/core/plan/veto-error.ts';
import { EMPTY_PREVIEW } from '../../src/core/status/sync-report.ts';
import type { AutoSync } from '../../src/engine/coordinator/coordinator.ts';
import type { PreviewOptions } from '../../src/engine/datastore.ts';
import { startScripted as start } from './scripted-coordinator.ts';

const POLL = 30_000;
const RARE_POLL = 5 * 60_000;
/** Milliseconds from a cycle that looked at what was told to one that looks at all. */
const CONFIRM = 30_000;
const FULL_SCAN = 15 * 60_000;

test('many triggers make one cycle; triggers while it runs make one more', async () => {
  const { coordinator, clock, watcher, calls, datastore } = start();
  await clock.advance(0);
  expect(calls()).toEqual(['sync']);
  for (let index = 0; index < 10; index += 1) watcher.changed(['a', 'b']);
  await clock.advance(0);
  expect(calls()).toEqual(['sync', 'sync']);
  datastore.takesMs = 5_000;
  watcher.changed(['c']);
  await clock.advance(1_000);
  for (let index = 0; index < 10; index += 1) watcher.changed(['d']);
  expect(datastore.most).toBe(1);
  await clock.advance(20_000);
  expect(calls()).toEqual(['sync', 'sync', 'sync', 'sync']);
  expect(datastore.most).toBe(1);
  await coordinator.dispose();
});

test('what people ask for joins the same queue', async () => {
  const { coordinator, clock, watcher, calls, datastore } = start();
  datastore.takesMs = 100;
  watcher.changed(['a']);
  const asked = Promise.all([coordinator.sync({ direction: 'push' }), coordinator.preview(), coordinator.sync()]);
  await clock.advance(2_000);
  await asked;
  expect(datastore.most).toBe(1);
  expect(calls().filter((call) => call === 'sync push')).toHaveLength(1);
});

const modes: Record<AutoSync, string[]> = { on: ['sync'], pull: ['sync pull', 'preview'], off: ['preview'] };

test.each(Object.entries(modes))('automatic sync "%s": a trigger makes %s', async (autoSync, expected) => {
  const { clock, calls } = start({ autoSync: autoSync as AutoSync });
  await clock.advance(0);
  expect(calls()).toEqual(expected);
});

test('with automatic sync off the first look says who holds the lock, later ones leave that to the poll', async () => {
  const { coordinator, clock, watcher, datastore } = start({ autoSync: 'off' });
  await clock.advance(0);
  expect([coordinator.status().seenAt, coordinator.status().latencyMs]).toEqual([clock.now(), 1]);
  watcher.changed(['a']);
  await clock.advance(0);
  expect(datastore.polls).toBe(1);
});

test('a push whose look back fails keeps what it leaves pending, and the failure is told', async () => {
  const { coordinator, clock, datastore } = start({ autoSync: 'off' });
  await clock.advance(0);
  const stepOf = (kind: 'upload' | 'download') =>
    ({ kind, path: kind as SyncPath, base: null, local: null, remote: null }) as const;
  const plan = { ...EMPTY_PREVIEW.plan, steps: [stepOf('upload'), stepOf('download')] };
  datastore.preview = async () => ({ ...EMPTY_PREVIEW, plan });
  await coordinator.preview();
  datastore.preview = () => Promise.reject(new SyncError('local', 'The folder cannot be read.', ''));
  await coordinator.sync({ direction: 'push' });
  const { pending, changes, failure } = coordinator.status();
  expect(pending).toEqual({ up: 0, down: 1 });
  expect(changes.map(({ path }) => path)).toEqual(['download']);
  expect(failure).toMatchObject({ kind: 'local', message: 'The folder cannot be read.' });
});

test('every look leaves alone what is unsaved in an editor', async () => {
  const busyPaths = new Set(['open.txt']);
  const { coordinator, clock, datastore } = start({ autoSync: 'off', busyPaths: () => busyPaths });
  await clock.advance(0);
  const asked: PreviewOptions[] = [];
  datastore.preview = async (options = {}) => {
    asked.push(options);
    return EMPTY_PREVIEW;
  };
  await coordinator.sync({ direction: 'pull' });
  datastore.failure = new SyncError('offline', 'no answer', '');
  await coordinator.sync().catch(() => {});
  await clock.advance(0);
  expect(asked.map((options) => [options.lastKnown ?? false, options.busyPaths])).toEqual([
    [false, busyPaths],
    [true, busyPaths],
  ]);
});

test('a look at what choices would make of it leaves the status as it is', async () => {
  const { coordinator, clock, datastore } = start({ autoSync: 'off' });
  await clock.advance(0);
  datastore.generation = 5;
  expect((await coordinator.preview({ choices: [] })).generation).toBe(5);
  expect(coordinator.status().generation).toBe(1);
  await coordinator.preview();
  expect(coordinator.status().generation).toBe(5);
});

test('what stops a sync of all stays on show when a part is carried out, until a look does not find it', async () => {
  const { coordinator, clock, datastore } = start({ autoSync: 'off' });
  await clock.advance(0);
  const stopped = async () => {
    await clock.advance(100);
    return coordinator.status().failure?.kind ?? null;
  };
  const veto = { kind: 'root-emptied', baseFiles: 3 } as const;
  datastore.failure = new VetoError([veto]);
  datastore.vetoes = [veto];
  await expect(coordinator.sync()).rejects.toMatchObject({ kind: 'veto' });
  datastore.failure = null;
  await coordinator.sync({ approved: { basis: {} as PlanBasis, steps: [] } });
  expect(await stopped()).toBe('veto');
  datastore.vetoes = [];
  await coordinator.preview();
  expect(await stopped()).toBeNull();
});

test('paused: triggers only look, whatever their number; resumed: a cycle', async () => {
  const { coordinator, clock, watcher, calls, datastore } = start();
  await clock.advance(0);
  coordinator.pause();
  watcher.changed(['a']);
  watcher.changed(['b']);
  await clock.advance(0);
  datastore.generation = 2;
  await clock.advance(POLL);
  expect(calls().slice(1)).toEqual(['preview', 'preview']);
  expect(coordinator.status().paused).toBe(true);
  coordinator.resume();
  await clock.advance(0);
  expect(calls().at(-1)).toBe('sync');
});

test.each<[SyncErrorKind, boolean]>([
  ['offline', true],
  ['locked', true],
  ['lease-lost', true],
  ['unknown-outcome', true],
  ['veto', false],
  ['credentials', true],
  ['corrupt', false],
])('after "%s" it tries again by itself: %s', async (kind, again) => {
  const { coordinator, clock, watcher, calls, datastore } = start();
  await clock.advance(0);
  datastore.failure = new SyncError(kind, 'by script', 'none');
  watcher.changed(['a']);
  await clock.advance(0);
  expect(coordinator.status().failure).toMatchObject({ kind });
  datastore.failure = null;
  await clock.advance(POLL + 1_000);
  expect(calls().length).toBe(again ? 3 : 2);
});

test('a poll that sees a new commit syncs; one that sees none does not', async () => {
  const { clock, calls, datastore } = start();
  await clock.advance(2 * POLL);
  expect(calls()).toEqual(['sync']);
  datastore.generation = 7;
  await clock.advance(POLL);
  expect(calls()).toEqual(['sync', 'sync']);
  await clock.advance(CONFIRM - 1);
  expect(calls()).toEqual(['sync', 'sync']);
});

test('half a minute after the first cycle that a watcher asked for comes one that looks at all', async () => {
  const { coordinator, clock, watcher, datastore } = start();
  const begun: boolean[] = [];
  const inner = { ...datastore };
  datastore.sync = (options) => {
    begun.push(options?.fromLastSeen !== true);
    return inner.sync(options);
  };
  await clock.advance(0);
  for (let nth = 0; nth < 4; nth += 1) {
    watcher.changed(['a']);
    await clock.advance(CONFIRM / 4);
  }
  expect(begun).toEqual([true, false, false, false, false, true]);
  await clock.advance(2 * CONFIRM);
  expect(begun).toHaveLength(6);
  // Nor one after a person's own.
  watcher.changed(['a']);
  await clock.advance(1);
  coordinator.resume();
  await clock.advance(2 * CONFIRM);
  expect(begun.slice(6)).toEqual([false, true]);
});

test('only what the watcher or a poll asks for begins from what was seen lately, and not together with anything else', async () => {
  const { coordinator, clock, watcher, datastore } = start();
  const begun: (boolean | undefined)[] = [];
  const inner = { ...datastore };
  datastore.sync = (options) => {
    begun.push(options?.fromLastSeen);
    return inner.sync(options);
  };
  await clock.advance(0);
  watcher.changed(['a']);
  await clock.advance(0);
  datastore.generation += 1;
  await clock.advance(POLL);
  watcher.changed(['a']);
  coordinator.resume();
  await clock.advance(0);
  await clock.advance(FULL_SCAN);
  await coordinator.sync();
  // One more is the look at all that follows.
  expect(begun).toEqual([undefined, true, true, undefined, undefined, undefined, undefined]);
});

test('while nobody looks polls are rare; back in focus it looks at once', async () => {
  const { coordinator, clock, calls, datastore } = start();
  await clock.advance(0);
  coordinator.setFocused(false);
  const before = datastore.polls;
  await clock.advance(RARE_POLL - 1_000);
  expect(datastore.polls).toBe(before);
  await clock.advance(2_000);
  expect(datastore.polls).toBe(before + 1);
  coordinator.setFocused(true);
  await clock.advance(0);
  expect(calls()).toEqual(['sync', 'sync']);
});

test('a full scan every quarter of an hour, without any hint', async () => {
  const { clock, calls } = start();
  await clock.advance(2 * FULL_SCAN + 1_000);
  expect(calls()).toEqual(['sync', 'sync', 'sync']);
});

test('a cycle that fails shows its failure and no progress, also when progress comes late', async () => {
  const { coordinator, clock, datastore } = start();
  datastore.failure = new SyncError('offline', 'by script', 'none');
  datastore.lateProgress = true;
  await clock.advance(5_000);
  expect(coordinator.status()).toMatchObject({ progress: null, failure: { kind: 'offline' } });
});

test('holding twice is holding once, and giving it back frees it', async () => {
  const { coordinator, clock, datastore } = start();
  await clock.advance(0);
  const held = Promise.all([coordinator.hold('a'), coordinator.hold('b')]);
  await clock.advance(1_000);
  await held;
  expect(await coordinator.release()).toBe(true);
  expect(datastore.holders).toBe(0);
});

test('dispose ends everything: the running cycle, the timers, the watcher, the lease; nothing happens after', async () => {
  const { coordinator, clock, watcher, calls, datastore } = start();
  datastore.takesMs = 60_000;
  await clock.advance(0);
  void coordinator.hold('x');
  await clock.advance(1_000);
  watcher.changed(['a']);
  const ended = coordinator.dispose();
  await clock.advance(0);
  await ended;
  expect(watcher.stopped).toBe(true);
  expect(datastore).toMatchObject({ closed: true, holders: 0 });
  const before = [...calls()];
  expect(before.length).toBeLessThanOrEqual(2);
  watcher.changed(['b']);
  coordinator.setFocused(false);
  coordinator.setFocused(true);
  await clock.advance(10 * FULL_SCAN);
  expect(calls()).toEqual(before);
  expect(clock.waiting).toBe(0);
});

test('dispose after a cycle that a watcher asked for leaves no timer', async () => {
  const { coordinator, clock, watcher } = start();
  await clock.advance(0);
  watcher.changed(['a']);
  await clock.advance(1);
  await coordinator.dispose();
  expect(clock.waiting).toBe(0);
});

test('dispose right after a trigger: the cycle does not begin behind the closed door', async () => {
  const { coordinator, clock, watcher, calls } = start();
  await clock.advance(0);
  watcher.changed(['a']);
  await coordinator.dispose();
  await clock.advance(1_000);
  expect(calls()).toEqual(['sync']);
});

test('listeners hear every change, until they are let go', async () => {
  const { coordinator, clock, watcher } = start();
  let heard = 0;
  const stop = coordinator.onChange(() => (heard += 1));
  await clock.advance(0);
  expect(heard).toBeGreaterThan(0);
  stop();
  const before = heard;
  watcher.changed(['a']);
  await clock.advance(0);
  expect(heard).toBe(before);
});
