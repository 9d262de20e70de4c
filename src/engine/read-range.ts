import type { ObjectStore } from './ports.ts';
import { readAll } from './read-object.ts';
import { storeErrorKind } from './store-error.ts';

/** A range of one object in memory. Null when the store does not have all of it; rejects where the store cannot be asked. */
export async function readRange(
  store: ObjectStore,
  { object, offset, length }: { readonly object: string; readonly offset: number; readonly length: number },
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  try {
    const found = await store.get(object, { range: { offset, length }, signal });
    if (found.kind === 'unchanged') return null;
    const bytes = await readAll(found.body, length);
    return bytes.byteLength === length ? bytes : null;
  } catch (error) {
    signal?.throwIfAborted();
    const kind = storeErrorKind(error);
    if (error instanceof RangeError || kind === 'missing' || kind === 'rejected') return null;
    throw error;
  }
}
