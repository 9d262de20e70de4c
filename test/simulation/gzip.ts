import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/* zlib without its thread pool, which nothing could put in order. What one process has zipped, all others and the oracle unzip. */

const MOST_KNOWN = 500;
/** By the SHA-256 of what they come from. */
const unzipped = new Map<string, Uint8Array>();

/** Small windows: a seed zips a shard for each of its commits. */
export function zip(bytes: Uint8Array): Uint8Array {
  const zipped = gzipSync(bytes, { level: 1, memLevel: 1, windowBits: 9 });
  remember(hash('sha256', zipped), Uint8Array.from(bytes));
  return zipped;
}

/** Throws what zlib says of bytes that are damaged, or of more than `limit` bytes. */
export function unzip(bytes: Uint8Array, limit?: number): Uint8Array {
  const sha256 = hash('sha256', bytes);
  let found = unzipped.get(sha256);
  if (found === undefined || (limit !== undefined && found.length > limit)) {
    found = gunzipSync(bytes, limit === undefined ? {} : { maxOutputLength: limit });
    remember(sha256, found);
  }
  // A copy, as each call of zlib's gives.
  return Uint8Array.from(found);
}

function remember(sha256: string, bytes: Uint8Array): void {
  if (unzipped.size >= MOST_KNOWN) unzipped.clear();
  unzipped.set(sha256, bytes);
}
