import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget } from '../../src/adapters/store/bounded.ts';
import { capped } from '../../src/adapters/store/capped.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { createRemotes } from '../../src/adapters/store/remotes.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createManualClock, settled } from '../support/manual-clock.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { collect, expectRefusal } from './store/check.ts';

/* No more bytes a second than agreed, whoever asks for them. */

const MIB = 2 ** 20;
const ofSize = (size: number) => new Uint8Array(size).fill(7);

function world(rates: { readonly maxUpload?: number; readonly maxDownload?: number }) {
  const clock = createManualClock();
  const inner = createMemoryStore({ codec: nodeCodec, clock });
  const { caps } = createRemotes(clock)('remote', rates);
  return { clock, inner, store: capped(inner, caps), caps };
}

/** A body of several parts, as a connection brings it. */
async function read(store: ObjectStore, key: string, signal?: AbortSignal): Promise<number> {
  const found = await store.get(key, signal === undefined ? {} : { signal });
  return found.kind === 'found' ? (await collect(found.body)).byteLength : 0;
}

/** Bytes that went up or came down in each of so many seconds. */
async function flow(clock: ReturnType<typeof createManualClock>, store: ObjectStore, seconds: number) {
  const counts: number[] = [];
  const total = () => store.traffic.bytesUp + store.traffic.bytesDown;
  for (let second = 0; second < seconds; second += 1) {
    const before = total();
    await clock.advance(1_000);
    counts.push(total() - before);
  }
  return counts;
}

test('ten uploads at once share the rate, and so do two stores of one remote', async () => {
  const { clock, inner, caps } = world({ maxUpload: MIB });
  const [one, other] = [capped(inner, caps), capped(inner, caps)];
  const done = Promise.all(
    Array.from({ length: 10 }, (_, nth) => (nth % 2 ? one : other).put(`k${nth}`, ofSize(MIB / 2))),
  );
  const counts = await flow(clock, inner, 7);
  await done;
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5 * MIB);
  // The first second has the burst of a bucket that was full, in whole objects here.
  expect(Math.max(...counts.slice(1))).toBeLessThanOrEqual(MIB);
});

test('a download is read no faster than agreed', async () => {
  const { clock, inner, store } = world({ maxDownload: MIB });
  await inner.put('it', ofSize(4 * MIB));
  const done = read(store, 'it');
  const counts = await flow(clock, inner, 6);
  expect(await done).toBe(4 * MIB);
  expect(Math.max(...counts.slice(1))).toBeLessThanOrEqual(MIB + 65_536);
});

test('bodies are few at a time when the rate is low: each goes on', async () => {
  const { clock, inner, store, caps } = world({ maxUpload: 256 << 10 });
  const done = Promise.all(Array.from({ length: 6 }, (_, nth) => store.put(`k${nth}`, ofSize(256 << 10))));
  await settled();
  expect(caps.up?.bodies.taken).toBe(2);
  await clock.advance(10_000);
  await done;
  expect(inner.traffic.requests).toBe(6);
});

test('what goes once is never held up, and what follows pays for it', async () => {
  const { clock, inner, store } = world({ maxUpload: 64 << 10 });
  await store.put('register', ofSize(128 << 10), { once: true });
  const second = store.put('content', ofSize(1000));
  await settled();
  expect(inner.traffic.bytesUp).toBe(128 << 10);
  await clock.advance(2_000);
  await second;
});

test('who is stopped while waiting leaves its turn to the others', async () => {
  const { clock, inner, store } = world({ maxUpload: 16 << 10 });
  const stop = new AbortController();
  const first = store.put('first', ofSize(16 << 10));
  const large = store.put('large', ofSize(16 << 20), { signal: stop.signal });
  const last = store.put('last', ofSize(1));
  await settled();
  stop.abort();
  await expectRefusal(large, 'aborted');
  await clock.advance(2_000);
  await Promise.all([first, last]);
  expect(inner.traffic.bytesUp).toBe((16 << 10) + 1);
});

test('a download that is stopped while it is held back closes its body, and the next one moves up', async () => {
  const { clock, inner, store } = world({ maxDownload: 16 << 10 });
  await inner.put('it', ofSize(MIB));
  const stop = new AbortController();
  const first = read(store, 'it', stop.signal);
  await clock.advance(1_000);
  stop.abort();
  await expectRefusal(first, 'aborted');
  const second = read(store, 'it');
  await clock.advance(70_000);
  expect(await second).toBe(MIB);
});

test('without a limit it is the store itself', () => {
  const { inner, store } = world({});
  expect(store).toBe(inner);
});

const HURRIED = { connectMs: 2_000, idleMs: 2_000, requestMs: 150 };

async function served() {
  const server = await startS3Server({ buckets: ['b'] });
  const options: S3StoreOptions = {
    bucket: 'b',
    prefix: 'p',
    region: server.region,
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: server.credentials,
    timing: HURRIED,
  };
  return { server, options };
}

test.each([
  ['directly', false],
  ['by the SDK', true],
])('a body that is held back beyond every deadline arrives, %s', async (_how, bySdkAlone) => {
  const { server, options } = await served();
  const plain = openS3Store(options, { bySdkAlone });
  const asked: number[] = [];
  const next = async (bytes: number) => {
    asked.push(bytes);
    await systemClock.sleep(bySdkAlone ? 1_600 : 100);
  };
  // Small: a deadline grows with the body.
  const body = nodeBytes(16 << 10);
  await plain.put('slow', body, { pace: { part: 1 << 10, next } });
  expect(asked).toEqual(bySdkAlone ? [body.byteLength] : Array(16).fill(1 << 10));
  const found = await plain.get('slow');
  if (found.kind !== 'found') throw new Error('not there');
  expect(Buffer.compare(Buffer.from(await collect(found.body)), body)).toBe(0);
  plain.close();
  await server.stop();
});

test('refused before all was said, the rest is not sent', async () => {
  const { server, options } = await served();
  server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
  const plain = openS3Store({ ...options, timing: { ...HURRIED, requestMs: 5_000 } });
  let asked = 0;
  const next = async () => {
    asked += 1;
    await systemClock.sleep(20);
  };
  await expectRefusal(plain.put('it', nodeBytes(MIB), { pace: { part: 1 << 10, next } }), 'denied');
  expect(asked).toBeLessThan(1024);
  plain.close();
  await server.stop();
});

test('a real upload and download under a limit, in parts, through all layers', async () => {
  const { server, options } = await served();
  const plain = openS3Store(options);
  const { caps } = createRemotes(systemClock)('remote', { maxUpload: 2 * MIB, maxDownload: 2 * MIB });
  const store = retrying(capped(bounded(plain, createBudget()), caps), { clock: systemClock, ids: systemIds });
  const body = nodeBytes(MIB);
  await Promise.all(['a', 'b'].map((key) => store.put(key, body)));
  expect(await read(store, 'a')).toBe(MIB);
  store.close();
  await server.stop();
});

function nodeBytes(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, nth) => (nth * 31) % 251));
}
