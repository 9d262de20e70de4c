import type { Blob, BlobRoom } from './blob.ts';
import { segmentLength } from './blob.ts';
import { type ChecksumAlgorithm, hasherFor } from './checksum.ts';

/** The raw digest of stored bytes, read in pieces. The caller holds a reference meanwhile. */
export async function hashBlob(room: BlobRoom, blob: Blob, algorithm: ChecksumAlgorithm | 'md5'): Promise<Buffer> {
  const hasher = hasherFor(algorithm);
  const size = blob.reduce((sum, segment) => sum + segmentLength(segment), 0);
  for await (const chunk of room.read(blob, 0, size)) hasher.update(chunk);
  return hasher.digest();
}
