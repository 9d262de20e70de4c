import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget, createByteGate } from '../../src/adapters/store/bounded.ts';
import { createInFlight, type InFlight } from '../../src/adapters/store/in-flight.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { createRemotes } from '../../src/adapters/store/remotes.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { BOUNDS } from '../../src/core/concurrency.ts';
import { StoreError } from '../../src/core/errors.ts';
import { each } from '../../src/engine/each.ts';
import type { Clock, ObjectStore } from '../../src/engine/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { refusal } from './store/check.ts';

/* Places for requests: more while that pays, fewer when the store asks for less. */

const AT_ONCE = 64;
const body = new Uint8Array(2_000);

/** A store that answers after `latency`, and serves so many at once; beyond that they queue. */
function far(clock: Clock, latency: number, serves = Number.POSITIVE_INFINITY) {
  const inner = createMemoryStore({ codec: nodeCodec, clock });
  const seen = { under: 0, most: 0, isThrottling: false };
  let served = 0;
  const queue: (() => void)[] = [];
  const store: ObjectStore = {
    ...inner,
    async put(key, bytes, options) {
      seen.under += 1;
      seen.most = Math.max(seen.most, seen.under);
      if (served >= serves) await new Promise<void>((go) => queue.push(go));
      else served += 1;
      await clock.sleep(latency);
      const next = queue.shift();
      if (next) next();
      else served -= 1;
      seen.under -= 1;
      if (seen.isThrottling) throw new StoreError('throttled', 'by script');
      return inner.put(key, bytes, options);
    },
  };
  return { store, seen };
}

async function putMany(store: ObjectStore, count: number, then: () => void = () => {}): Promise<void> {
  const keys = Array.from({ length: count }, (_, nth) => `k${nth}`);
  await each(keys, AT_ONCE, async (key) => {
    await store.put(key, body).catch(refusal);
    then();
  });
}

const over = (store: ObjectStore, requests: InFlight) => bounded(store, { requests, bytes: createByteGate() });

test('of a far store to the most that the engine asks for', async () => {
  const clock = createManualClock();
  const { store, seen } = far(clock, 20);
  const requests = createInFlight(clock);
  const done = putMany(over(store, requests), 500);
  await clock.advance(15);
  expect(seen.most).toBe(BOUNDS.start);
  await clock.advance(5_000);
  await done;
  expect([requests.limit, seen.most, requests.taken]).toEqual([64, 64, 0]);
});

test('of one that serves few at once not many more', async () => {
  const clock = createManualClock();
  const { store } = far(clock, 20, 8);
  const requests = createInFlight(clock);
  const done = putMany(over(store, requests), 500);
  await clock.advance(60_000);
  await done;
  expect(requests.limit).toBeLessThanOrEqual(18);
});

test.each([4, 8, 16, 24, 40, 64])(
  'where %i are served at once all is done no later than with 16 places, and three round trips after 64 of them at most',
  async (serves) => {
    const latency = 20;
    const took = async (open: (clock: Clock) => InFlight): Promise<number> => {
      const clock = createManualClock();
      const begun = clock.monotonic();
      let ended = begun;
      const done = putMany(over(far(clock, latency, serves).store, open(clock)), 600, () => {
        ended = clock.monotonic();
      });
      await clock.advance(60_000);
      await done;
      return ended - begun;
    };
    const fixed = (places: number) => () => createBudget({ requests: places }).requests;
    const [own, few, many] = [await took(createInFlight), await took(fixed(16)), await took(fixed(64))];
    expect(own).toBeLessThanOrEqual(few);
    expect(own).toBeLessThanOrEqual(many + 3 * latency);
  },
);

test('asked for less by many answers at once, they become fewer once; and more again afterwards', async () => {
  const clock = createManualClock();
  const { store, seen } = far(clock, 20);
  const requests = createInFlight(clock);
  const within = over(store, requests);
  const before = putMany(within, 500);
  await clock.advance(5_000);
  await before;
  seen.isThrottling = true;
  const refused = putMany(within, 64);
  await clock.advance(1_000);
  await refused;
  expect(requests.limit).toBe(32);
  seen.isThrottling = false;
  const after = putMany(within, 5_000);
  await clock.advance(60_000);
  await after;
  expect(requests.limit).toBe(64);
});

test('when few are asked for, nothing is learned from it', async () => {
  const clock = createManualClock();
  const { store } = far(clock, 20);
  const requests = createInFlight(clock);
  const within = over(store, requests);
  for (let nth = 0; nth < 100; nth += 1) {
    const one = within.put('it', body);
    await clock.advance(20);
    await one;
  }
  expect(requests.limit).toBe(BOUNDS.start);
});

test('two folders on one remote share its places, and other remotes have their own', () => {
  const remotes = createRemotes(systemClock);
  const [one, same, other] = ['a', 'a', 'b'].map((name) => remotes(name, {}).budget);
  expect(one?.requests).toBe(same?.requests);
  expect(one?.requests).not.toBe(other?.requests);
  expect(one?.bytes).toBe(other?.bytes);
});

/** The dev S3 server behind all layers, its answers late by so many milliseconds. */
async function served(ms: number) {
  const server = await startS3Server({ buckets: ['b'] });
  server.faults.add({ match: {}, fault: { kind: 'latency', ms } });
  const { endpoint, region, credentials } = server;
  const plain = openS3Store({ bucket: 'b', prefix: 'p', region, endpoint, forcePathStyle: true, credentials });
  const requests = createInFlight(systemClock);
  const quick = { firstDelayMs: 4, longestDelayMs: 20, longestPatienceMs: 20 };
  const store = retrying(over(plain, requests), { clock: systemClock, ids: systemIds, ...quick });
  const limits: number[] = [];
  const play = (count: number) => putMany(store, count, () => limits.push(requests.limit));
  const close = async () => {
    store.close();
    await server.stop();
  };
  return { server, requests, limits, play, close };
}

test('on a server 60 ms away they become more', async () => {
  const { limits, play, close } = await served(60);
  await play(400);
  expect(Math.max(...limits)).toBe(BOUNDS.most);
  await close();
});

test('where every twentieth answer is 503 they become fewer, and everything arrives', async () => {
  const { server, requests, limits, play, close } = await served(5);
  const slowDown = { kind: 'status', status: 503, code: 'SlowDown' } as const;
  for (let nth = 1; nth <= 15; nth += 1)
    server.faults.add({ match: { method: 'PUT', after: 20 * nth, times: 1 }, fault: slowDown });
  await play(400);
  expect(Math.min(...limits)).toBeLessThan(BOUNDS.start);
  expect(requests.taken).toBe(0);
  const puts = server.requests.log.filter(({ method, status }) => method === 'PUT' && status === 200);
  expect(puts).toHaveLength(400);
  await close();
});
