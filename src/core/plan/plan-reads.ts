import type { Entry, Slice } from '../format/tree.ts';

/** One request brings no more than this, in bytes: it is in memory at once. */
const READ_BYTES = 8 << 20;
/** Larger contents are streamed by themselves. */
const TOGETHER_BYTES = 1 << 20;
/** Bytes that nobody wants, rather than another request. */
const GAP_BYTES = 64 << 10;

/** A range of one object, and what is wanted of it. */
export interface Read<T> {
  readonly object: string;
  /** Bytes into the object. */
  readonly offset: number;
  readonly length: number;
  /** Bytes that decoding adds to these in memory. */
  readonly decoded: number;
  readonly wanted: readonly { readonly item: T; readonly slice: Slice }[];
}

/** Which contents one request can bring together; `alone` are those that share no range with another. */
export function planReads<T>(
  items: readonly T[],
  entryOf: (item: T) => Entry,
): { readonly together: readonly Read<T>[]; readonly alone: readonly T[] } {
  const alone: T[] = [];
  const byObject = new Map<string, Wanted<T>[]>();
  for (const item of items) {
    const entry = entryOf(item);
    const slice = packedSlice(entry);
    if (slice === null) alone.push(item);
    else listIn(byObject, slice.object).push({ item, slice, decoded: slice.encoding === undefined ? 0 : entry.size });
  }
  const together: Read<T>[] = [];
  for (const wanted of byObject.values()) {
    for (const read of coalesce(wanted)) {
      const [only, ...others] = read.wanted;
      if (only !== undefined && others.length === 0) alone.push(only.item);
      else together.push(read);
    }
  }
  return { together, alone };
}

/** What may be read into memory with others. */
function packedSlice({ size, slices }: Entry): Slice | null {
  const [slice, ...others] = slices;
  if (slice === undefined || others.length > 0 || Math.max(size, slice.length) > TOGETHER_BYTES) return null;
  return slice.encoding === 'zstd' || (slice.encoding === undefined && slice.length === size) ? slice : null;
}

interface Wanted<T> {
  readonly item: T;
  readonly slice: Slice;
  readonly decoded: number;
}

function coalesce<T>(wanted: readonly Wanted<T>[]): readonly Read<T>[] {
  const reads: { object: string; offset: number; length: number; decoded: number; wanted: Wanted<T>[] }[] = [];
  let [before, bytes]: [Slice | null, number] = [null, 0];
  for (const next of wanted.toSorted((a, b) => a.slice.offset - b.slice.offset || a.slice.length - b.slice.length)) {
    const { object, offset, length } = next.slice;
    const last = reads.at(-1);
    const end = offset + length;
    // An index may name the same bytes in ever other ways: what is hashed for one read is bounded too.
    const cost = before?.offset !== offset || before.length !== length ? length + next.decoded : next.decoded;
    bytes += cost;
    before = next.slice;
    if (
      last &&
      offset - (last.offset + last.length) <= GAP_BYTES &&
      end - last.offset <= READ_BYTES &&
      bytes <= 2 * READ_BYTES
    ) {
      last.length = Math.max(last.length, end - last.offset);
      last.decoded += next.decoded;
      last.wanted.push(next);
    } else {
      reads.push({ object, offset, length, decoded: next.decoded, wanted: [next] });
      bytes = length + next.decoded;
    }
  }
  return reads;
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key);
  if (known) return known;
  const fresh: T[] = [];
  lists.set(key, fresh);
  return fresh;
}
