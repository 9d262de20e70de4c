import { parseRange } from './byte-range.ts';
import { checksumHeaders } from './checksum.ts';
import { commitObject } from './commit.ts';
import { judgeRead, namesEtag, preconditionFailed } from './conditions.ts';
import { type Exchange, type Handler, header, noSuchKey, type Reply } from './exchange.ts';
import { objectHeaders, quoted, storedHeaders } from './object-headers.ts';
import { S3Error } from './s3-error.ts';

const largestPut = 5 * 1024 ** 3;

export const putObject: Handler = async (exchange) => {
  const { store, target } = exchange;
  store.bucket(target.bucket);
  const headers = storedHeaders(exchange.headers);
  const received = await exchange.receive(undefined, largestPut);
  try {
    const { blob, size, md5, checksums } = received;
    await commitObject(exchange, {
      key: target.key,
      etag: md5,
      size,
      modifiedAt: exchange.now(),
      headers,
      checksums,
      blob,
    });
    return { status: 200, headers: { etag: quoted(md5), ...checksumHeaders(checksums) } };
  } finally {
    store.room.release(received.blob);
  }
};

export const getObject: Handler = (exchange) => readObject(exchange, true);

export const headObject: Handler = (exchange) => readObject(exchange, false);

function readObject(exchange: Exchange, withBody: boolean): Reply {
  const { store, target } = exchange;
  const record = store.bucket(target.bucket).get(target.key);
  if (record === undefined) throw noSuchKey(exchange.access);
  const verdict = judgeRead(exchange.headers, record);
  if (verdict === 'failed') throw preconditionFailed('If-Match');
  if (verdict === 'not-modified') {
    const { etag, 'last-modified': modified } = objectHeaders(record, false);
    return { status: 304, headers: { etag: etag ?? '', 'last-modified': modified ?? '' } };
  }
  const range = parseRange(header(exchange, 'range'), record.size);
  if (range.kind === 'unsatisfiable') {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      'content-range': `bytes */${record.size}`,
    });
  }
  const partial = range.kind === 'part';
  const [offset, length] = partial ? [range.offset, range.length] : [0, record.size];
  const withChecksums = !partial && header(exchange, 'x-amz-checksum-mode').toUpperCase() === 'ENABLED';
  const headers = { ...objectHeaders(record, withChecksums), 'content-length': String(length) };
  const status = partial ? 206 : 200;
  const answered = partial
    ? { ...headers, 'content-range': `bytes ${offset}-${offset + length - 1}/${record.size}` }
    : headers;
  if (!withBody) return { status, headers: answered };
  store.room.hold(record.blob);
  return {
    status,
    headers: answered,
    body: { blob: record.blob, offset, length },
    close: () => store.room.release(record.blob),
  };
}

/** A missing key is no error, also with If-Match: the wanted state is reached. */
export const deleteObject: Handler = async (exchange) => {
  const { store, target, lies } = exchange;
  await exchange.beforeEffect();
  const bucket = store.bucket(target.bucket);
  const current = bucket.get(target.key);
  const match = header(exchange, 'if-match');
  if (current !== undefined && match !== '' && lies.deletes === 'exact' && !namesEtag(match, current.etag)) {
    throw preconditionFailed('If-Match');
  }
  bucket.remove(target.key);
  return { status: 204, headers: {} };
};
