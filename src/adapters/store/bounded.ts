import { StoreError } from '../../core/errors.ts';
import type { FoundObject, ObjectStore, PutOptions } from '../../engine/ports.ts';
import { createGate, type Gate, type Release } from './gate.ts';
import { createInFlight, type InFlight, type Leave, type Outcome } from './in-flight.ts';
import { observedBody } from './observed-body.ts';

export interface Budget {
  readonly requests: InFlight;
  /** Bytes of bodies in flight. */
  readonly bytes: Gate;
}

const MIB = 2 ** 20;

/** As many bytes as all stores of a process may have in flight. */
export const createByteGate = (bytes = 64 * MIB): Gate => createGate(bytes);

/** One that stays as it is. */
export function createBudget({
  requests = 64,
  bytes,
}: {
  readonly requests?: number;
  readonly bytes?: number;
} = {}): Budget {
  const bounds = { least: requests, start: requests, most: requests };
  return { requests: createInFlight({ monotonic: () => 0 }, bounds), bytes: createByteGate(bytes) };
}

/**
 * The same store within a budget. A GET counts, as a request and with its bytes, until its body is read to the end or
 * given up, so a body must be read, returned or have its signal aborted. What goes `once` passes at once: a lease renewal
 * that waited behind ten thousand uploads would come too late.
 */
export function bounded(store: ObjectStore, budget: Budget): ObjectStore {
  async function counted<T>(bytes: number, signal: AbortSignal | undefined, send: () => Promise<T>): Promise<T> {
    // Always the request first: whoever holds bytes never waits for anything, so nothing can wait in a circle.
    const leave = await budget.requests.enter(signal);
    let release: Release = () => {};
    let outcome: Outcome = { kind: 'lost' };
    try {
      if (bytes > 0) release = await budget.bytes.enter(bytes, signal);
      const result = await send();
      outcome = { kind: 'answered', bytes };
      return result;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      release();
      leave(outcome);
    }
  }

  async function get(key: string, options: Parameters<ObjectStore['get']>[1] = {}): ReturnType<ObjectStore['get']> {
    if (options.once === true) return store.get(key, options);
    const leave = await budget.requests.enter(options.signal);
    try {
      const found = await store.get(key, options);
      if (found.kind === 'unchanged') {
        leave({ kind: 'answered', bytes: 0 });
        return found;
      }
      try {
        const release = await budget.bytes.enter(found.length, options.signal);
        const leaveBoth: Leave = (outcome) => {
          release();
          leave(outcome);
        };
        // Between two steps of this function a signal aborts unheard.
        if (options.signal?.aborted) {
          release();
          throw new StoreError('aborted', 'Stopped.', options.signal.reason);
        }
        return counting(found, leaveBoth, options.signal);
      } catch (error) {
        await found.body[Symbol.asyncIterator]().return?.();
        throw error;
      }
    } catch (error) {
      leave(outcomeOf(error));
      throw error;
    }
  }

  return {
    name: store.name,
    get traffic() {
      return store.traffic;
    },
    get,
    put: (key: string, body: Uint8Array, options?: PutOptions) =>
      options?.once === true
        ? store.put(key, body, options)
        : counted(body.byteLength, options?.signal, () => store.put(key, body, options)),
    head: (key, options) => counted(0, options?.signal, () => store.head(key, options)),
    list: (prefix, options) => counted(0, options?.signal, () => store.list(prefix, options)),
    delete: (key, options) => counted(0, options?.signal, () => store.delete(key, options)),
    copy: (from, to, options) => counted(0, options?.signal, () => store.copy(from, to, options)),
    close: () => store.close(),
  };
}

/** Whatever the store said is an answer; of what did not come nothing is known. */
function outcomeOf(error: unknown): Outcome {
  const kind = error instanceof StoreError ? error.kind : 'unreachable';
  if (kind === 'throttled') return { kind };
  return kind === 'unreachable' || kind === 'aborted' ? { kind: 'lost' } : { kind: 'answered', bytes: 0 };
}

function counting(found: FoundObject, leave: Leave, signal: AbortSignal | undefined): FoundObject {
  let bytes = 0;
  const release = () => leave(signal?.aborted === true ? { kind: 'lost' } : { kind: 'answered', bytes });
  return held(found, release, signal, (part) => {
    bytes += part.byteLength;
  });
}

/** Until its body is closed, or its signal aborts. */
export function held(
  found: FoundObject,
  release: Release,
  signal: AbortSignal | undefined,
  part: (bytes: Uint8Array) => void = () => {},
): FoundObject {
  signal?.addEventListener('abort', release, { once: true });
  const closed = () => {
    signal?.removeEventListener('abort', release);
    release();
  };
  return { ...found, body: observedBody(found.body, { part, closed }) };
}
