import { createHash } from 'node:crypto';
import { memorySink, memoryText } from './blob.ts';
import type { ObjectRecord } from './bucket.ts';
import { checksumHeader, checksumTag, compositeChecksum, type StoredChecksum } from './checksum.ts';
import { commitObject } from './commit.ts';
import { type Exchange, type Handler, header, xmlReply } from './exchange.ts';
import { hashBlob } from './hash-blob.ts';
import { requireUpload } from './multipart.ts';
import { quoted } from './object-headers.ts';
import { S3Error } from './s3-error.ts';
import type { Part, Upload } from './uploads.ts';
import { childText, parseXml, tag, type XmlElement, xmlDocument } from './xml.ts';

const smallestPart = 5 * 1024 ** 2;

/** Joins the named parts, under the same conditions as a PUT. Throws InvalidPart, InvalidPartOrder, EntityTooSmall. */
export const completeMultipartUpload: Handler = async (exchange) => {
  const { store, target, uploads } = exchange;
  const upload = requireUpload(exchange);
  const body = await exchange.receive(memorySink(), 8 << 20);
  const source = memoryText(body.blob);
  const parts = chooseParts(upload, parseXml(source));
  const blob = parts.flatMap((part) => part.blob);
  store.room.hold(blob);
  try {
    const record: ObjectRecord = {
      key: target.key,
      etag: multipartEtag(parts),
      size: parts.reduce((sum, part) => sum + part.size, 0),
      modifiedAt: exchange.now(),
      headers: upload.headers,
      checksums: await joinedChecksums(exchange, upload, parts),
      blob,
    };
    // A second completion of the same upload may have come first: then the parts are no longer ours.
    await commitObject(exchange, record, () => requireUpload(exchange));
    uploads.end(upload);
    const checksums = record.checksums.map(({ algorithm, value }) => tag(checksumTag(algorithm), value)).join('');
    const location = tag('Location', `/${target.bucket}/${target.key}`);
    const names = location + tag('Bucket', target.bucket) + tag('Key', target.key);
    return xmlReply(xmlDocument('CompleteMultipartUploadResult', names + tag('ETag', quoted(record.etag)) + checksums));
  } finally {
    store.room.release(blob);
  }
};

function chooseParts(upload: Upload, request: XmlElement): Part[] {
  const wanted = request.children.filter(({ name }) => name === 'Part');
  if (request.name !== 'CompleteMultipartUpload' || wanted.length === 0) throw new S3Error('MalformedXML');
  const numbers = wanted.map((entry) => Number(childText(entry, 'PartNumber')));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  const parts = wanted.map((entry, index) => matchingPart(upload, entry, numbers[index] ?? 0));
  if (parts.slice(0, -1).some(({ size }) => size < smallestPart)) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size.');
  }
  return parts;
}

function matchingPart(upload: Upload, entry: XmlElement, number: number): Part {
  const part = upload.parts.get(number);
  const etag = childText(entry, 'ETag')?.replaceAll('"', '');
  const wrongSum = part?.checksums.some(({ algorithm, value }) => {
    return (childText(entry, checksumTag(algorithm)) ?? value) !== value;
  });
  if (part !== undefined && etag === part.etag && wrongSum === false) return part;
  throw new S3Error('InvalidPart', 'One or more of the specified parts could not be found.');
}

function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

/** The whole object's checksum, when the upload declared one or every part carries the same. */
async function joinedChecksums(exchange: Exchange, upload: Upload, parts: readonly Part[]): Promise<StoredChecksum[]> {
  const algorithm = upload.algorithm ?? parts[0]?.checksums[0]?.algorithm;
  if (algorithm === undefined || exchange.lies.checksums === 'dropped') return [];
  const sent = header(exchange, checksumHeader(algorithm));
  const values = parts.map((part) => part.checksums.find((sum) => sum.algorithm === algorithm)?.value);
  if (upload.checksumType === 'COMPOSITE') {
    const known = values.filter((value) => value !== undefined);
    return known.length === parts.length ? [compositeChecksum(algorithm, known)] : [];
  }
  const blob = parts.flatMap((part) => part.blob);
  const value = (await hashBlob(exchange.store.room, blob, algorithm)).toString('base64');
  if (sent !== '' && sent !== value && exchange.lies.checksums === 'exact') {
    throw new S3Error(
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return [{ algorithm, value, type: 'FULL_OBJECT' }];
}
