import { createHash } from 'node:crypto';
import { crc32cHasher, crc32Hasher, crc64nvmeHasher, type Hasher } from './crc.ts';

export type ChecksumAlgorithm = 'sha256' | 'sha1' | 'crc32' | 'crc32c' | 'crc64nvme';

/** As S3 keeps it: base64; COMPOSITE is a checksum over the parts' checksums and ends with `-<parts>`. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['sha256', 'sha1', 'crc32', 'crc32c', 'crc64nvme'];

const hashers: Readonly<Record<ChecksumAlgorithm | 'md5', () => Hasher>> = {
  crc32: crc32Hasher,
  crc32c: crc32cHasher,
  crc64nvme: crc64nvmeHasher,
  md5: () => createHash('md5'),
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
};

export function hasherFor(algorithm: ChecksumAlgorithm | 'md5'): Hasher {
  return hashers[algorithm]();
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm}`;
}

/** The name in XML documents, such as ChecksumSHA256. */
export function checksumTag(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  const wanted = name?.toLowerCase();
  return checksumAlgorithms.find((algorithm) => algorithm === wanted);
}

/** Answer headers for stored checksums, as S3 sends them when x-amz-checksum-mode is ENABLED. */
export function checksumHeaders(checksums: readonly StoredChecksum[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { algorithm, value, type } of checksums) {
    headers[checksumHeader(algorithm)] = value;
    headers['x-amz-checksum-type'] = type;
  }
  return headers;
}

/** The composite checksum of a multipart object from its parts' checksums (base64). */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): StoredChecksum {
  const hasher = hasherFor(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part, 'base64'));
  return { algorithm, value: `${hasher.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}
