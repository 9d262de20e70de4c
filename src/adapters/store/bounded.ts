import { StoreError } from '../../core/errors.ts';
import type { FoundObject, ObjectStore, PutOptions } from '../../engine/ports.ts';
import { createGate, type Gate, type Release } from './gate.ts';
import { observedBody } from './observed-body.ts';

/** One for all stores of a process. */
export interface Budget {
  readonly requests: Gate;
  /** Bytes of bodies in flight. */
  readonly bytes: Gate;
}

const MIB = 2 ** 20;

export const createBudget = (limits: { readonly requests?: number; readonly bytes?: number } = {}): Budget => ({
  requests: createGate(limits.requests ?? 64),
  bytes: createGate(limits.bytes ?? 64 * MIB),
});

/**
 * The same store within a budget. A GET counts, as a request and with its bytes, until its body is read to the end or
 * given up, so a body must be read, returned or have its signal aborted. What goes `once` passes at once: a lease renewal
 * that waited behind ten thousand uploads would come too late.
 */
export function bounded(store: ObjectStore, budget: Budget): ObjectStore {
  async function counted<T>(bytes: number, signal: AbortSignal | undefined, send: () => Promise<T>): Promise<T> {
    const releases: Release[] = [];
    try {
      // Always the request first: whoever holds bytes never waits for anything, so nothing can wait in a circle.
      releases.push(await budget.requests.enter(1, signal));
      if (bytes > 0) releases.push(await budget.bytes.enter(bytes, signal));
      return await send();
    } finally {
      for (const release of releases) release();
    }
  }

  async function get(key: string, options: Parameters<ObjectStore['get']>[1] = {}): ReturnType<ObjectStore['get']> {
    if (options.once === true) return store.get(key, options);
    const releases = [await budget.requests.enter(1, options.signal)];
    const releaseAll = () => {
      for (const release of releases) release();
    };
    try {
      const found = await store.get(key, options);
      if (found.kind === 'unchanged') {
        releaseAll();
        return found;
      }
      try {
        releases.push(await budget.bytes.enter(found.length, options.signal));
        // Between two steps of this function a signal aborts unheard.
        if (options.signal?.aborted) throw new StoreError('aborted', 'Stopped.', options.signal.reason);
      } catch (error) {
        await found.body[Symbol.asyncIterator]().return?.();
        throw error;
      }
      return held(found, releaseAll, options.signal);
    } catch (error) {
      releaseAll();
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

/** Until its body is closed, or its signal aborts. */
export function held(found: FoundObject, release: Release, signal: AbortSignal | undefined): FoundObject {
  signal?.addEventListener('abort', release, { once: true });
  const closed = () => {
    signal?.removeEventListener('abort', release);
    release();
  };
  return { ...found, body: observedBody(found.body, { closed }) };
}
