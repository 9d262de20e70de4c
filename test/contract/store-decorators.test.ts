import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { bounded, createBudget } from '../../src/adapters/store/bounded.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { StoreError, type StoreErrorKind, SyncError } from '../../src/core/errors.ts';
import type { Clock, ObjectStore, PutOptions } from '../../src/engine/ports.ts';
import { collect, expectRefusal, refusal } from './store/check.ts';

const memory = () => createMemoryStore({ codec: nodeCodec, clock: { now: () => 0 } });
const ofSize = (size: number) => new Uint8Array(size);
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A memory store whose puts wait until they are let through, in the order they arrived. */
function gated() {
  const inner = memory();
  const arrived: { readonly key: string; readonly pass: () => void }[] = [];
  const put: ObjectStore['put'] = async (key, body, options) => {
    await new Promise<void>((pass) => arrived.push({ key, pass }));
    return inner.put(key, body, options);
  };
  return { store: { ...inner, put }, arrived, inner };
}

interface Waiting {
  readonly says: string;
  readonly limits: { readonly requests: number; readonly bytes: number };
  readonly sizes: readonly number[];
  /** How many puts have arrived at first, and after each one that is let through. */
  readonly arrivals: readonly number[];
  readonly options?: PutOptions;
}

const waiting: readonly Waiting[] = [
  {
    says: 'no more requests at once than agreed',
    limits: { requests: 2, bytes: 99 },
    sizes: [1, 1, 1, 1],
    arrivals: [2, 3, 4, 4, 4],
  },
  {
    says: 'no more bytes at once than agreed',
    limits: { requests: 9, bytes: 10 },
    sizes: [4, 4, 4, 4],
    arrivals: [2, 3, 4, 4, 4],
  },
  {
    says: 'an item larger than the budget passes alone',
    limits: { requests: 9, bytes: 10 },
    sizes: [4, 50, 4],
    arrivals: [1, 2, 3, 3],
  },
  {
    says: 'a large item is not overtaken by small ones',
    limits: { requests: 9, bytes: 10 },
    sizes: [6, 8, 1, 1],
    arrivals: [1, 4, 4, 4, 4],
  },
  {
    says: 'bodies without bytes need no bytes',
    limits: { requests: 9, bytes: 10 },
    sizes: [10, 0, 0],
    arrivals: [3, 3, 3, 3],
  },
  {
    says: 'puts that are sent once wait for nothing',
    limits: { requests: 1, bytes: 1 },
    sizes: [5, 5, 5],
    arrivals: [3, 3, 3, 3],
    options: { once: true },
  },
];

