import { sliceBlob } from './blob.ts';
import { parseRange } from './byte-range.ts';
import { checksumHeaders, checksumTag, parseAlgorithm } from './checksum.ts';
import { copyResult, copySource } from './copy.ts';
import { type Exchange, type Handler, header, xmlReply } from './exchange.ts';
import { hashBlob } from './hash-blob.ts';
import { quoted, storedHeaders } from './object-headers.ts';
import { S3Error } from './s3-error.ts';
import { queryValue } from './target.ts';
import type { Part, Upload } from './uploads.ts';
import { tag, xmlDocument } from './xml.ts';

const largestPart = 5 * 1024 ** 3;

export const createMultipartUpload: Handler = (exchange) => {
  const { store, target, uploads } = exchange;
  store.bucket(target.bucket);
  const algorithm = parseAlgorithm(header(exchange, 'x-amz-checksum-algorithm'));
  const full = header(exchange, 'x-amz-checksum-type') === 'FULL_OBJECT' || algorithm === 'crc64nvme';
  const checksumType = full ? 'FULL_OBJECT' : 'COMPOSITE';
  const headers = storedHeaders(exchange.headers);
  const { bucket, key } = target;
  const { id } = uploads.start({ bucket, key, startedAt: exchange.now(), headers, algorithm, checksumType });
  const answered = algorithm && {
    'x-amz-checksum-algorithm': algorithm.toUpperCase(),
    'x-amz-checksum-type': checksumType,
  };
  const content = tag('Bucket', bucket) + tag('Key', key) + tag('UploadId', id);
  return xmlReply(xmlDocument('InitiateMultipartUploadResult', content), answered);
};

export const uploadPart: Handler = async (exchange) => {
  const { store, uploads } = exchange;
  const number = partNumber(exchange);
  const upload = requireUpload(exchange);
  const { blob, size, md5, checksums } = await exchange.receive(undefined, largestPart);
  try {
    await exchange.beforeEffect();
    uploads.addPart(upload, { number, etag: md5, size, modifiedAt: exchange.now(), checksums, blob });
    return { status: 200, headers: { etag: quoted(md5), ...checksumHeaders(checksums) } };
  } finally {
    store.room.release(blob);
  }
};

export const uploadPartCopy: Handler = async (exchange) => {
  const { store, uploads } = exchange;
  const number = partNumber(exchange);
  const upload = requireUpload(exchange);
  const { record } = copySource(exchange);
  const range = parseRange(header(exchange, 'x-amz-copy-source-range'), record.size);
  if (range.kind === 'unsatisfiable') throw new S3Error('InvalidRange', 'The copy source range is not satisfiable');
  const [offset, size] = range.kind === 'part' ? [range.offset, range.length] : [0, record.size];
  const blob = sliceBlob(record.blob, offset, size);
  store.room.hold(blob);
  try {
    const etag = (await hashBlob(store.room, blob, 'md5')).toString('hex');
    const checksums =
      upload.algorithm === undefined
        ? []
        : [
            {
              algorithm: upload.algorithm,
              value: (await hashBlob(store.room, blob, upload.algorithm)).toString('base64'),
              type: 'FULL_OBJECT' as const,
            },
          ];
    await exchange.beforeEffect();
    const part: Part = { number, etag, size, modifiedAt: exchange.now(), checksums, blob };
    uploads.addPart(upload, part);
    return xmlReply(copyResult('CopyPartResult', part));
  } finally {
    store.room.release(blob);
  }
};

export const abortMultipartUpload: Handler = async (exchange) => {
  await exchange.beforeEffect();
  exchange.uploads.end(requireUpload(exchange));
  return { status: 204, headers: {} };
};

/** Pages by part-number-marker and max-parts, as S3 does. */
export const listParts: Handler = (exchange) => {
  const upload = requireUpload(exchange);
  const marker = Number(queryValue(exchange.target, 'part-number-marker') ?? 0);
  const limit = Math.min(Number(queryValue(exchange.target, 'max-parts') ?? 1000), 1000);
  const rest = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .toSorted((a, b) => a.number - b.number);
  const page = rest.slice(0, limit);
  const parts = page.map(({ number, etag, size, modifiedAt, checksums }) => {
    const sums = checksums.map(({ algorithm, value }) => tag(checksumTag(algorithm), value)).join('');
    const modified = tag('LastModified', new Date(modifiedAt).toISOString());
    return `<Part>${tag('PartNumber', number)}${modified}${tag('ETag', quoted(etag))}${tag('Size', size)}${sums}</Part>`;
  });
  const content =
    tag('Bucket', upload.bucket) +
    tag('Key', upload.key) +
    tag('UploadId', upload.id) +
    tag('PartNumberMarker', marker) +
    tag('NextPartNumberMarker', page.at(-1)?.number ?? marker) +
    tag('MaxParts', limit) +
    tag('IsTruncated', page.length < rest.length);
  return xmlReply(xmlDocument('ListPartsResult', content + parts.join('')));
};

export const listMultipartUploads: Handler = ({ store, target, uploads }) => {
  store.bucket(target.bucket);
  const prefix = queryValue(target, 'prefix') ?? '';
  const open = uploads.inBucket(target.bucket).filter(({ key }) => key.startsWith(prefix));
  const entries = open.map(({ id, key, startedAt }) => {
    return `<Upload>${tag('Key', key)}${tag('UploadId', id)}${tag('Initiated', new Date(startedAt).toISOString())}</Upload>`;
  });
  const content = tag('Bucket', target.bucket) + tag('Prefix', prefix) + tag('IsTruncated', false);
  return xmlReply(xmlDocument('ListMultipartUploadsResult', content + entries.join('')));
};

export function requireUpload(exchange: Exchange): Upload {
  const { bucket, key } = exchange.target;
  return exchange.uploads.require(queryValue(exchange.target, 'uploadId') ?? '', bucket, key);
}

function partNumber(exchange: Exchange): number {
  const number = Number(queryValue(exchange.target, 'partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
}
