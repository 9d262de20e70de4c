import type { IncomingHttpHeaders } from 'node:http';
import type { ObjectRecord } from './bucket.ts';
import { checksumHeaders } from './checksum.ts';
import { S3Error } from './s3-error.ts';

const kept = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

const metadataLimit = 2048;

/** What an upload's headers leave with the object: content headers and user metadata. Throws MetadataTooLarge. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadata = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    const user = name.startsWith('x-amz-meta-');
    if (user) metadata += name.length - 'x-amz-meta-'.length + value.length;
    if (user || kept.includes(name)) stored[name] = value;
  }
  const encoding = (headers['content-encoding'] ?? '').split(',').map((part) => part.trim());
  const left = encoding.filter((part) => part !== '' && part !== 'aws-chunked').join(',');
  if (left !== '') stored['content-encoding'] = left;
  if (metadata > metadataLimit) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return stored;
}

/** The headers of a GET or HEAD answer, without its length. */
export function objectHeaders(record: ObjectRecord, withChecksums: boolean): Record<string, string> {
  return {
    ...record.headers,
    ...(withChecksums ? checksumHeaders(record.checksums) : {}),
    'accept-ranges': 'bytes',
    etag: quoted(record.etag),
    'last-modified': new Date(record.modifiedAt).toUTCString(),
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
