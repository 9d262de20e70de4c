import type { Bucket } from './bucket.ts';
import { checksumAlgorithms } from './checksum.ts';
import type { Exchange, Handler } from './exchange.ts';
import { xmlReply } from './exchange.ts';
import { type ListingPage, type ListingRequest, listPage } from './listing.ts';
import { quoted } from './object-headers.ts';
import { S3Error } from './s3-error.ts';
import { encode } from './sigv4.ts';
import { queryValue } from './target.ts';
import { tag, xmlDocument } from './xml.ts';

export const listObjectsV2: Handler = (exchange) => {
  const query = (name: string): string => queryValue(exchange.target, name) ?? '';
  const token = query('continuation-token');
  const startAfter = query('start-after');
  const started = startAfter === '' ? undefined : { name: startAfter, group: false };
  const { bucket, request, page, write } = prepare(exchange, token === '' ? started : parseToken(token));
  return xmlReply(
    xmlDocument(
      'ListBucketResult',
      describe(bucket, request, page, write) +
        tag('KeyCount', page.keys.length + page.groups.length) +
        (startAfter === '' ? '' : tag('StartAfter', write(startAfter))) +
        (token === '' ? '' : tag('ContinuationToken', token)) +
        (page.next === undefined ? '' : tag('NextContinuationToken', makeToken(page.next))),
    ),
  );
};

/** The first version, for old clients. Its marker may name a common prefix, whose keys are then skipped. */
export const listObjects: Handler = (exchange) => {
  const marker = queryValue(exchange.target, 'marker') ?? '';
  const delimiter = queryValue(exchange.target, 'delimiter') ?? '';
  const after = { name: marker, group: delimiter !== '' && marker.endsWith(delimiter) };
  const { bucket, request, page, write } = prepare(exchange, marker === '' ? undefined : after);
  const next = page.next === undefined || delimiter === '' ? '' : tag('NextMarker', write(page.next.name));
  return xmlReply(
    xmlDocument('ListBucketResult', describe(bucket, request, page, write) + tag('Marker', write(marker)) + next),
  );
};

function prepare(exchange: Exchange, after: ListingRequest['after']) {
  const query = (name: string): string | undefined => queryValue(exchange.target, name);
  const encoding = query('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified');
  const limit = Number(query('max-keys') ?? 1000);
  if (!Number.isInteger(limit) || limit < 0) throw new S3Error('InvalidArgument', 'max-keys must be a whole number');
  const bucket = exchange.store.bucket(exchange.target.bucket);
  const request = {
    prefix: query('prefix') ?? '',
    delimiter: query('delimiter') ?? '',
    after,
    limit: Math.min(limit, 1000),
  };
  const write = encoding === 'url' ? encodeKey : (key: string): string => key;
  return { bucket, request, page: listPage(bucket.keys(), request), write };
}

function describe(bucket: Bucket, request: ListingRequest, page: ListingPage, write: (key: string) => string): string {
  const contents = page.keys.map((key) => describeObject(bucket, key, write)).join('');
  const groups = page.groups.map((name) => `<CommonPrefixes>${tag('Prefix', write(name))}</CommonPrefixes>`).join('');
  return (
    tag('Name', bucket.name) +
    tag('Prefix', write(request.prefix)) +
    (request.delimiter === '' ? '' : tag('Delimiter', write(request.delimiter))) +
    tag('MaxKeys', request.limit) +
    (write === encodeKey ? tag('EncodingType', 'url') : '') +
    tag('IsTruncated', page.next !== undefined) +
    contents +
    groups
  );
}

function describeObject(bucket: Bucket, key: string, write: (key: string) => string): string {
  const record = bucket.get(key);
  if (record === undefined) return '';
  const algorithms = checksumAlgorithms.filter((name) => record.checksums.some(({ algorithm }) => algorithm === name));
  const checksums = algorithms.map((name) => tag('ChecksumAlgorithm', name.toUpperCase())).join('');
  const modified = tag('LastModified', new Date(record.modifiedAt).toISOString());
  const body =
    tag('Key', write(key)) + modified + tag('ETag', quoted(record.etag)) + checksums + tag('Size', record.size);
  return `<Contents>${body}${tag('StorageClass', 'STANDARD')}</Contents>`;
}

function encodeKey(key: string): string {
  return encode(key).replaceAll('%2F', '/');
}

function makeToken(after: { readonly name: string; readonly group: boolean }): string {
  return Buffer.from(`${after.group ? 'g' : 'k'}${after.name}`).toString('base64url');
}

function parseToken(token: string): ListingRequest['after'] {
  const text = Buffer.from(token, 'base64url').toString();
  if (!/^[gk]./s.test(text)) throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  return { name: text.slice(1), group: text.startsWith('g') };
}
