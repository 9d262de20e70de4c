import { expect } from 'vitest';
import { StoreError, type StoreErrorKind } from '../../../src/core/errors.ts';
import type { ETag, GetOptions, ObjectStore } from '../../../src/engine/ports.ts';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The kind of a StoreError; anything else is a defect of the store and is thrown on. */
export function refusal(error: unknown): StoreErrorKind {
  if (error instanceof StoreError) return error.kind;
  throw error;
}

/** The call must be refused in one of these ways. */
export async function expectRefusal(call: Promise<unknown>, ...kinds: StoreErrorKind[]): Promise<void> {
  const outcome = await call.then(() => 'no error', refusal);
  expect(kinds).toContain(outcome);
}

export async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

export async function read(store: ObjectStore, key: string, options?: GetOptions): Promise<Buffer> {
  const found = await store.get(key, options);
  if (found.kind !== 'found') throw new Error(`${key} is unchanged`);
  const content = Buffer.from(await collect(found.body));
  expect(content.byteLength).toBe(found.length);
  return content;
}

export const readText = async (store: ObjectStore, key: string, options?: GetOptions): Promise<string> =>
  (await read(store, key, options)).toString();

export async function keysBelow(store: ObjectStore, prefix: string, limit?: number): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await store.list(prefix, {
      ...(token === undefined ? {} : { token }),
      ...(limit === undefined ? {} : { limit }),
    });
    if (limit !== undefined) expect(page.objects.length).toBeLessThanOrEqual(limit);
    keys.push(...page.objects.map((object) => object.key));
    token = page.next;
  } while (token !== undefined);
  return keys;
}

/** Runs `count` conditional writes at once: exactly one may win, and what is stored must be the winner's. */
export async function expectOneWinner(
  store: ObjectStore,
  key: string,
  count: number,
  condition: { readonly kind: 'absent' } | { readonly kind: 'match'; readonly etag: ETag },
): Promise<void> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, writer) =>
      store.put(key, bytes(`writer ${writer}`), { condition, once: true }).then(() => 'won' as const, refusal),
    ),
  );
  const winners = outcomes.flatMap((outcome, writer) => (outcome === 'won' ? [writer] : []));
  expect(winners).toHaveLength(1);
  for (const outcome of outcomes) expect(['won', 'precondition', 'conflict', 'busy']).toContain(outcome);
  expect(await readText(store, key)).toBe(`writer ${winners[0]}`);
}
