import { objectKey } from '../core/sync-index.ts';
import type { Sha256, Slice } from '../core/tree.ts';
import { all } from './all.ts';
import type { Codec, ObjectStore } from './ports.ts';
import { putOnce } from './remote-log.ts';
import { storeErrorKind } from './store-error.ts';

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
  /** Objects of the commit being replaced, by the SHA-256 of their bytes: what stands there already is not sent. */
  readonly standing: ReadonlyMap<Sha256, Slice>;
  readonly signal: AbortSignal;
  /** Throws when no remote write may be sent any more. */
  readonly assertMayWrite: () => void;
  readonly onBytes: (bytes: number) => void;
  /** Called with the size of each object that was written. */
  readonly onSent?: (bytes: number) => Promise<void>;
}

/** Contents on their way up, under one epoch. Equal ones travel once; what an earlier epoch of ours left is copied on the server. */
export interface Sender {
  /** Those that have to travel go in one object. Gives where each of them lies, in their order. */
  send(contents: readonly Content[]): Promise<readonly Slice[]>;
  /** What was written or found so far, by the SHA-256 of the content. */
  readonly sent: ReadonlyMap<Sha256, Slice>;
}

export function createSender(parts: SenderParts): Sender {
  const { store, codec, epoch, signal, assertMayWrite } = parts;
  const underWay = new Map<Sha256, Promise<Slice>>();
  const copies = new Map<string, Promise<StoredObject | null>>();
  const sent = new Map<Sha256, Slice>();

  function send(contents: readonly Content[]): Promise<readonly Slice[]> {
    const fresh = new Map(
      contents.flatMap(({ sha256, bytes }) => (underWay.has(sha256) ? [] : [[sha256, bytes] as const])),
    );
    const placed = place(fresh);
    return all(
      contents.map(({ sha256 }) => {
        const slice = underWay.get(sha256) ?? placed.then((places) => sliceOf(places, sha256));
        underWay.set(sha256, slice);
        return slice;
      }),
    );
  }

  async function place(contents: ReadonlyMap<Sha256, Uint8Array>): Promise<ReadonlyMap<Sha256, Slice>> {
    const places = new Map<Sha256, Slice>();
    for (const [sha256, { byteLength }] of contents) {
      const there = standing(sha256, byteLength) ?? (await leftBehind(sha256, byteLength));
      if (there) places.set(sha256, there);
    }
    const travelling = [...contents].filter(([sha256]) => !places.has(sha256));
    for (const [sha256, slice] of await write(travelling)) places.set(sha256, slice);
    for (const { byteLength } of contents.values()) parts.onBytes(byteLength);
    return places;
  }

  function standing(sha256: Sha256, length: number): Slice | null {
    const slice = parts.standing.get(sha256);
    return slice?.length === length ? slice : null;
  }

  async function leftBehind(sha256: Sha256, length: number): Promise<Slice | null> {
    const slice = parts.earlier.get(sha256);
    if (slice?.length !== length) return null;
    const copying = copies.get(slice.object) ?? copyToEpoch(slice.object);
    copies.set(slice.object, copying);
    const copy = await copying;
    if (copy === null || copy.size < slice.offset + length) return null;
    const here = { ...slice, object: copy.key };
    sent.set(sha256, here);
    return here;
  }

  // The record of earlier uploads may be of another bucket, or of one that was restored since: the store says what is there.
  async function copyToEpoch(from: string): Promise<StoredObject | null> {
    const key = objectKey(hashIn(from), epoch);
    assertMayWrite();
    try {
      if (from !== key) await store.copy(from, key, { signal });
      return { key, size: (await store.head(key, { signal })).size };
    } catch (error) {
      if (storeErrorKind(error) === 'missing') return null;
      throw error;
    }
  }

  async function write(contents: readonly (readonly [Sha256, Uint8Array])[]): Promise<ReadonlyMap<Sha256, Slice>> {
    const [first, ...others] = contents;
    const places = new Map<Sha256, Slice>();
    if (first === undefined) return places;
    const bytes = others.length === 0 ? first[1] : Buffer.concat(contents.map(([, part]) => part));
    const sha256 = others.length === 0 ? first[0] : codec.sha256(bytes);
    const object = objectKey(sha256, epoch);
    assertMayWrite();
    await putOnce(store, codec, object, bytes, signal, undefined, sha256);
    let offset = 0;
    for (const [content, { byteLength: length }] of contents) {
      const slice = { object, offset, length };
      places.set(content, slice);
      sent.set(content, slice);
      offset += length;
    }
    await parts.onSent?.(bytes.byteLength);
    return places;
  }

  return { send, sent };
}

interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** The SHA-256 of an object's bytes, as its key names it. */
export const hashIn = (object: string): Sha256 => object.slice('objects/'.length).slice(0, 64);

function sliceOf(places: ReadonlyMap<Sha256, Slice>, sha256: Sha256): Slice {
  const slice = places.get(sha256);
  if (slice === undefined) throw new Error(`${sha256} was sent nowhere`);
  return slice;
}
