import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemIds } from '../../src/adapters/system.ts';
import { StoreError } from '../../src/core/errors.ts';
import { serialiseHead } from '../../src/core/format/head-record.ts';
import { firstHead, withNewLease } from '../../src/core/format/lease-record.ts';
import type { Head, LeaseRecord } from '../../src/core/format/records.ts';
import type { Log, ObjectStore } from '../../src/engine/ports.ts';
import { HEAD_KEY } from '../../src/engine/remote/head-object.ts';
import { createRegister, type Register } from '../../src/engine/remote/register.ts';
import { createFaultyStore, type FaultyStore } from '../support/faulty-store.ts';
import { createManualClock } from '../support/manual-clock.ts';

interface Row {
  /** Before the swap is sent. `write` is another writer. */
  readonly given: (at: { store: FaultyStore; inner: ObjectStore; write: (nonce: string) => Promise<void> }) => unknown;
  /** Of the outcome, or of the error. */
  readonly ends: string;
  /** Times the register was put by us. */
  readonly sends: number;
  /** Whether our write stands at the end. */
  readonly stands: boolean;
}

const put = { on: 'put', key: /^head/ } as const;
const readBack = { on: 'get', key: /^head/ } as const;
const ALWAYS = 99;

const rows: Record<string, Row> = {
  'answered 200: won at once': { given: () => {}, ends: 'won', sends: 1, stands: true },
  'another has written since we read: lost': {
    given: ({ write }) => write('theirs'),
    ends: 'lost',
    sends: 1,
    stands: false,
  },
  'the answer is lost after the effect: won': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-after', error: 'unreachable' } }),
    ends: 'won',
    sends: 1,
    stands: true,
  },
  'a 5xx after the effect: won': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-after', error: 'busy' } }),
    ends: 'won',
    sends: 1,
    stands: true,
  },
  'a 412 after the effect, from a gateway that sent it twice: won': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-after', error: 'precondition' } }),
    ends: 'won',
    sends: 1,
    stands: true,
  },
  'lost on the way before the effect: the same bytes again, won': {
    given: ({ store }) => store.plan({ ...put, times: 2, fault: { kind: 'fail-before', error: 'unreachable' } }),
    ends: 'won',
    sends: 3,
    stands: true,
  },
  '409: back off, read, try again': {
    given: ({ store }) => store.plan({ ...put, times: 2, fault: { kind: 'fail-before', error: 'conflict' } }),
    ends: 'won',
    sends: 3,
    stands: true,
  },
  'no answer ever: unknown': {
    given: ({ store }) => store.plan({ ...put, times: ALWAYS, fault: { kind: 'fail-before', error: 'unreachable' } }),
    ends: 'unknown',
    sends: 4,
    stands: false,
  },
  'written, but neither an answer nor a reading back arrives: unknown': {
    given({ store }) {
      store.plan({ ...put, times: ALWAYS, fault: { kind: 'fail-after', error: 'busy' } });
      store.plan({ ...readBack, times: ALWAYS, fault: { kind: 'fail-before', error: 'unreachable' } });
    },
    ends: 'unknown',
    sends: 4,
    stands: true,
  },
  'the first reading back fails, the second tells: won': {
    given({ store }) {
      store.plan({ ...put, fault: { kind: 'fail-after', error: 'busy' } });
      store.plan({ ...readBack, fault: { kind: 'fail-before', error: 'busy' } });
    },
    ends: 'won',
    sends: 2,
    stands: true,
  },
  '412 though the named version stands: unknown, and not sent again': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-before', error: 'precondition' } }),
    ends: 'unknown',
    sends: 1,
    stands: false,
  },
  'the register is deleted: fails closed': {
    given: ({ store, inner }) => store.plan({ ...put, fault: { kind: 'between', run: () => inner.delete(HEAD_KEY) } }),
    ends: 'corrupt',
    sends: 1,
    stands: false,
  },
  'the store lacks conditions: refused': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-before', error: 'unsupported' } }),
    ends: 'unsafe-store',
    sends: 1,
    stands: false,
  },
  'what is read back is garbage: stops': {
    given: ({ store, inner }) =>
      store.plan({ ...put, fault: { kind: 'between', run: () => inner.put(HEAD_KEY, new Uint8Array([1, 2, 3])) } }),
    ends: 'corrupt',
    sends: 1,
    stands: false,
  },
  'what is read back is of a newer format: stops': {
    given: ({ store, inner }) =>
      store.plan({
        ...put,
        fault: { kind: 'between', run: () => inner.put(HEAD_KEY, new TextEncoder().encode('{"format":9}')) },
      }),
    ends: 'newer-format',
    sends: 1,
    stands: false,
  },
  'credentials are refused: said so, without reading back': {
    given: ({ store }) => store.plan({ ...put, fault: { kind: 'fail-before', error: 'credentials' } }),
    ends: 'credentials',
    sends: 1,
    stands: false,
  },
};

test.each(Object.entries(rows))('%s', async (_title, row) => {
  const { store, inner, register, write } = await onRegister();
  await register.read();
  await row.given({ store, inner, write });
  store.forget();
  const bodies = new Set<string>();
  const outcome = await swapLease(register, (next) => bodies.add(serialiseHead(next))).then(
    ({ kind }) => kind as string,
    (error: { kind: string }) => error.kind,
  );
  expect(outcome).toBe(row.ends);
  expect(store.puts()).toHaveLength(row.sends);
  const text = await readText(store);
  expect(bodies.has(text)).toBe(row.stands);
});

