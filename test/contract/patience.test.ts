import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { StoreError, type StoreErrorKind } from '../../src/core/errors.ts';
import type { Head } from '../../src/core/format/records.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createRegister } from '../../src/engine/remote/register.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

/* A store that asks for fewer requests: everybody waits, together. */

const ids = { uuid: () => 'uuid', nonce: () => 'nonce', random: () => 0.5 };

function scripted() {
  const clock = createManualClock();
  const inner = createMemoryStore({ codec: nodeCodec, clock, bucket: new Map(), prefix: 'p' });
  const at = { kind: null as StoreErrorKind | null, seen: 0, most: 0, under: 0 };
  async function answered<T>(run: () => Promise<T>): Promise<T> {
    at.seen += 1;
    at.under += 1;
    at.most = Math.max(at.most, at.under);
    try {
      await clock.sleep(10);
      if (at.kind !== null) throw new StoreError(at.kind, 'by script');
      return await run();
    } finally {
      at.under -= 1;
    }
  }
  const store: ObjectStore = {
    ...inner,
    put: (...args) => answered(() => inner.put(...args)),
    get: (...args) => answered(() => inner.get(...args)),
    list: (...args) => answered(() => inner.list(...args)),
  };
  const patient = retrying(store, { clock, ids, firstDelayMs: 200, longestPatienceMs: 8_000 });
  return { clock, at, patient };
}

const put = (store: ObjectStore, index: number) => store.put(`k${index}`, new Uint8Array([index]));

/** Requests seen in each of so many seconds. */
async function bySecond(clock: ManualClock, at: { seen: number }, seconds: number): Promise<number[]> {
  const counts: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const before = at.seen;
    await clock.advance(1_000);
    counts.push(at.seen - before);
  }
  return counts;
}

test('fifty requests wait as one: while the store asks for less, one at a time tries, in longer and longer pauses', async () => {
  const { clock, at, patient } = scripted();
  at.kind = 'throttled';
  const done = Promise.all(Array.from({ length: 50 }, (_, index) => put(patient, index)));
  await clock.advance(20);
  expect([at.seen, at.most]).toEqual([50, 50]);
  at.most = 0;
  expect(await bySecond(clock, at, 15)).toEqual([1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  expect(at.most).toBe(1);
  at.kind = null;
  await clock.advance(10_000);
  await done;
  expect(at.seen).toBe(50 + 4 + 50);
});

test('what waits is told with how long, and when it is over', async () => {
  const { clock, at, patient } = scripted();
  const told: (number | null)[] = [];
  const stop = patient.onPatience?.((waitMs) => told.push(waitMs));
  at.kind = 'throttled';
  const done = put(patient, 1);
  await clock.advance(1_000);
  at.kind = null;
  await clock.advance(5_000);
  await done;
  stop?.();
  expect(told).toEqual([750, 1_500, null]);
  at.kind = 'throttled';
  const later = put(patient, 2);
  await clock.advance(20);
  expect(told).toHaveLength(3);
  at.kind = null;
  await clock.advance(20_000);
  await later;
});

test('a renewal of the lease does not wait', async () => {
  const { clock, at, patient } = scripted();
  at.kind = 'throttled';
  const waiting = put(patient, 1);
  await clock.advance(20);
  at.kind = null;
  const before = clock.monotonic();
  const renewal = patient.put('head.json', new Uint8Array(), { once: true });
  await clock.advance(10);
  await renewal;
  expect(clock.monotonic() - before).toBe(10);
  await clock.advance(5_000);
  await waiting;
});

test('a swap that was asked for less once reads back and is sent again, while all others wait', async () => {
  const { clock, at, patient } = scripted();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const register = createRegister(patient, clock, ids, quiet);
  const first = register.read();
  await clock.advance(10);
  await first;
  at.kind = 'throttled';
  const waiting = put(patient, 1);
  await clock.advance(12_000);
  const head = { format: 1, datastoreId: 'd', epoch: 1, nonce: 'n', lease: null, commit: null, recentCommits: [] };
  const swapping = register.swap(() => head as Head);
  await clock.advance(10);
  at.kind = null;
  let outcome = '';
  void swapping.then(({ kind }) => (outcome = kind));
  await clock.advance(1_000);
  expect(outcome).toBe('won');
  await clock.advance(60_000);
  await waiting;
});

test.each<StoreErrorKind>(['unreachable', 'missing'])(
  'the one that tries ends otherwise (%s): the others go on',
  async (kind) => {
    const { clock, at, patient } = scripted();
    at.kind = 'throttled';
    const waiting = [patient.list(''), patient.list('')];
    for (const one of waiting) one.catch(() => {});
    await clock.advance(20);
    at.kind = kind;
    await clock.advance(755);
    at.kind = null;
    await clock.advance(60_000);
    const ends = await Promise.allSettled(waiting);
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  },
);

test('a stop while all wait ends it; a store that never has enough ends it too, as throttled', async () => {
  const { clock, at, patient } = scripted();
  at.kind = 'throttled';
  const stop = new AbortController();
  const stopped = patient.list('', { signal: stop.signal }).catch((error: StoreError) => error.kind);
  const endless = patient.list('').catch((error: StoreError) => error.kind);
  await clock.advance(100);
  stop.abort();
  await clock.advance(0);
  expect(await stopped).toBe('aborted');
  await clock.advance(300_000);
  expect(await endless).toBe('throttled');
  expect(at.seen).toBeLessThan(10);
});
