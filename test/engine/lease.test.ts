import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemIds } from '../../src/adapters/system.ts';
import {
  judgeLease,
  type LeaseObservation,
  remainingValidity,
  withForcedRelease,
} from '../../src/core/format/lease-record.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import { type AcquireLease, acquireLease } from '../../src/engine/lease/acquire-lease.ts';
import type { Lease } from '../../src/engine/lease/lease.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createRegister } from '../../src/engine/remote/register.ts';
import { createFaultyStore } from '../support/faulty-store.ts';
import { createManualClock, type ManualClock, settled } from '../support/manual-clock.ts';

const TTL = 30_000;
const DAY = 86_400_000;

const head = { format: 1, datastoreId: 'd', epoch: 3, nonce: 'n', commit: null, recentCommits: [] } as const;
const held = { nonce: 'theirs', ttlMs: TTL } as LeaseRecord;

const verdicts: Record<string, [Partial<LeaseObservation>, string]> = {
  'no register: free': [{ head: null }, 'free'],
  'no lease in it: free': [{ head: { ...head, lease: null } }, 'free'],
  'our own nonce: ours': [{ ourNonce: 'theirs' }, 'ours'],
  'another, just seen: held': [{ unchangedMs: 0 }, 'held'],
  'another, unchanged for a moment less than its ttl: held': [{ unchangedMs: TTL - 1 }, 'held'],
  'another, unchanged for a whole ttl: stale': [{ unchangedMs: TTL }, 'stale'],
  'two ttls old by the clock of the store: held': [{ storeAgeMs: 2 * TTL }, 'held'],
  'dead for long by the clock of the store: stale at once': [{ storeAgeMs: 2 * TTL + 1 }, 'stale'],
};

test.each(Object.entries(verdicts))('judged: %s', (_title, [seen, verdict]) => {
  const observation = { head: { ...head, lease: held }, ourNonce: null, unchangedMs: 0, storeAgeMs: null, ...seen };
  expect(judgeLease(observation).kind).toBe(verdict);
});

const validity: Record<string, [wall: number, monotonic: number, left: number]> = {
  'nothing has passed': [0, 0, 22_500],
  'both clocks agree': [10_000, 10_000, 12_500],
  'the monotonic clock stood still in suspend': [DAY, 5, 22_500 - DAY],
  'the wall clock was set back': [-DAY, 10_000, 12_500],
};

test.each(Object.entries(validity))('own validity: %s', (_title, [wall, monotonic, left]) => {
  expect(remainingValidity({ wall: 0, monotonic: 0 }, { wall, monotonic }, TTL)).toBe(left);
});

test('an empty prefix: the first head is made, after asking whether it is empty', async () => {
  const { client } = await onStore();
  let asked = 0;
  const alice = client('alice');
  const lease = await alice.acquire({ beforeFirstHead: async () => void (asked += 1) });
  expect(asked).toBe(1);
  expect(lease.epoch).toBe(1);
  expect((await alice.read())?.lease).toMatchObject({ holder: 'alice@host', purpose: 'test', ttlMs: TTL });
});

test('a free register: acquired under the next epoch; released under the same', async () => {
  const { client } = await onStore();
  const alice = client('alice');
  await (await alice.acquire()).release();
  const lease = await alice.acquire();
  expect(lease.epoch).toBe(2);
  await lease.release();
  expect(await alice.read()).toMatchObject({ epoch: 2, lease: null });
});

test('a held one: waits, tells who holds it, and gets it when it is given back', async () => {
  const { client, clock } = await onStore();
  const first = await client('alice').acquire();
  const seen: string[] = [];
  const waiting = client('bob').acquire({ waitMs: 60_000, onWait: ({ holder }) => seen.push(holder) });
  await clock.advance(5_000);
  expect(seen[0]).toBe('alice@host');
  await first.release();
  await clock.advance(5_000);
  expect((await waiting).epoch).toBe(2);
});