test('a head over the cap is not sent: nobody could read it any more', async () => {
  const { register, store } = await onRegister();
  await register.read();
  store.forget();
  await expect(
    register.swap((head) => head && { ...head, nonce: 'large', datastoreId: 'x'.repeat(1 << 16) }),
  ).rejects.toMatchObject({ kind: 'failed', message: expect.stringMatching(/65536/) });
  expect(store.puts()).toEqual([]);
});

test('a swap that was stopped sends nothing more', async () => {
  const { store, register } = await onRegister();
  await register.read();
  const stop = new AbortController();
  store.forget();
  store.plan({ ...put, times: ALWAYS, fault: { kind: 'fail-before', error: 'unreachable' } });
  store.plan({ ...readBack, fault: { kind: 'between', run: () => stop.abort(new Error('lost')) } });
  const outcome = await register.swap((head) => head && withNewLease(head, 'ours', lease('ours')), {
    signal: stop.signal,
  });
  expect(outcome.kind).toBe('unknown');
  expect(store.puts()).toHaveLength(1);
  await expect(
    register.swap((head) => head && withNewLease(head, 'again', lease('x')), { signal: stop.signal }),
  ).rejects.toThrow('lost');
  expect(store.puts()).toHaveLength(1);
});

test('all swaps of a process pass one queue, each from the version the one before has left', async () => {
  const { store, register } = await onRegister();
  await register.read();
  store.forget();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      register.swap((head) => head && withNewLease(head, `nonce-${index}`, lease(`l-${index}`))),
    ),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(20).fill('won'));
  expect(register.known()?.head?.epoch).toBe(21);
  expect(store.calls.every(({ operation }) => operation === 'put')).toBe(true);
});

test('a reading that began before a swap does not bring back what the swap has replaced', async () => {
  const { store, register } = await onRegister();
  await register.read();
  store.plan({
    ...readBack,
    fault: { kind: 'afterwards', run: () => register.swap((head) => head && withNewLease(head, 'new', lease('l'))) },
  });
  const state = await register.read();
  expect(state.head?.nonce).toBe('new');
  expect(register.known()?.head?.nonce).toBe('new');
});

test('a reading that began before a write in doubt does not end the doubt', async () => {
  const { store, register } = await onRegister();
  await register.read();
  store.plan({
    ...readBack,
    fault: {
      kind: 'afterwards',
      async run() {
        store.plan({ on: 'get', key: /head/, times: ALWAYS, fault: { kind: 'fail-before', error: 'unreachable' } });
        store.plan({ on: 'put', key: /head/, times: ALWAYS, fault: { kind: 'fail-before', error: 'unreachable' } });
        expect((await swapLease(register, () => {})).kind).toBe('unknown');
      },
    },
  });
  expect((await register.read()).head?.nonce).toBe('first');
  expect(register.lately(60_000)).toBeNull();
  store.heal();
  await register.read();
  expect(register.lately(60_000)?.head?.nonce).toBe('first');
});

test('an unchanged version keeps the moment it was first seen, another one begins anew', async () => {
  const { clock, register, write } = await onRegister();
  const first = await register.read();
  await clock.advance(5_000);
  expect((await register.read()).firstSeen).toBe(first.firstSeen);
  await write('another');
  expect((await register.read()).firstSeen).toBe(clock.monotonic());
});

test('a reading back that hangs is given up in time, and the swap goes on', async () => {
  const clock = createManualClock();
  const { inner, register } = await onRegister(clock);
  await register.read();
  const calm = { ...inner };
  inner.put = async () => {
    inner.put = (...args) => calm.put(...args);
    throw new StoreError('throttled', 'by script');
  };
  inner.get = (_key, options) => {
    inner.get = (...args) => calm.get(...args);
    return new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
  };
  let outcome = '';
  void swapLease(register, () => {}).then(({ kind }) => (outcome = kind));
  await clock.advance(12_000);
  expect(outcome).toBe('won');
});

const lease = (nonce: string): LeaseRecord => ({
  nonce,
  holder: 'alice@host',
  hostname: 'host',
  pid: 1,
  workspace: 'w',
  tool: 'cli',
  purpose: 'sync',
  acquiredAt: '2026-01-01T00:00:00.000Z',
  renewedAt: '2026-01-01T00:00:00.000Z',
  ttlMs: 30_000,
});

const swapLease = (register: Register, before: (next: Head) => unknown) =>
  register.swap((head) => head && withNewLease(head, systemIds.nonce(), lease('ours')), {
    before: async (next) => void before(next),
  });

async function onRegister(clock = createManualClock({ hurries: true })) {
  const inner = createMemoryStore({ codec: nodeCodec, clock });
  const store = createFaultyStore(inner);
  const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
  const register = createRegister(store, clock, systemIds, log);
  const write = async (nonce: string) => {
    const head = { ...firstHead('store', nonce, lease('first')), lease: null };
    await inner.put(HEAD_KEY, new TextEncoder().encode(serialiseHead(head)));
  };
  await write('first');
  return { clock, store, inner, register, write };
}

async function readText(store: FaultyStore): Promise<string> {
  store.heal();
  try {
    const found = await store.get(HEAD_KEY);
    if (found.kind !== 'found') return '';
    const parts: Uint8Array[] = [];
    for await (const part of found.body) parts.push(part);
    return Buffer.concat(parts).toString();
  } catch {
    return '';
  }
}
