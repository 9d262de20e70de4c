import type { FoundObject, ObjectInfo, ObjectStore } from '../../src/engine/ports.ts';

const AT_ONCE = 16;

/**
 * For walks that are taken again and again: each call lists the whole store, fetches what is new or has another ETag, and gives a
 * store of just that moment. What is not listed is missing.
 */
export function rereading(store: ObjectStore): () => Promise<ObjectStore> {
  let known = new Map<string, { info: ObjectInfo; bytes: Uint8Array }>();

  async function fetch(info: ObjectInfo): Promise<Uint8Array> {
    const before = known.get(info.key);
    if (before?.info.etag === info.etag) return before.bytes;
    const found = await store.get(info.key);
    if (found.kind !== 'found') throw new Error(`${info.key}: not found`);
    const parts: Uint8Array[] = [];
    for await (const part of found.body) parts.push(part);
    return Buffer.concat(parts);
  }

  return async () => {
    const listed: ObjectInfo[] = [];
    for (let token: string | undefined; ; ) {
      const page = await store.list('', token === undefined ? {} : { token });
      listed.push(...page.objects);
      if (page.next === undefined) break;
      token = page.next;
    }
    const now: typeof known = new Map();
    for (let from = 0; from < listed.length; from += AT_ONCE) {
      const some = listed.slice(from, from + AT_ONCE);
      const bytes = await Promise.all(some.map(fetch));
      for (const [index, info] of some.entries()) now.set(info.key, { info, bytes: bytes[index] ?? new Uint8Array() });
    }
    known = now;
    return {
      ...store,
      async get(key) {
        const found = now.get(key);
        if (found === undefined) throw new Error(`${key}: missing`);
        const { info, bytes } = found;
        const whole: FoundObject = { ...info, kind: 'found', date: 0, length: bytes.length, body: once(bytes) };
        return whole;
      },
    };
  };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
