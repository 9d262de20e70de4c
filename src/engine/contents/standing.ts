import { hashInKey, hashOfSlice } from '../../core/format/sync-index.ts';
import type { RemoteTree, Sha256, Slice } from '../../core/format/tree.ts';
import { all } from '../all.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { mayBeMissing } from '../remote/store-error.ts';
import { isReadable } from './encoding.ts';

export interface StandingParts {
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly signal: AbortSignal;
}

/**
 * What the commit being replaced has already, and need not be sent again. The collector spares what that commit names; but a bucket that
 * was restored, or lost an object, must not take along what goes up now: so the store is asked, once for each object.
 */
export interface Standing {
  /** Where a content of `length` bytes lies. Null: nowhere that it could be read from here. */
  find(sha256: Sha256, length: number): Promise<Slice | null>;
  /** Whether all of these can be read from here. */
  holds(slices: readonly Slice[]): Promise<boolean>;
}

/** `tree`: the entries whose slices `find` may give. */
export function openStanding({ store, codec, signal }: StandingParts, tree: RemoteTree): Standing {
  const bySha256 = slicesBySha256(codec, tree);
  const sizes = new Map<string, Promise<number | null>>();

  function sizeOf(object: string): Promise<number | null> {
    const size = sizes.get(object) ?? ask(object);
    sizes.set(object, size);
    return size;
  }

  /** Null: it is not there, or is another than it was. */
  async function ask(object: string): Promise<number | null> {
    try {
      const { size, sha256 } = await store.head(object, { signal });
      return sha256 === undefined || sha256 === hashInKey(object) ? size : null;
    } catch (error) {
      if (mayBeMissing(error)) return null;
      throw error;
    }
  }

  const stands = async ({ object, offset, length }: Slice): Promise<boolean> =>
    ((await sizeOf(object)) ?? -1) >= offset + length;

  return {
    async find(sha256, length) {
      const slice = bySha256.get(sha256);
      if (slice === undefined || !canHold(slice, length) || !(await stands(slice))) return null;
      // The beginning of a larger object is not what its name says.
      const isWhole = slice.encoding !== undefined || hashInKey(slice.object) !== sha256;
      return isWhole || (await sizeOf(slice.object)) === length ? slice : null;
    },
    async holds(slices) {
      if (!slices.every((slice) => isReadable(codec, slice))) return false;
      return (await all(slices.map(stands))).every(Boolean);
    },
  };
}

/** How long an encoded content becomes, nobody says before. */
export const canHold = (slice: Slice, length: number): boolean =>
  slice.encoding !== undefined || slice.length === length;

function slicesBySha256(codec: Codec, tree: RemoteTree): ReadonlyMap<Sha256, Slice> {
  const found = new Map<Sha256, Slice>();
  for (const entry of tree.values()) {
    for (const slice of entry.slices) {
      const sha256 = hashOfSlice(slice, entry);
      // One alone that says another hash than its entry is wrong in one of them.
      const isSure = entry.slices.length > 1 || sha256 === entry.sha256;
      // What another version says of it besides may be more than an entry can hold.
      const isKnown = isReadable(codec, slice) && slice.unknown === undefined;
      if (sha256 !== null && isSure && isKnown) found.set(sha256, slice);
    }
  }
  return found;
}
