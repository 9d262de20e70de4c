import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DEFAULT_TIMING, type Timing } from '../../core/config/timing.ts';
import { StoreError } from '../../core/errors.ts';
import type { ObjectStore, PutOptions } from '../../engine/ports.ts';
import { withDeadline } from './call.ts';
import { createClient } from './client.ts';
import { checkedEndpoint } from './endpoint.ts';
import { encryptionFields, fromBase64, timeOf, toBase64 } from './fields.ts';
import { readObject } from './get-object.ts';
import { outgoing } from './sdk-shapes.ts';
import { storeFailure } from './store-failure.ts';

/* One door to the SDK: the extension loads this file, and it alone, on first use. */
export { openBucket } from './bucket.ts';
export { listBuckets } from './list-buckets.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Without leading or trailing `/`; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Stores other than AWS. https, or http on this machine. */
  readonly endpoint?: string;
  readonly forcePathStyle: boolean;
  readonly profile?: string;
  readonly encryption?: { readonly mode: 'sse-s3' } | { readonly mode: 'sse-kms'; readonly keyId?: string };
  /** The AWS chain otherwise. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Requests that will be sent at once; 64 otherwise. Sizes the connection pool, limits nothing: see `bounded`. */
  readonly concurrency?: number;
  readonly timing?: Pick<Timing, 'connectMs' | 'idleMs' | 'requestMs'>;
}

/** The slowest upload that is waited for, in bytes a millisecond: 16 KiB/s. */
const SLOWEST = 16;

/**
 * A bucket and prefix over the AWS SDK. Sends each request once (see `retrying`). ETags are given as the store gave
 * them and sent as they are given. SyncError('config') when the endpoint cannot be used.
 */
export function openS3Store(options: S3StoreOptions): ObjectStore {
  const endpoint = options.endpoint === undefined ? undefined : checkedEndpoint(options.endpoint);
  const traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };
  const { requestMs } = options.timing ?? DEFAULT_TIMING;
  const client = createClient(options, endpoint, traffic);
  const Bucket = options.bucket;
  const base = options.prefix === '' ? '' : `${options.prefix}/`;
  const encryption = encryptionFields(options.encryption);

  const asked = {
    bucket: Bucket,
    region: options.region,
    profile: options.profile,
    ownKeys: options.credentials !== undefined,
  };

  async function call<T>(
    what: string,
    signal: AbortSignal | undefined,
    send: (signal: AbortSignal) => Promise<T>,
    { conditional = false, ms = requestMs } = {},
  ): Promise<T> {
    try {
      return await withDeadline(what, ms, signal, send);
    } catch (error) {
      throw storeFailure(error, { ...asked, what, conditional }, signal);
    }
  }

  async function put(key: string, body: Uint8Array, put: PutOptions = {}): Promise<{ readonly etag: string }> {
    const { condition, sha256, contentType } = put;
    const command = new PutObjectCommand({
      Bucket,
      Key: base + key,
      Body: body,
      ContentLength: body.byteLength,
      ...encryption,
      ...(contentType === undefined ? {} : { ContentType: contentType }),
      ...(sha256 === undefined ? {} : { ChecksumSHA256: toBase64(sha256) }),
      ...(condition?.kind === 'absent' ? { IfNoneMatch: '*' } : {}),
      ...(condition?.kind === 'match' ? { IfMatch: condition.etag } : {}),
    });
    if (sha256 !== undefined) presetPayloadHash(command, sha256);
    const ms = put.timeoutMs ?? requestMs + body.byteLength / SLOWEST;
    const conditional = condition !== undefined;
    const answer = await call(`PUT of "${key}"`, put.signal, (abortSignal) => client.send(command, { abortSignal }), {
      conditional,
      ms,
    });
    if (answer.ETag === undefined) throw new StoreError('busy', `PUT of "${key}": the answer names no version (ETag).`);
    return { etag: answer.ETag };
  }

  return {
    name: `s3://${Bucket}${base === '' ? '' : `/${options.prefix}`} at ${endpoint?.host ?? `AWS ${options.region}`}`,
    traffic,
    put,
    get: (key, get = {}) =>
      call(`GET of "${key}"`, get.signal, (abortSignal) =>
        readObject(client, { Bucket, Key: base + key }, key, get, traffic, abortSignal),
      ),
    head: (key, head) =>
      call(`HEAD of "${key}"`, head?.signal, async (abortSignal) => {
        const input = { Bucket, Key: base + key, ChecksumMode: 'ENABLED' as const };
        const {
          ETag = '',
          ContentLength,
          LastModified,
          ChecksumSHA256,
        } = await client.send(new HeadObjectCommand(input), { abortSignal });
        return {
          key,
          etag: ETag,
          size: ContentLength ?? 0,
          lastModified: timeOf(LastModified),
          ...fromBase64(ChecksumSHA256),
        };
      }),
    list: (prefix, { token, limit, signal } = {}) =>
      call(`LIST below "${prefix}"`, signal, async (abortSignal) => {
        const input = {
          Bucket,
          Prefix: base + prefix,
          // XML has no way to carry every key.
          EncodingType: 'url' as const,
          ...(token === undefined ? {} : { ContinuationToken: token }),
          ...(limit === undefined ? {} : { MaxKeys: limit }),
        };
        const page = await client.send(new ListObjectsV2Command(input), { abortSignal });
        const decode = page.EncodingType === 'url' ? fromUrl : (key: string) => key;
        const objects = (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0, LastModified }) => ({
          key: decode(Key).slice(base.length),
          etag: ETag,
          size: Size,
          lastModified: timeOf(LastModified),
        }));
        const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        return next === undefined ? { objects } : { objects, next };
      }),
    delete: (key, options) =>
      call(`DELETE of "${key}"`, options?.signal, async (abortSignal) => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: base + key }), { abortSignal });
      }).catch((error: unknown) => {
        if (!(error instanceof StoreError && error.kind === 'missing')) throw error;
      }),
    copy: (from, to, options) =>
      call(`COPY of "${from}" to "${to}"`, options?.signal, async (abortSignal) => {
        const source = `${Bucket}/${base}${from}`.split('/').map(encodeURIComponent).join('/');
        const input = { Bucket, Key: base + to, CopySource: source, ...encryption };
        await client.send(new CopyObjectCommand(input), { abortSignal });
      }),
    close: () => client.destroy(),
  };
}

/** The signature takes this hash, and the store checks it, so the SDK need not hash the body a second time. */
function presetPayloadHash(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      outgoing(args.request).headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'presetPayloadHash' },
  );
}

const fromUrl = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));
