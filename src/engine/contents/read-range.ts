import type { ObjectStore } from '../ports.ts';
import { mayBeMissing, storeErrorKind } from '../remote/store-error.ts';

/** A range of one object in memory. Null when the store does not have all of it; rejects where the store cannot be asked. */
export async function readRange(
  store: ObjectStore,
  { object, offset, length }: { readonly object: string; readonly offset: number; readonly length: number },
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  try {
    const found = await store.get(object, { range: { offset, length }, signal });
    if (found.kind === 'unchanged') return null;
    return await filled(found.body, length);
  } catch (error) {
    signal?.throwIfAborted();
    // What a store answers of this object alone.
    if (mayBeMissing(error) || storeErrorKind(error) === 'rejected') return null;
    throw error;
  }
}

/** In one piece, so that it is in memory once. */
async function filled(body: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const part of body) {
    if (at + part.byteLength > length) return null;
    bytes.set(part, at);
    at += part.byteLength;
  }
  return at === length ? bytes : null;
}
