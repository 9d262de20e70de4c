import type { Bucket, ObjectRecord } from './bucket.ts';
import { checksumTag } from './checksum.ts';
import { commitCopy } from './commit.ts';
import { namesEtag, preconditionFailed } from './conditions.ts';
import { type Exchange, type Handler, header, noSuchKey, xmlReply } from './exchange.ts';
import { quoted, storedHeaders } from './object-headers.ts';
import { S3Error } from './s3-error.ts';
import { tag, xmlDocument } from './xml.ts';

/** Copies within the server: the new object shares the source's bytes. */
export const copyObject: Handler = async (exchange) => {
  const { store, target } = exchange;
  store.bucket(target.bucket);
  const { bucket, record: source } = copySource(exchange);
  const replace = header(exchange, 'x-amz-metadata-directive').toUpperCase() === 'REPLACE';
  if (!replace && bucket.name === target.bucket && source.key === target.key) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself.',
    );
  }
  const headers = replace ? storedHeaders(exchange.headers) : source.headers;
  store.room.hold(source.blob);
  try {
    const copy: ObjectRecord = { ...source, key: target.key, modifiedAt: exchange.now(), headers };
    await commitCopy(exchange, copy);
    return xmlReply(copyResult('CopyObjectResult', copy));
  } finally {
    store.room.release(source.blob);
  }
};

export function copyResult(root: string, copy: Pick<ObjectRecord, 'etag' | 'modifiedAt' | 'checksums'>): string {
  const checksums = copy.checksums.map(({ algorithm, value }) => tag(checksumTag(algorithm), value)).join('');
  const modified = tag('LastModified', new Date(copy.modifiedAt).toISOString());
  return xmlDocument(root, modified + tag('ETag', quoted(copy.etag)) + checksums);
}

/** The object x-amz-copy-source names, its conditions met. Throws NoSuchKey, AccessDenied, PreconditionFailed. */
export function copySource(exchange: Exchange): { bucket: Bucket; record: ObjectRecord } {
  const [path = '', version] = header(exchange, 'x-amz-copy-source').split('?');
  if (version !== undefined) throw new S3Error('NotImplemented', 'This server keeps no versions');
  const decoded = decode(path.replace(/^\//, ''));
  const slash = decoded.indexOf('/');
  if (slash < 1) throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key');
  const name = decoded.slice(0, slash);
  const access = exchange.accessTo(name);
  if (access === 'forbidden') throw new S3Error('AccessDenied', 'Access Denied');
  const bucket = exchange.store.bucket(name);
  const record = bucket.get(decoded.slice(slash + 1));
  if (record === undefined) throw noSuchKey(access);
  const match = header(exchange, 'x-amz-copy-source-if-match');
  const noneMatch = header(exchange, 'x-amz-copy-source-if-none-match');
  if (match !== '' && !namesEtag(match, record.etag)) throw preconditionFailed('x-amz-copy-source-If-Match');
  if (noneMatch !== '' && namesEtag(noneMatch, record.etag))
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  return { bucket, record };
}

function decode(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    throw new S3Error('InvalidArgument', 'Copy Source cannot be decoded');
  }
}
