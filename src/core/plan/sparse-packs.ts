import { hashInKey } from '../format/sync-index.ts';
import type { Entry, Slice } from '../format/tree.ts';
import type { PackShape } from './packs.ts';

/** Of a pack that others have left: what still lives in it. */
export interface SparsePack {
  readonly object: string;
  /** Each has one slice, which lies in this object. */
  readonly entries: readonly Entry[];
  /** Stored bytes that they name. */
  readonly alive: number;
  /** Stored bytes up to the end of the last of them: it has at least so many. */
  readonly extent: number;
  /** Decoded bytes of them all. */
  readonly bytes: number;
}

/** What a push may write anew in passing. */
export interface RepackLimits {
  /** Decoded bytes. */
  readonly bytes: number;
  /** Packs that are left: what is not here costs a request for each. */
  readonly packs: number;
  /** Packs whose size is asked for, where the index does not tell that they are sparse. */
  readonly asks: number;
  /** False: only packs that the push itself makes sparser, which need no look at what lives in all others. */
  readonly others: boolean;
}

/**
 * Packs of a tree by what lives in them, those that have least first: objects that hold more than a file, or once did, and that no
 * large file has a part in. Whether one is sparse its size tells.
 */
export function livingPacks(tree: Iterable<Entry>): readonly SparsePack[] {
  const found = new Map<string, Entry[]>();
  const parts = new Set<string>();
  for (const entry of tree) {
    const [only, ...others] = entry.slices;
    if (only === undefined) continue;
    // What another version says of a slice might not hold elsewhere.
    const isPart = others.length > 0 || entry.slices.some(({ unknown }) => unknown !== undefined);
    if (isPart) for (const { object } of entry.slices) parts.add(object);
    else if (!isWhole(only, entry)) listIn(found, only.object).push(entry);
  }
  const packs = [...found].flatMap(([object, entries]) => (parts.has(object) ? [] : [packOf(object, entries)]));
  return packs.toSorted((a, b) => a.alive - b.alive || (a.object < b.object ? -1 : 1));
}

/** Less than half alive. `size` in stored bytes. */
export const isSparse = ({ alive }: SparsePack, size: number): boolean => 2 * alive < size;

/**
 * Stored bytes that a pack within these limits has at most. Where it had more files than live in it, each gap held one of them at
 * least, and only the others can lie behind its last.
 */
export function mostOf({ entries, extent }: SparsePack, { files, fileBytes, packBytes }: PackShape): number {
  const slices = lengthsByOffset(entries);
  let [gaps, end] = [0, 0];
  for (const offset of Float64Array.from(slices.keys()).toSorted()) {
    if (offset > end) gaps += 1;
    end = offset + (slices.get(offset) ?? 0);
  }
  const behind = Math.max(0, files - slices.size - gaps);
  return Math.max(extent, Math.min(packBytes, extent + behind * fileBytes));
}

/** Named by the hash of this very content: nothing else is in it. */
const isWhole = ({ object, encoding }: Slice, { sha256 }: Entry): boolean =>
  encoding === undefined && hashInKey(object) === sha256;

function packOf(object: string, entries: readonly Entry[]): SparsePack {
  let [alive, extent, bytes] = [0, 0, 0];
  for (const [offset, length] of lengthsByOffset(entries)) {
    alive += length;
    extent = Math.max(extent, offset + length);
  }
  for (const { size } of entries) bytes += size;
  return { object, entries, alive, extent, bytes };
}

/** Of what lives in a pack, each once. */
function lengthsByOffset(entries: readonly Entry[]): ReadonlyMap<number, number> {
  const lengths = new Map<number, number>();
  for (const { slices } of entries) for (const { offset, length } of slices) lengths.set(offset, length);
  return lengths;
}

function listIn(found: Map<string, Entry[]>, object: string): Entry[] {
  const entries = found.get(object) ?? [];
  found.set(object, entries);
  return entries;
}
