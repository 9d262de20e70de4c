import { hash } from 'node:crypto';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { copyOf } from './disk/bytes.ts';

/* zlib without its thread pool, which nothing could put in order. What one process has packed, all others and the oracle unpack. */

const MOST_KNOWN = 500;

/** Small windows: a seed zips a shard for each of its commits. Both give a copy; `unpack` throws what zlib says of bytes that are damaged, or of more than `limit` bytes. */
export const gzip = createFormat((bytes) => gzipSync(bytes, { level: 1, memLevel: 1, windowBits: 9 }), gunzipSync);

export const zstd = createFormat(
  (bytes) => zstdCompressSync(bytes, { pledgedSrcSize: bytes.byteLength }),
  zstdDecompressSync,
);

function createFormat(
  pack: (bytes: Uint8Array) => Uint8Array,
  unpack: (packed: Uint8Array, options: { maxOutputLength?: number }) => Uint8Array,
) {
  /** By the SHA-256 of what they come from. */
  const unpacked = new Map<string, Uint8Array>();

  function remember(sha256: string, bytes: Uint8Array): void {
    if (unpacked.size >= MOST_KNOWN) unpacked.clear();
    unpacked.set(sha256, bytes);
  }

  return {
    pack(bytes: Uint8Array): Uint8Array {
      const packed = pack(bytes);
      remember(hash('sha256', packed), copyOf(bytes));
      return packed;
    },
    unpack(packed: Uint8Array, limit?: number): Uint8Array {
      const sha256 = hash('sha256', packed);
      let found = unpacked.get(sha256);
      if (found === undefined || (limit !== undefined && found.length > limit)) {
        found = unpack(packed, limit === undefined ? {} : { maxOutputLength: limit });
        remember(sha256, found);
      }
      return copyOf(found);
    },
  };
}
