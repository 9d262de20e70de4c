import type { FoundObject, GetOptions, ObjectStore } from '../../engine/ports.ts';
import { held } from './bounded.ts';
import type { Lane } from './lane.ts';
import { observedBody } from './observed-body.ts';

/** What may flow, each way; null: as much as there is. */
export interface Caps {
  readonly up: Lane | null;
  readonly down: Lane | null;
}

/**
 * The same store, its bodies no faster than agreed. On their way up they are written part by part, on their way down read part by
 * part: pauses between whole objects of 8 MiB would keep to the rate on average, and still take the link from everybody else for
 * seconds at a time. What goes `once` is never held up, and paid for by what follows: a lease that waits to be renewed is lost.
 * Outside of `bounded`, so that a body which waits for its turn holds no place.
 */
export function capped(store: ObjectStore, { up, down }: Caps): ObjectStore {
  if (up === null && down === null) return store;

  const put: ObjectStore['put'] = async (key, body, options = {}) => {
    if (up === null) return store.put(key, body, options);
    if (options.once === true) {
      up.owe(body.byteLength);
      return store.put(key, body, options);
    }
    const leave = await up.bodies.enter(1, options.signal);
    try {
      const next = (bytes: number) => up.take(bytes, options.signal);
      return await store.put(key, body, { ...options, pace: { part: up.part, next } });
    } finally {
      leave();
    }
  };

  const get = async (key: string, options: GetOptions = {}): ReturnType<ObjectStore['get']> => {
    if (down === null) return store.get(key, options);
    if (options.once === true) {
      const found = await store.get(key, options);
      if (found.kind === 'found') down.owe(found.length);
      return found;
    }
    const leave = await down.bodies.enter(1, options.signal);
    try {
      const found = await store.get(key, options);
      if (found.kind === 'found') return held(slowed(found, down, options.signal), leave, options.signal);
      leave();
      return found;
    } catch (error) {
      leave();
      throw error;
    }
  };

  return {
    ...store,
    get traffic() {
      return store.traffic;
    },
    put,
    get,
  };
}

function slowed(found: FoundObject, lane: Lane, signal: AbortSignal | undefined): FoundObject {
  const inner = found.body[Symbol.asyncIterator]();
  const live: AsyncIterator<Uint8Array> = {
    async next() {
      const step = await inner.next();
      if (step.done !== true) await lane.take(step.value.byteLength, signal);
      return step;
    },
    return: async () => (await inner.return?.()) ?? { done: true, value: undefined },
  };
  // When the waiting is stopped, the body within ends, too.
  return { ...found, body: observedBody({ [Symbol.asyncIterator]: () => live }, { closed: () => {} }) };
}
