import type { FoundObject, ObjectStore } from '../../src/engine/ports.ts';
import type { Life } from './life.ts';

/** A store whose requests a life may die before, after, or, of a body on its way down, in the middle of. */
export function mortalStore(store: ObjectStore, life: Life): ObjectStore {
  const pass = <T>(label: string, send: () => Promise<T>) => life.callAsync('request', label, send);
  return {
    name: store.name,
    get traffic() {
      return store.traffic;
    },
    async get(key, options) {
      const found = await pass(`get ${key}`, () => store.get(key, options));
      return found.kind === 'unchanged' ? found : { ...found, body: mortalBody(found, life) };
    },
    put: (key, body, options) => pass(`put ${key}`, () => store.put(key, body, options)),
    head: (key, options) => pass(`head ${key}`, () => store.head(key, options)),
    list: (prefix, options) => pass(`list ${prefix}`, () => store.list(prefix, options)),
    delete: (key, options) => pass(`delete ${key}`, () => store.delete(key, options)),
    copy: (from, to, options) => pass(`copy ${to}`, () => store.copy(from, to, options)),
    close: () => store.close(),
  };
}

/** In two parts, and a death may lie between them. */
async function* mortalBody({ key, body }: FoundObject, life: Life): AsyncIterable<Uint8Array> {
  for await (const part of body) {
    const middle = Math.trunc(part.byteLength / 2);
    yield part.subarray(0, middle);
    yield await life.callAsync('request', `rest of the body of ${key}`, async () => part.subarray(middle));
  }
}
