import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.ts';

/** What a request names. `bucket` and `key` are decoded and empty when absent; `query` keeps the order sent. */
export interface Target {
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: readonly (readonly [string, string])[];
}

export type Operation =
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'DeleteBucket'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'ListObjects'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'GetObject'
  | 'HeadObject'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts';

/** Splits a raw request target. Never through URL, which would fold `..` and `.` segments that are legal in keys. */
export function parseTarget(raw: string): Target {
  const mark = raw.indexOf('?');
  const rawPath = mark < 0 ? raw : raw.slice(0, mark);
  const path = decode(rawPath);
  const slash = rawPath.indexOf('/', 1);
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash < 0 ? '' : decode(rawPath.slice(slash + 1));
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 'Your key is too long');
  const pairs = mark < 0 ? [] : raw.slice(mark + 1).split('&');
  return { path, bucket, key, query: pairs.filter((pair) => pair !== '').map(parsePair) };
}

export function queryValue(target: Target, name: string): string | undefined {
  return target.query.find(([key]) => key === name)?.[1];
}

const unsupported = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging ' +
    'metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication ' +
    'requestPayment restore retention select tagging torrent versionId versions website'
  ).split(' '),
);

/** Which S3 operation a request is. Throws NotImplemented or MethodNotAllowed for what this server lacks. */
export function operationOf(method: string, target: Target, headers: IncomingHttpHeaders): Operation {
  const names = new Set(target.query.map(([name]) => name));
  const foreign = [...names].find((name) => unsupported.has(name));
  if (foreign !== undefined) throw new S3Error('NotImplemented', `This server does not implement ?${foreign}`);
  const found = target.key === '' ? onBucket(method, target, names) : onObject(method, names, headers);
  if (found === undefined) throw new S3Error('MethodNotAllowed', `${method} is not allowed here`);
  return found;
}

function onBucket(method: string, target: Target, names: ReadonlySet<string>): Operation | undefined {
  if (target.bucket === '') return method === 'GET' ? 'ListBuckets' : undefined;
  switch (method) {
    case 'PUT':
      return names.has('versioning') ? undefined : 'CreateBucket';
    case 'HEAD':
      return 'HeadBucket';
    case 'DELETE':
      return 'DeleteBucket';
    case 'POST':
      return names.has('delete') ? 'DeleteObjects' : undefined;
    case 'GET':
      if (names.has('location')) return 'GetBucketLocation';
      if (names.has('versioning')) return 'GetBucketVersioning';
      if (names.has('uploads')) return 'ListMultipartUploads';
      return queryValue(target, 'list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    default:
      return undefined;
  }
}

function onObject(method: string, names: ReadonlySet<string>, headers: IncomingHttpHeaders): Operation | undefined {
  const upload = names.has('uploadId');
  const copy = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'GET':
      return upload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      if (names.has('uploads')) return 'CreateMultipartUpload';
      return upload ? 'CompleteMultipartUpload' : undefined;
    case 'PUT':
      if (upload) return copy ? 'UploadPartCopy' : 'UploadPart';
      return copy ? 'CopyObject' : 'PutObject';
    default:
      return undefined;
  }
}

function parsePair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))];
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}
