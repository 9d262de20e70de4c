import { hashInKey, objectKey } from '../../core/format/sync-index.ts';
import type { Sha256, Slice } from '../../core/format/tree.ts';
import type { CompressionLimits } from '../../core/plan/compression.ts';
import { all } from '../all.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { putOnce } from '../remote/put-once.ts';
import { storeErrorKind } from '../remote/store-error.ts';
import { createEncoder, isReadable } from './encoding.ts';
import { canHold, type Standing } from './standing.ts';

/** Read, and hashed as it was read. Not empty. */
export interface Content {
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
}

export interface SenderParts {
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly epoch: number;
  /** Where uploads that no commit names yet lie, by the SHA-256 of the content. */
  readonly earlier: ReadonlyMap<Sha256, Slice>;
  readonly compression: CompressionLimits;
  readonly standing: Pick<Standing, 'find'>;
  readonly signal: AbortSignal;
  /** Throws when no remote write may be sent any more. */
  readonly assertMayWrite: () => void;
  readonly onBytes: (bytes: number) => void;
  /** Called with the size of each object that was written. */
  readonly onSent?: (bytes: number) => Promise<void>;
}

/** Contents on their way up, under one epoch. Equal ones travel once; what an earlier epoch of ours left is copied on the server. */
export interface Sender {
  /** Those that have to travel go in one object. Gives where each of them lies. */
  send(contents: readonly Content[]): Promise<ReadonlyMap<Sha256, Slice>>;
  /** What was written or found so far. */
  readonly sent: ReadonlyMap<Sha256, Slice>;
}

export function createSender(parts: SenderParts): Sender {
  const { store, codec, epoch, signal, assertMayWrite } = parts;
  const underWay = new Map<Sha256, Promise<Slice>>();
  const copies = new Map<string, Promise<boolean>>();
  const sizes = sizesOf(parts.earlier.values());
  const encode = createEncoder(codec, parts.compression);
  const sent = new Map<Sha256, Slice>();

  async function send(contents: readonly Content[]): Promise<ReadonlyMap<Sha256, Slice>> {
    const fresh = new Map(
      contents.flatMap(({ sha256, bytes }) => (underWay.has(sha256) ? [] : [[sha256, bytes] as const])),
    );
    const placed = place(fresh);
    for (const sha256 of fresh.keys())
      underWay.set(
        sha256,
        placed.then((places) => sliceOf(places, sha256)),
      );
    const found = contents.map(async ({ sha256 }) => [sha256, await underWay.get(sha256)] as const);
    return new Map((await all(found)).flatMap(([sha256, slice]) => (slice ? [[sha256, slice] as const] : [])));
  }

  async function place(contents: ReadonlyMap<Sha256, Uint8Array>): Promise<ReadonlyMap<Sha256, Slice>> {
    const places = new Map<Sha256, Slice>();
    for (const [sha256, { byteLength }] of contents) {
      const there = (await parts.standing.find(sha256, byteLength)) ?? (await leftBehind(sha256, byteLength));
      if (there) places.set(sha256, there);
    }
    const travelling = [...contents].filter(([sha256]) => !places.has(sha256));
    for (const [sha256, slice] of await write(travelling)) places.set(sha256, slice);
    for (const { byteLength } of contents.values()) parts.onBytes(byteLength);
    return places;
  }

  async function leftBehind(sha256: Sha256, length: number): Promise<Slice | null> {
    const slice = parts.earlier.get(sha256);
    if (!slice || !isReadable(codec, slice) || !canHold(slice, length)) return null;
    const object = objectKey(hashInKey(slice.object), epoch);
    const copying = copies.get(object) ?? copyOnce(slice.object, object);
    copies.set(object, copying);
    if (!(await copying)) return null;
    const here = { ...slice, object };
    sent.set(sha256, here);
    return here;
  }

  // The record of earlier uploads may be of another bucket, or of one that was restored since: the store says what is there.
  // A copy replaces what has its name, so that it is asked for only where nothing has.
  async function copyOnce(from: string, to: string): Promise<boolean> {
    const size = sizes.get(from) ?? 0;
    if (await isThere(to, size)) return true;
    if (from === to || !(await isThere(from, size))) return false;
    assertMayWrite();
    try {
      await store.copy(from, to, { signal });
    } catch (error) {
      // Collected since it was looked for.
      if (storeErrorKind(error) === 'missing') return false;
      throw error;
    }
    return isThere(to, size);
  }

  async function isThere(object: string, size: number): Promise<boolean> {
    try {
      const found = await store.head(object, { signal });
      return found.size === size && (found.sha256 === undefined || found.sha256 === hashInKey(object));
    } catch (error) {
      if (storeErrorKind(error) === 'missing') return false;
      throw error;
    }
  }

  async function write(contents: readonly (readonly [Sha256, Uint8Array])[]): Promise<ReadonlyMap<Sha256, Slice>> {
    const [first, ...others] = contents;
    const places = new Map<Sha256, Slice>();
    if (first === undefined) return places;
    const stored = await all(contents.map(([, content]) => encode(content)));
    const [only] = stored;
    const bytes = only && others.length === 0 ? only.bytes : Buffer.concat(stored.map((part) => part.bytes));
    const isContent = others.length === 0 && only?.encoding === undefined;
    const sha256 = isContent ? first[0] : codec.sha256(bytes);
    const object = objectKey(sha256, epoch);
    assertMayWrite();
    await putOnce(store, codec, object, bytes, signal, undefined, sha256);
    let offset = 0;
    for (const [nth, { bytes: part, ...encoding }] of stored.entries()) {
      const content = contents[nth]?.[0];
      const slice = { object, offset, length: part.byteLength, ...encoding };
      offset += part.byteLength;
      if (content === undefined) continue;
      places.set(content, slice);
      sent.set(content, slice);
    }
    await parts.onSent?.(bytes.byteLength);
    return places;
  }

  return { send, sent };
}

/** Bytes of each object: all that was put into it is in the record. */
function sizesOf(slices: Iterable<Slice>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { object, offset, length } of slices) sizes.set(object, Math.max(sizes.get(object) ?? 0, offset + length));
  return sizes;
}

function sliceOf(places: ReadonlyMap<Sha256, Slice>, sha256: Sha256): Slice {
  const slice = places.get(sha256);
  if (slice === undefined) throw new Error(`${sha256} was sent nowhere`);
  return slice;
}