test('a held one, waiting is over: locked, with the holder', async () => {
  const { client, clock } = await onStore();
  await client('alice').acquire();
  const refused = client('bob')
    .acquire({ waitMs: 5_000 })
    .catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await refused).toMatchObject({ kind: 'locked', details: { holder: 'alice@host', purpose: 'test' } });
  await expect(client('bob').acquire({ waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
});

test('waiting can be stopped', async () => {
  const { client, clock } = await onStore();
  await client('alice').acquire();
  const stop = new AbortController();
  const refused = client('bob')
    .acquire({ waitMs: 60_000, signal: stop.signal })
    .catch((error: unknown) => error);
  await clock.advance(3_000);
  stop.abort();
  expect(await refused).toMatchObject({ kind: 'cancelled' });
});

test('kept for hours by renewing; no other gets it, the nonce of the tenure stays', async () => {
  const { client, clock, inner } = await onStore();
  const alice = client('alice');
  const lease = await alice.acquire();
  const refused = client('bob')
    .acquire({ waitMs: 2 * 3_600_000 })
    .catch((error: unknown) => error);
  await clock.advance(3_600_000);
  expect(lease.signal.aborted).toBe(false);
  lease.assertValid();
  expect((await alice.read())?.lease?.nonce).toBe(lease.record.nonce);
  expect(Date.parse((await alice.read())?.lease?.renewedAt ?? '')).toBeGreaterThan(clock.now() - TTL);
  await lease.release();
  await clock.advance(10_000);
  expect(((await refused) as Lease).epoch).toBe(2);
  expect(inner.traffic.requests).toBeGreaterThan(100);
});

test.each([
  ['a day ahead', DAY],
  ['a day behind', -DAY],
])(
  'wall clocks %s change nothing: a live lease is not stolen, a dead one is, after a ttl of standing still',
  async (_title, skew) => {
    const { client, clock } = await onStore();
    const other = createManualClock({ wall: clock.now() + skew });
    const alice = client('alice');
    const lease = await alice.acquire();
    const bob = client('bob', { clock: other });
    const outcome = bob.acquire({ waitMs: 10 * TTL });
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      await other.advance(1_000);
    }
    expect(lease.signal.aborted).toBe(false);
    // Alice's process is stopped: nothing of hers runs any more.
    await other.advance(TTL - 3_000);
    expect((await alice.read())?.lease?.nonce).toBe(lease.record.nonce);
    await other.advance(15_000);
    expect((await outcome).epoch).toBe(2);
  },
);

test('a lease that is dead for days by the clock of the store is taken at once', async () => {
  const { client, clock } = await onStore();
  const alice = client('alice', { clock: createManualClock({ wall: clock.now() }) });
  await alice.acquire();
  clock.jump(3 * DAY);
  expect((await client('bob').acquire({ waitMs: 0 })).epoch).toBe(2);
});

test('a store that names no time of the register: its age is not known, and a living holder keeps the lease', async () => {
  const { client, store, inner } = await onStore();
  await client('alice').acquire();
  store.get = async (key, options) => {
    const found = await inner.get(key, options);
    return found.kind === 'found' ? { ...found, lastModified: 0 } : found;
  };
  await expect(client('bob').acquire({ waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
});

test('the holder slept: on waking it knows that its time is over, before it writes anything', async () => {
  const { client, clock } = await onStore();
  const alice = client('alice');
  const lease = await alice.acquire();
  clock.jump(TTL);
  expect(() => lease.assertValid()).toThrow(expect.objectContaining({ kind: 'lease-lost' }));
  expect(lease.signal.aborted).toBe(true);
});

test('the wall clock stands still or is set back: the monotonic one ends the tenure', async () => {
  const { client, clock, store } = await onStore();
  const lease = await client('alice').acquire();
  store.plan({ on: 'put', key: /^head/, times: 999, fault: { kind: 'fail-before', error: 'unreachable' } });
  clock.jump(-DAY);
  await clock.advance(0.75 * TTL + 1);
  expect(lease.signal.aborted).toBe(true);
});

test('a renewal whose answer is lost is a renewal', async () => {
  const { client, clock, store } = await onStore();
  const lease = await client('alice').acquire();
  for (let round = 0; round < 20; round += 1) {
    store.plan({ on: 'put', key: /^head/, fault: { kind: 'fail-after', error: 'unreachable' } });
    await clock.advance(TTL / 3);
  }
  expect(lease.signal.aborted).toBe(false);
});

test('validity counts from when the renewal was sent, not from when it was answered', async () => {
  const { client, clock, store } = await onStore();
  const lease = await client('alice').acquire();
  let answer = () => {};
  store.plan({
    on: 'put',
    key: /^head/,
    fault: { kind: 'afterwards', run: () => new Promise<void>((done) => (answer = done)) },
  });
  store.plan({ on: 'put', key: /^head/, times: 999, fault: { kind: 'fail-before', error: 'unreachable' } });
  await clock.advance(TTL / 3);
  await clock.advance(9_000);
  answer();
  await settled();
  await clock.advance(0.75 * TTL - 9_000 - 1);
  expect(lease.signal.aborted).toBe(false);
  await clock.advance(2);
  expect(lease.signal.aborted).toBe(true);
});

test('stolen: the next renewal notices, the signal aborts, and nothing is written after', async () => {
  const { client, clock, store } = await onStore();
  const alice = client('alice');
  const lease = await alice.acquire();
  const thief = client('thief');
  await thief.steal(lease.record.nonce);
  const stolen = await thief.acquire();
  store.forget();
  await clock.advance(TTL / 3 + 1);
  expect(lease.signal.aborted).toBe(true);
  expect(lease.signal.reason).toMatchObject({ kind: 'lease-lost' });
  await lease.release();
  await clock.advance(5 * TTL);
  const writes = store.puts().length;
  expect((await alice.read())?.lease?.nonce).toBe(stolen.record.nonce);
  expect(stolen.signal.aborted).toBe(false);
  await expect(lease.commit(pointer, null, {})).rejects.toMatchObject({ kind: 'lease-lost' });
  expect(store.puts().length).toBe(writes);
});

test('a renewal under way when the tenure ends is not sent again', async () => {
  const { client, clock, store } = await onStore();
  const lease = await client('alice').acquire();
  store.plan({ on: 'put', key: /^head/, times: 999, fault: { kind: 'fail-before', error: 'unreachable' } });
  store.plan({ on: 'get', key: /^head/, fault: { kind: 'between', run: () => clock.sleep(TTL / 2) } });
  lease.signal.addEventListener('abort', () => store.forget());
  await clock.advance(10 * TTL);
  expect(lease.signal.aborted).toBe(true);
  expect(store.puts()).toEqual([]);
});

test('thirty-two stealers of one dead lease: exactly one at a time, and all in the end', async () => {
  const { client, clock } = await onStore();
  const dead = createManualClock({ wall: clock.now() });
  await client('dead', { clock: dead }).acquire();
  const winners: number[] = [];
  const stealing = Array.from({ length: 32 }, (_, index) =>
    client(`thief-${index}`)
      .acquire({ waitMs: 40 * TTL })
      .then((lease) => {
        winners.push(lease.epoch);
        return lease;
      }),
  );
  await clock.advance(TTL + 10_000);
  expect(winners).toHaveLength(1);
  const first = await Promise.race(stealing);
  expect(first.epoch).toBe(2);
  await clock.advance(3 * TTL);
  expect(winners).toHaveLength(1);
  expect(first.signal.aborted).toBe(false);
  await first.release();
  await clock.advance(30_000);
  expect(winners).toHaveLength(2);
  expect(new Set(winners).size).toBe(2);
});

test('thirty-two at once on an empty prefix: one first head, one winner', async () => {
  const { client, clock } = await onStore();
  const outcomes = Array.from({ length: 32 }, (_, index) =>
    client(`client-${index}`)
      .acquire({ waitMs: 5_000 })
      .then(
        () => 'won',
        (error: { kind: string }) => error.kind,
      ),
  );
  await clock.advance(40_000);
  const ends = await Promise.all(outcomes);
  expect(ends.filter((end) => end === 'won')).toHaveLength(1);
  expect(ends.filter((end) => end === 'locked')).toHaveLength(31);
});

test('release never touches a successor', async () => {
  const { client, clock } = await onStore();
  const lease = await client('alice').acquire();
  const bob = client('bob');
  await bob.steal(lease.record.nonce);
  const next = await bob.acquire();
  await lease.release();
  expect((await bob.read())?.lease?.nonce).toBe(next.record.nonce);
  await clock.advance(TTL);
  expect(next.signal.aborted).toBe(false);
});

test.each([
  ['after the effect', 'fail-after'],
  ['before the effect', 'fail-before'],
] as const)('the answer to a release is lost %s: free in the end', async (_title, kind) => {
  const { client, clock, store } = await onStore();
  const alice = client('alice');
  const lease = await alice.acquire();
  store.plan({ on: 'put', key: /^head/, fault: { kind, error: 'unreachable' } });
  const released = lease.release();
  await clock.advance(3_000);
  await released;
  expect((await alice.read())?.lease).toBeNull();
});

test('a release that gets no answer at all takes three seconds and no more', async () => {
  const { client, clock, store } = await onStore();
  const lease = await client('alice').acquire();
  store.plan({ on: 'put', key: /^head/, fault: { kind: 'between', run: () => new Promise(() => {}) } });
  let done = false;
  const released = lease.release().then(() => (done = true));
  await clock.advance(2_900);
  expect(done).toBe(false);
  await clock.advance(200);
  expect(done).toBe(true);
  await released;
});

test('an acquire whose answer is lost is an acquire, and its time counts from when it was sent', async () => {
  const { client, clock, store } = await onStore();
  await (await client('alice').acquire()).release();
  // Neither the answers nor the first readings back arrive; then the store answers again.
  store.plan({ on: 'put', key: /^head/, times: 4, fault: { kind: 'fail-after', error: 'unreachable' } });
  const readings = store.plan({
    on: 'get',
    key: /^head/,
    skip: 1,
    times: 4,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  const sentAt = clock.monotonic();
  const taken: Lease[] = [];
  const acquiring = client('bob')
    .acquire()
    .then((won) => {
      taken.push(won);
      return won;
    });
  for (let step = 0; step < 200 && taken.length === 0; step += 1) await clock.advance(100);
  const won = await acquiring;
  expect(readings.hits()).toBe(4);
  const waited = clock.monotonic() - sentAt;
  expect(waited).toBeGreaterThan(1_000);
  store.plan({ on: 'put', key: /^head/, times: 999, fault: { kind: 'fail-before', error: 'unreachable' } });
  await clock.advance(0.75 * TTL - waited + 50);
  expect(won.signal.aborted).toBe(true);
});

test.each(['stopped', 'offline'] as const)(
  'an acquire that is won, and then %s before it is sure, does not stay locked',
  async (why) => {
    const { client, clock, store } = await onStore();
    const alice = client('alice');
    await (await alice.acquire()).release();
    const stop = new AbortController();
    store.plan({
      on: 'put',
      key: /^head/,
      fault: { kind: 'afterwards', run: () => why === 'stopped' && stop.abort() },
    });
    if (why === 'offline')
      store.plan({ on: 'get', key: /^head/, skip: 1, times: 2, fault: { kind: 'fail-before', error: 'unreachable' } });
    const refused = client('bob')
      .acquire({ signal: stop.signal })
      .catch((error: { kind: string }) => error.kind);
    await clock.advance(5_000);
    expect(await refused).toBe(why === 'stopped' ? 'aborted' : 'unreachable');
    expect((await alice.read())?.lease).toBeNull();
  },
);

test('an acquire that was ended before it was sure is another tenure the next time: who was shown the first cannot end the second', async () => {
  const { client, clock, store } = await onStore();
  const alice = client('alice');
  const bob = client('bob');
  await (await alice.acquire()).release();
  let shown = '';
  const end = async () => {
    shown = (await bob.read())?.lease?.nonce ?? '';
    await bob.steal(shown);
  };
  store.plan({ on: 'put', key: /^head/, fault: { kind: 'afterwards', run: end } });
  const acquiring = alice.acquire();
  await clock.advance(5_000);
  const lease = await acquiring;
  expect(shown).not.toBe('');
  expect(lease.record.nonce).not.toBe(shown);
  await bob.read();
  await bob.steal(shown);
  expect((await alice.read())?.lease?.nonce).toBe(lease.record.nonce);
});

test('a commit keeps the lease; a commit planned on another parent is not made, and the lease stays', async () => {
  const { client } = await onStore();
  const alice = client('alice');
  const lease = await alice.acquire();
  expect((await lease.commit(pointer, null, {})).kind).toBe('won');
  expect(await alice.read()).toMatchObject({ commit: { id: 'c1' }, lease: { nonce: lease.record.nonce }, epoch: 1 });
  expect((await lease.commit({ ...pointer, id: 'c2' }, null, {})).kind).toBe('declined');
  expect(lease.signal.aborted).toBe(false);
  expect((await alice.read())?.commit?.id).toBe('c1');
});

const pointer = {
  generation: 1,
  id: 'c1',
  key: 'commits/0000000001-c1.json',
  sha256: '0'.repeat(64),
  committedAt: '2026-01-01T00:00:00.000Z',
  by: 'alice@host',
};

/** Clients with registers of their own over one store. Random waits are the same in each run. */
async function onStore() {
  const clock = createManualClock();
  const inner = createMemoryStore({ codec: nodeCodec, clock });
  const store = createFaultyStore(inner);
  return {
    clock,
    inner,
    store,
    client: (name: string, options: { clock?: ManualClock } = {}) => client(name, store, options.clock ?? clock),
  };
}

function client(name: string, store: ObjectStore, clock: ManualClock) {
  let seed = name.length + (name.codePointAt(name.length - 1) ?? 0);
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const ids = { ...systemIds, random };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const register = createRegister(store, clock, ids, log);
  const identity = {
    holder: `${name}@host`,
    user: name,
    hostname: 'host',
    pid: 1,
    workspace: name,
    tool: 'cli',
  } as const;
  return {
    acquire: (options: Partial<AcquireLease> = {}): Promise<Lease> =>
      acquireLease(
        { register, clock, ids, log, identity, ttlMs: TTL },
        { purpose: 'test', waitMs: 0, beforeFirstHead: async () => {}, ...options },
      ),
    read: async () => (await register.read()).head,
    async steal(nonce: string) {
      await register.read();
      await register.swap((now) => now && withForcedRelease(now, ids.nonce(), nonce));
    },
  };
}