describe('bounded', () => {
  test.each(waiting)('$says', async ({ limits, sizes, arrivals, options }) => {
    const { store, arrived } = gated();
    const budget = createBudget(limits);
    const within = bounded(store, budget);
    const puts = sizes.map((size, index) => within.put(`key-${index}`, ofSize(size), options));
    for (const [passed, expected] of arrivals.entries()) {
      if (passed > 0) arrived[passed - 1]?.pass();
      await settled();
      expect(arrived.map(({ key }) => key).toSorted()).toEqual(
        sizes.slice(0, expected).map((_, index) => `key-${index}`),
      );
    }
    await Promise.all(puts);
    expect([budget.requests.taken, budget.bytes.taken]).toEqual([0, 0]);
  });

  test('one who gives up waiting leaves the queue, and the next moves up', async () => {
    const { store, arrived } = gated();
    const within = bounded(store, createBudget({ requests: 9, bytes: 10 }));
    const stop = new AbortController();
    const first = within.put('first', ofSize(5));
    const large = within.put('large', ofSize(9), { signal: stop.signal });
    const small = within.put('small', ofSize(5));
    await settled();
    expect(arrived.map(({ key }) => key)).toEqual(['first']);
    stop.abort();
    await expectRefusal(large, 'aborted');
    await settled();
    expect(arrived.map(({ key }) => key)).toEqual(['first', 'small']);
    for (const { pass } of arrived) pass();
    await Promise.all([first, small]);
  });

  type Ending = (body: AsyncIterator<Uint8Array>, stop: () => void) => Promise<unknown>;
  const endings: readonly (readonly [string, Ending])[] = [
    ['is read to its end', (body) => collect({ [Symbol.asyncIterator]: () => body })],
    ['is given up after a part', async (body) => [await body.next(), await body.return?.()]],
    ['is given up before the first part', async (body) => body.return?.()],
    ['is stopped by its signal and never read', async (_body, stop) => stop()],
    [
      'is stopped by its signal while it is read',
      async (body, stop) => [await body.next(), stop(), await body.next().catch(refusal)],
    ],
  ];
  test.each(endings)('the bytes of a GET count until its body %s', async (_how, end) => {
    const inner = memory();
    await inner.put('it', ofSize(200_000));
    const budget = createBudget();
    const stop = new AbortController();
    const found = await bounded(inner, budget).get('it', { signal: stop.signal });
    if (found.kind !== 'found') throw new Error('not found');
    await settled();
    expect([budget.requests.taken, budget.bytes.taken]).toEqual([1, 200_000]);
    await end(found.body[Symbol.asyncIterator](), () => stop.abort());
    expect([budget.requests.taken, budget.bytes.taken]).toEqual([0, 0]);
  });

  test('a stop at any moment of a GET gives back what it took', async () => {
    const inner = memory();
    await inner.put('it', ofSize(5));
    const budget = createBudget();
    for (let moments = 0; moments < 30; moments += 1) {
      const stop = new AbortController();
      const getting = bounded(inner, budget).get('it', { signal: stop.signal }).catch(refusal);
      for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
      stop.abort();
      await getting;
      expect([moments, budget.requests.taken, budget.bytes.taken]).toEqual([moments, 0, 0]);
    }
  });

  test('failures and unchanged objects give back what they took', async () => {
    const inner = memory();
    const budget = createBudget({ requests: 1, bytes: 1 });
    const within = bounded(inner, budget);
    const { etag } = await within.put('it', ofSize(5));
    expect(await within.get('it', { ifNoneMatch: etag })).toEqual({ kind: 'unchanged' });
    await expectRefusal(within.get('none'), 'missing');
    await expectRefusal(within.copy('none', 'to'), 'missing');
    await expectRefusal(within.put('it', ofSize(5), { condition: { kind: 'absent' } }), 'precondition');
    expect([budget.requests.taken, budget.bytes.taken]).toEqual([0, 0]);
  });
});

/** A clock that only sleeping moves, and that remembers. */
function sleeper() {
  const slept: number[] = [];
  let at = 0;
  const clock: Clock = {
    now: () => at,
    monotonic: () => at,
    sleep: async (ms, signal) => {
      if (signal?.aborted) throw new SyncError('cancelled', 'Stopped.', '');
      slept.push(ms);
      at += ms;
    },
    after: () => () => {},
  };
  return { clock, slept };
}

type Call = (store: ObjectStore) => Promise<unknown>;

interface Failing {
  readonly says: string;
  readonly call: Call;
  readonly fails: readonly StoreErrorKind[];
  readonly attempts: number;
  readonly ends: StoreErrorKind | 'done';
}

const putWith =
  (options: PutOptions): Call =>
  (store) =>
    store.put('it', ofSize(1), options);
const condition = { kind: 'match', etag: '"0"' } as const;

const failing: readonly Failing[] = [
  {
    says: 'a put that fails twice is sent three times',
    call: putWith({}),
    fails: ['busy', 'unreachable'],
    attempts: 3,
    ends: 'done',
  },
  {
    says: 'a create too',
    call: putWith({ condition: { kind: 'absent' } }),
    fails: ['unreachable'],
    attempts: 2,
    ends: 'done',
  },
  {
    says: 'a create in conflict too',
    call: putWith({ condition: { kind: 'absent' } }),
    fails: ['conflict'],
    attempts: 2,
    ends: 'done',
  },
  {
    says: 'a put that is to be sent once is',
    call: putWith({ once: true }),
    fails: ['busy'],
    attempts: 1,
    ends: 'busy',
  },
  {
    says: 'a create that is to be sent once is',
    call: putWith({ once: true, condition: { kind: 'absent' } }),
    fails: ['unreachable'],
    attempts: 1,
    ends: 'unreachable',
  },
  {
    says: 'replacing a named version is never sent again',
    call: putWith({ condition }),
    fails: ['busy'],
    attempts: 1,
    ends: 'busy',
  },
  {
    says: 'what another try cannot help is not tried',
    call: putWith({}),
    fails: ['denied'],
    attempts: 1,
    ends: 'denied',
  },
  {
    says: 'a stop is not tried again',
    call: (store) => store.get('it'),
    fails: ['aborted'],
    attempts: 1,
    ends: 'aborted',
  },
  {
    says: 'five attempts and no more',
    call: (store) => store.head('it'),
    fails: Array(9).fill('busy'),
    attempts: 5,
    ends: 'busy',
  },
  { says: 'GET', call: (store) => store.get('it'), fails: ['busy'], attempts: 2, ends: 'done' },
  { says: 'LIST', call: (store) => store.list(''), fails: ['busy'], attempts: 2, ends: 'done' },
  { says: 'DELETE', call: (store) => store.delete('it'), fails: ['busy'], attempts: 2, ends: 'done' },
  { says: 'COPY', call: (store) => store.copy('it', 'to'), fails: ['busy'], attempts: 2, ends: 'done' },
];

