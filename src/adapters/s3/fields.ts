import type { S3StoreOptions } from './s3-store.ts';

/** Server-side encryption as fields of a PUT or COPY. */
export function encryptionFields(encryption: S3StoreOptions['encryption']) {
  if (encryption === undefined) return {};
  if (encryption.mode === 'sse-s3') return { ServerSideEncryption: 'AES256' as const };
  const key = encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId };
  return { ServerSideEncryption: 'aws:kms' as const, ...key };
}

export const toBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** The checksum of a whole object; nothing for the composite ones of multipart uploads. */
export function fromBase64(checksum: string | undefined): { readonly sha256?: string } {
  const bytes = Buffer.from(checksum ?? '', 'base64');
  return bytes.byteLength === 32 && !checksum?.includes('-') ? { sha256: bytes.toString('hex') } : {};
}

/** The time in a header, milliseconds since 1970. Null where it names none. */
export function timeIn(text: string | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}

/** Milliseconds since 1970; 0 (older than anything) where a store does not say. */
export const timeOf = (date: Date | undefined): number => date?.getTime() ?? 0;
