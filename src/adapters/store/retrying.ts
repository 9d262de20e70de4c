import { StoreError, type StoreErrorKind } from '../../core/errors.ts';
import type { Clock, FoundObject, GetOptions, Ids, ObjectStore, PutOptions } from '../../engine/ports.ts';
import { observedBody } from './observed-body.ts';
import { createPatience, type Turn } from './patience.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Of one operation, the first included. */
  readonly attempts?: number;
  /** No attempt begins later than this after the first one failed, in milliseconds: before that, a body may have waited for its turn. */
  readonly deadlineMs?: number;
  readonly firstDelayMs?: number;
  readonly longestDelayMs?: number;
  /** The longest of the pauses that all requests make together when the store asks for less. */
  readonly longestPatienceMs?: number;
  /** Before a request is sent again. */
  readonly again?: () => void;
}

const TRANSIENT: ReadonlySet<StoreErrorKind> = new Set(['busy', 'throttled', 'unreachable']);
// 409 on a create: neither won nor lost, and asking again settles it.
const TRANSIENT_FOR_CREATE: ReadonlySet<StoreErrorKind> = new Set([...TRANSIENT, 'conflict']);

/**
 * The same store with patience: exponential backoff with full jitter, bounded in attempts and time. It is the only
 * layer that does so (the S3 client sends once), so that virtual time can drive it and attempts never multiply.
 * Never retried: `once`, and replacing a named version, where a second answer would say something else than the first.
 * A create may be sent again: its caller reads 412 as "something is there" and compares. A body that breaks off goes
 * on from the byte where it stopped, if the object is still the same. Asked for less (SlowDown, 503, 429), all requests wait
 * together: see `createPatience`; what is never retried never waits.
 */
export function retrying(store: ObjectStore, options: RetryOptions): ObjectStore {
  const { clock, ids, attempts = 6, deadlineMs = 120_000, firstDelayMs = 200, longestDelayMs = 15_000 } = options;
  const listeners = new Set<(waitMs: number | null) => void>();
  const patience = createPatience({
    clock,
    ids,
    firstDelayMs: firstDelayMs * 5,
    longestDelayMs: options.longestPatienceMs ?? 2 * longestDelayMs,
    changed: (waitMs) => {
      for (const listener of listeners) listener(waitMs);
    },
  });

  async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await clock.sleep(ids.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt), signal);
    } catch (error) {
      throw new StoreError('aborted', 'Stopped while waiting to try again.', error);
    }
  }

  async function patiently<T>(
    signal: AbortSignal | undefined,
    send: () => Promise<T>,
    transient: ReadonlySet<StoreErrorKind> = TRANSIENT,
  ): Promise<T> {
    let failedAt: number | null = null;
    for (let attempt = 1; ; attempt += 1) {
      const wait = patience.enter(signal)?.catch((error: unknown) => {
        throw new StoreError('aborted', 'Stopped while the store asked for patience.', error);
      });
      try {
        return await heard(send, wait === undefined ? patience.now() : await wait);
      } catch (error) {
        failedAt ??= clock.monotonic();
        const again = error instanceof StoreError && transient.has(error.kind) && attempt < attempts;
        if (!again || clock.monotonic() - failedAt >= deadlineMs) throw error;
        options.again?.();
        if (error.kind === 'throttled') continue;
      }
      await pause(attempt, signal);
    }
  }

  /** What an answer says of the patience of the store counts for all. */
  async function heard<T>(send: () => Promise<T>, turn: Turn): Promise<T> {
    try {
      const result = await send();
      patience.answered(turn);
      return result;
    } catch (error) {
      const kind = error instanceof StoreError ? error.kind : 'unreachable';
      if (kind === 'throttled') patience.throttled(turn);
      else if (kind === 'unreachable' || kind === 'aborted') patience.unanswered(turn);
      else patience.answered(turn);
      throw error;
    }
  }

  function put(key: string, body: Uint8Array, put: PutOptions = {}): Promise<{ readonly etag: string }> {
    if (put.once === true || put.condition?.kind === 'match')
      return heard(() => store.put(key, body, put), patience.now());
    const transient = put.condition?.kind === 'absent' ? TRANSIENT_FOR_CREATE : TRANSIENT;
    return patiently(put.signal, () => store.put(key, body, put), transient);
  }

  async function get(key: string, get: GetOptions = {}): ReturnType<ObjectStore['get']> {
    if (get.once === true) return heard(() => store.get(key, get), patience.now());
    const found = await patiently(get.signal, () => store.get(key, get));
    return found.kind === 'unchanged' ? found : { ...found, body: resumed(key, found, get) };
  }

  function resumed(key: string, found: FoundObject, get: GetOptions): AsyncIterable<Uint8Array> {
    let source = found.body[Symbol.asyncIterator]();
    let received = 0;
    let failures = 0;

    async function next(): Promise<IteratorResult<Uint8Array>> {
      for (;;) {
        try {
          return await source.next();
        } catch (error) {
          failures += 1;
          const again = error instanceof StoreError && TRANSIENT.has(error.kind) && received < found.length;
          if (!again || failures >= attempts) throw error;
          await pause(failures, get.signal);
          source = await reopened(error);
        }
      }
    }

    async function reopened(cause: StoreError): Promise<AsyncIterator<Uint8Array>> {
      const range = { offset: (get.range?.offset ?? 0) + received, length: found.length - received };
      const rest = await patiently(get.signal, () => store.get(key, { range, signal: get.signal }));
      if (rest.kind === 'unchanged') throw cause;
      const body = rest.body[Symbol.asyncIterator]();
      if (rest.etag === found.etag && rest.length === range.length) return body;
      await body.return?.();
      throw cause;
    }

    const live: AsyncIterator<Uint8Array> = {
      next,
      return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    };
    const part = (bytes: Uint8Array) => {
      received += bytes.byteLength;
    };
    return observedBody({ [Symbol.asyncIterator]: () => live }, { part, closed: () => {} });
  }

  return {
    name: store.name,
    get traffic() {
      return store.traffic;
    },
    onPatience(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get,
    put,
    head: (key, call) => patiently(call?.signal, () => store.head(key, call)),
    list: (prefix, call) => patiently(call?.signal, () => store.list(prefix, call)),
    delete: (key, call) => patiently(call?.signal, () => store.delete(key, call)),
    copy: (from, to, call) => patiently(call?.signal, () => store.copy(from, to, call)),
    close: () => store.close(),
  };
}