/** A store whose next calls fail in turn. */
function faulty(fails: readonly StoreErrorKind[]) {
  const inner = memory();
  const left = [...fails];
  const counter = { attempts: 0 };
  const trip =
    <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
    async (...args: A) => {
      counter.attempts += 1;
      const kind = left.shift();
      if (kind !== undefined) throw new StoreError(kind, 'as scripted');
      return run(...args);
    };
  const store: ObjectStore = {
    ...inner,
    get: trip((...args: Parameters<ObjectStore['get']>) => inner.get(...args)),
    put: trip((...args: Parameters<ObjectStore['put']>) => inner.put(...args)),
    head: trip((...args: Parameters<ObjectStore['head']>) => inner.head(...args)),
    list: trip((...args: Parameters<ObjectStore['list']>) => inner.list(...args)),
    delete: trip((...args: Parameters<ObjectStore['delete']>) => inner.delete(...args)),
    copy: trip((...args: Parameters<ObjectStore['copy']>) => inner.copy(...args)),
  };
  return { store, inner, counter };
}

describe('retrying', () => {
  test.each(failing)('$says', async ({ call, fails, attempts, ends }) => {
    const { store, inner, counter } = faulty(fails);
    const { clock, slept } = sleeper();
    if (!call.toString().includes('put')) await inner.put('it', ofSize(1));
    const outcome = await call(retrying(store, { clock, ids: fixedIds(0.5), attempts: 5 })).then(() => 'done', refusal);
    expect([outcome, counter.attempts, slept.length]).toEqual([ends, attempts, attempts - 1]);
  });

  test('pauses grow by two up to the longest, and are a random part of that', async () => {
    const { store } = faulty(Array(9).fill('busy'));
    const { clock, slept } = sleeper();
    const options = {
      clock,
      ids: fixedIds(0.5),
      attempts: 7,
      firstDelayMs: 100,
      longestDelayMs: 1_000,
      deadlineMs: 1e9,
    };
    await expectRefusal(retrying(store, options).list(''), 'busy');
    expect(slept).toEqual([100, 200, 400, 500, 500, 500]);
  });

  test('no attempt begins after the deadline', async () => {
    const { store, counter } = faulty(Array(99).fill('busy'));
    const { clock } = sleeper();
    const options = {
      clock,
      ids: fixedIds(0.5),
      attempts: 99,
      firstDelayMs: 1_000,
      longestDelayMs: 1_000,
      deadlineMs: 2_000,
    };
    await expectRefusal(retrying(store, options).list(''), 'busy');
    expect(counter.attempts).toBe(5);
  });

  test('an attempt that took longer than the deadline is followed by another', async () => {
    const { store, counter } = faulty(['unreachable']);
    const { clock } = sleeper();
    const slow: ObjectStore = { ...store, list: async (prefix) => (await clock.sleep(9_000), store.list(prefix)) };
    await retrying(slow, { clock, ids: fixedIds(0.5), deadlineMs: 2_000 }).list('');
    expect(counter.attempts).toBe(2);
  });

  test('a stop during a pause ends it with aborted', async () => {
    const { store, counter } = faulty(['busy']);
    const { clock } = sleeper();
    const stop = new AbortController();
    const waiting: Clock = { ...clock, sleep: async (ms, signal) => (stop.abort(), clock.sleep(ms, signal)) };
    const patient = retrying(store, { clock: waiting, ids: fixedIds(0.5) });
    await expectRefusal(patient.list('', { signal: stop.signal }), 'aborted');
    expect(counter.attempts).toBe(1);
  });
});

function fixedIds(random: number) {
  return { uuid: () => 'uuid', nonce: () => 'nonce', random: () => random };
}
