import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { chunkedDecoder } from './aws-chunked.ts';
import type { Blob, BlobSink } from './blob.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  hasherFor,
  type StoredChecksum,
} from './checksum.ts';
import type { Hasher } from './crc.ts';
import { S3Error } from './s3-error.ts';
import type { Signer } from './sigv4.ts';

export interface ReceiveOptions {
  readonly signer: Signer | undefined;
  readonly checksums: 'exact' | 'unchecked' | 'dropped';
  /** Most payload bytes taken; beyond, EntityTooLarge. */
  readonly limit: number;
  readonly onBytes: (count: number) => void;
}

/** A body that arrived whole and is what its sender said it is. `md5` is hex, the ETag of a plain object. */
export interface Received {
  readonly blob: Blob;
  readonly size: number;
  readonly md5: string;
  readonly checksums: readonly StoredChecksum[];
}

/** Reads a request's body into the sink, decoding aws-chunked, and verifies length, Content-MD5, x-amz-checksum-*
 *  (header or trailer) and x-amz-content-sha256. On any error the sink is discarded. */
export async function receiveBody(
  request: IncomingMessage,
  sink: BlobSink,
  options: ReceiveOptions,
): Promise<Received> {
  try {
    return await receive(request, sink, options);
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function receive(request: IncomingMessage, sink: BlobSink, options: ReceiveOptions): Promise<Received> {
  const { headers } = request;
  const declaredSha256 = headerOf(request, 'x-amz-content-sha256');
  const streaming = declaredSha256.startsWith('STREAMING-');
  const chunked =
    streaming || (headers['content-encoding'] ?? '').split(',').some((part) => part.trim() === 'aws-chunked');
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const algorithms = declaredAlgorithms(request);
  const hashers = new Map<ChecksumAlgorithm, Hasher>(algorithms.map((name) => [name, hasherFor(name)]));
  const whole = /^[0-9a-f]{64}$/.test(declaredSha256) && options.signer ? createHash('sha256') : undefined;
  const md5 = createHash('md5');
  const decoder = chunked
    ? chunkedDecoder(declaredSha256.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD') ? options.signer : undefined)
    : undefined;
  let size = 0;

  async function take(payload: Buffer): Promise<void> {
    size += payload.length;
    if (size > options.limit)
      throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
    md5.update(payload);
    whole?.update(payload);
    for (const hasher of hashers.values()) hasher.update(payload);
    await sink.write(payload);
  }

  for await (const piece of request as AsyncIterable<Buffer>) {
    options.onBytes(piece.length);
    if (decoder === undefined) await take(piece);
    else for (const payload of decoder.push(piece)) await take(payload);
  }
  const trailers = decoder?.end() ?? new Map<string, string>();
  const decodedLength = headerOf(request, 'x-amz-decoded-content-length');
  if (chunked && decodedLength !== '' && Number(decodedLength) !== size) {
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by x-amz-decoded-content-length',
    );
  }
  const digest = md5.digest();
  if (whole !== undefined && whole.digest('hex') !== declaredSha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (options.checksums === 'exact') checkMd5(headerOf(request, 'content-md5'), digest);
  const checksums: StoredChecksum[] = [];
  for (const [algorithm, hasher] of hashers) {
    const sent = headerOf(request, checksumHeader(algorithm)) || trailers.get(checksumHeader(algorithm));
    const value = hasher.digest().toString('base64');
    if (options.checksums === 'exact' && sent !== value) {
      throw new S3Error(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    if (options.checksums !== 'dropped') checksums.push({ algorithm, value: sent ?? value, type: 'FULL_OBJECT' });
  }
  return { blob: await sink.finish(), size, md5: digest.toString('hex'), checksums };
}

/** The algorithms a request promises a checksum for, in a header or as a trailer. */
function declaredAlgorithms(request: IncomingMessage): ChecksumAlgorithm[] {
  const trailers = headerOf(request, 'x-amz-trailer').toLowerCase();
  return checksumAlgorithms.filter(
    (name) =>
      request.headers[checksumHeader(name)] !== undefined ||
      trailers.split(',').some((part) => part.trim() === checksumHeader(name)),
  );
}

function checkMd5(sent: string, digest: Buffer): void {
  if (sent === '') return;
  if (Buffer.from(sent, 'base64').length !== 16)
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  if (sent !== digest.toString('base64')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
