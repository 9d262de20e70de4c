import type { Step } from './plan.ts';
import { compareByUtf8 } from './sync-path.ts';
import type { Entry, Slice } from './tree.ts';

/** Which files travel together in one object. */
export interface PackLimits {
  /** Larger files travel by themselves; bytes. */
  readonly fileBytes: number;
  /** Contents of one pack together, in bytes. */
  readonly packBytes: number;
}

export const PACK_LIMITS: PackLimits = { fileBytes: 256 << 10, packBytes: 8 << 20 };

/** One request brings no more than this, in bytes: it is in memory at once. */
const READ_BYTES = 8 << 20;
/** Bytes that nobody wants, rather than another request. */
const GAP_BYTES = 256 << 10;

/** The steps of a push, those that travel in one object together: small files in the order of their paths. */
export function planPacks(steps: readonly Step[], limits: PackLimits): readonly (readonly Step[])[] {
  const isSmall = (step: Step) => !step.reuse && sizeOf(step) > 0 && sizeOf(step) <= limits.fileBytes;
  const small = steps.filter(isSmall).toSorted((a, b) => compareByUtf8(a.path, b.path));
  const alone = steps.filter((step) => !isSmall(step)).map((step) => [step]);
  return [...cut(small, limits.packBytes), ...alone];
}

function* cut(steps: readonly Step[], packBytes: number): Iterable<readonly Step[]> {
  let pack: Step[] = [];
  let bytes = 0;
  for (const step of steps) {
    if (pack.length > 0 && bytes + sizeOf(step) > packBytes) {
      yield pack;
      pack = [];
      bytes = 0;
    }
    pack.push(step);
    bytes += sizeOf(step);
  }
  if (pack.length > 0) yield pack;
}

const sizeOf = ({ local }: Step): number => local?.stamp.size ?? 0;

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
  return isPlain && slice.length === size && slice.length <= READ_BYTES / 2 ? slice : null;
}

function coalesce<T>(wanted: readonly { item: T; slice: Slice }[]): readonly Read<T>[] {
  const reads: { object: string; offset: number; length: number; wanted: { item: T; slice: Slice }[] }[] = [];
  for (const next of wanted.toSorted((a, b) => a.slice.offset - b.slice.offset)) {
    const { object, offset, length } = next.slice;
    const last = reads.at(-1);
    const end = offset + length;
    if (last && offset - (last.offset + last.length) <= GAP_BYTES && end - last.offset <= READ_BYTES) {
      last.length = Math.max(last.length, end - last.offset);
      last.wanted.push(next);
    } else reads.push({ object, offset, length, wanted: [next] });
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
