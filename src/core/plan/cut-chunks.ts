/** Where a large file is cut into chunks, in bytes. `least` = `most` cuts at every `most`. */
export interface ChunkLimits {
  /** No chunk but the last is smaller. */
  readonly least: number;
  /** Of random bytes; `least` and a power of two, or the next one below. */
  readonly average: number;
  /** No chunk is larger, and only a file that is larger is cut at all. */
  readonly most: number;
}

export const CHUNK_LIMITS: ChunkLimits = { least: 1 << 20, average: 3 << 20, most: 8 << 20 };

/** Whatever a file holds, its chunks have to fit into the 4 MiB of one entry: so many of them do. */
export const MOST_CHUNKS = 16_384;
/** No object is larger, in bytes. */
const OBJECT_BYTES = 16 << 20;

/** The limits for a file of `size` bytes: doubled for a huge one, until its chunks are no more than an entry can name. */
export function chunkLimitsOf(size: number, limits: ChunkLimits): ChunkLimits {
  let { least, average, most } = limits;
  while (size > MOST_CHUNKS * least && least < OBJECT_BYTES) {
    least = Math.min(2 * least, OBJECT_BYTES);
    average *= 2;
    most = Math.max(least, Math.min(2 * most, OBJECT_BYTES));
  }
  return { least, average, most };
}

/** No larger file can be named by an entry. Bytes. */
export const LARGEST_FILE = MOST_CHUNKS * OBJECT_BYTES;

/**
 * Bytes of the next chunk. `ahead` are the `most` next bytes of the file, or all that are left. A cut depends on the 32 bytes before it,
 * and on the last cut only where that is too near or too far: so some chunks after a change the cuts are the old ones again.
 * The gear hash of FastCDC (Xia et al., 2016), without its normalisation: chunks of ever the same size rarely fall in step again.
 */
export function chunkLength(ahead: Uint8Array, { least, average, most }: ChunkLimits): number {
  const end = Math.min(most, ahead.byteLength);
  if (end <= least) return end;
  const bits = Math.max(1, 31 - Math.clz32(average - least));
  // The highest bits depend on most of the bytes before.
  return boundary(ahead, least, end, -1 << (32 - bits)) ?? end;
}

/** The end of the first byte from `from` on, and before `to`, at which the bits of `mask` are zero in the hash of what came before it. */
function boundary(bytes: Uint8Array, from: number, to: number, mask: number): number | null {
  let hash = 0;
  let at = from;
  const bytewise = (end: number): number | null => {
    while (at < end) {
      hash = ((hash << 1) + gear(bytes[at] as number)) | 0;
      at += 1;
      if ((hash & mask) === 0) return at;
    }
    return null;
  };
  const aligned = from + (-(bytes.byteOffset + from) & 3);
  const early = bytewise(Math.min(aligned, to));
  if (early !== null || at === to) return early;
  // Four bytes by one load are four times as fast. Where the first of them is not the lowest, cuts are others, and nothing else is.
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 2);
  for (let nth = 0; nth < words.length; nth += 1) {
    const word = words[nth] as number;
    const first = ((hash << 1) + gear(word & 255)) | 0;
    const second = ((first << 1) + gear((word >>> 8) & 255)) | 0;
    const third = ((second << 1) + gear((word >>> 16) & 255)) | 0;
    const fourth = ((third << 1) + gear(word >>> 24)) | 0;
    if ((first & mask) === 0 || (second & mask) === 0 || (third & mask) === 0 || (fourth & mask) === 0) {
      at += 4 * nth;
      return bytewise(at + 4);
    }
    hash = fourth;
  }
  at += 4 * words.length;
  return bytewise(to);
}

/** A number for each value of a byte, as if drawn by chance. Other ones would cut everywhere else, and everything would be sent again. */
const GEAR = Int32Array.from({ length: 256 }, (_, byte) => scattered(byte + 1));
const gear = (byte: number): number => GEAR[byte] as number;

/** The finaliser of MurmurHash3 over a Weyl sequence. */
function scattered(nth: number): number {
  let bits = Math.imul(nth, 0x9e3779b9);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
