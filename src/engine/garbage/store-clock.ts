import type { ObjectStore } from '../ports.ts';
import { HEAD_KEY } from '../remote/head-object.ts';
import { storeErrorKind } from '../remote/store-error.ts';

/** How old an object is by the store's own clock, both times of one answer; null: it does not say. */
export async function ageOf(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number | 'missing' | null> {
  try {
    const { date, lastModified } = await firstByte(store, key, signal);
    return lastModified === 0 ? null : date - lastModified;
  } catch (error) {
    if (storeErrorKind(error) === 'missing') return 'missing';
    throw error;
  }
}

/** What time it is by the store's own clock, milliseconds since 1970. */
export async function storeNow(store: ObjectStore, signal: AbortSignal | undefined): Promise<number> {
  return (await firstByte(store, HEAD_KEY, signal)).date;
}

async function firstByte(store: ObjectStore, key: string, signal: AbortSignal | undefined) {
  const found = await store.get(key, { range: { offset: 0, length: 1 }, signal });
  if (found.kind === 'unchanged') return { date: 0, lastModified: 0 };
  for await (const _ of found.body);
  return found;
}
