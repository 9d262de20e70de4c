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
  readonly wanted: readonly { readonly item: T; readonly slice: Slice }[];
}

/** Which contents one request can bring together; `alone` are those that share no range with another. */
export function planReads<T>(
  items: readonly T[],
  entryOf: (item: T) => Entry,
): { readonly together: readonly Read<T>[]; readonly alone: readonly T[] } {
  const alone: T[] = [];
  const byObject = new Map<string, { item: T; slice: Slice }[]>();
  for (const item of items) {
    const slice = packedSlice(entryOf(item));
    if (slice === null) alone.push(item);
    else listIn(byObject, slice.object).push({ item, slice });
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
  const isPlain = slice !== undefined && others.length === 0 && slice.encoding === undefined;
  return isPlain && slice.length === size && slice.length <= TOGETHER_BYTES ? slice : null;
}

function coalesce<T>(wanted: readonly { item: T; slice: Slice }[]): readonly Read<T>[] {
  const reads: { object: string; offset: number; length: number; wanted: { item: T; slice: Slice }[] }[] = [];
  let [before, bytes]: [Slice | null, number] = [null, 0];
  for (const next of wanted.toSorted((a, b) => a.slice.offset - b.slice.offset || a.slice.length - b.slice.length)) {
    const { object, offset, length } = next.slice;
    const last = reads.at(-1);
    const end = offset + length;
    // An index may name the same bytes in ever other ways: what is hashed for one read is bounded too.
    if (before?.offset !== offset || before.length !== length) bytes += length;
    before = next.slice;
    if (
      last &&
      offset - (last.offset + last.length) <= GAP_BYTES &&
      end - last.offset <= READ_BYTES &&
      bytes <= 2 * READ_BYTES
    ) {
      last.length = Math.max(last.length, end - last.offset);
      last.wanted.push(next);
    } else {
      reads.push({ object, offset, length, wanted: [next] });
      bytes = length;
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
