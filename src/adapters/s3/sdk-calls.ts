import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DEFAULT_TIMING } from '../../core/config/timing.ts';
import { StoreError } from '../../core/errors.ts';
import type { GetOptions, ListPage, ObjectInfo, PutOptions } from '../../engine/ports.ts';
import { createClient, type Traffic } from './client.ts';
import type { Answer } from './direct/requests.ts';
import { encryptionFields, fromBase64, timeOf, toBase64 } from './fields.ts';
import { readObject } from './get-object.ts';
import type { KeySource } from './keys.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { outgoing } from './sdk-shapes.ts';

/** The calls of a store by the AWS SDK, each sent once. Rejects with what the SDK threw. */
export interface SdkCalls {
  get(key: string, options: GetOptions, abortSignal: AbortSignal): Promise<Answer>;
  put(key: string, body: Uint8Array, options: PutOptions, abortSignal: AbortSignal): Promise<{ readonly etag: string }>;
  head(key: string, abortSignal: AbortSignal): Promise<ObjectInfo>;
  list(prefix: string, page: { token?: string; limit?: number }, abortSignal: AbortSignal): Promise<ListPage>;
  delete(key: string, abortSignal: AbortSignal): Promise<void>;
  copy(from: string, to: string, abortSignal: AbortSignal): Promise<void>;
  close(): void;
}

export function openSdkCalls(
  options: S3StoreOptions,
  endpoint: URL | undefined,
  keys: KeySource,
  traffic: Traffic,
): SdkCalls {
  const client = createClient(options, endpoint, traffic, keys);
  const Bucket = options.bucket;
  const base = options.prefix === '' ? '' : `${options.prefix}/`;
  const { requestMs } = options.timing ?? DEFAULT_TIMING;
  const encryption = encryptionFields(options.encryption);

  return {
    get: (key, get, abortSignal) =>
      readObject(client, { Bucket, Key: base + key }, key, get, { traffic, requestMs }, abortSignal),
    async put(key, body, { condition, sha256, contentType, pace }, abortSignal) {
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
      await pace?.next(body.byteLength);
      const { ETag } = await client.send(command, { abortSignal });
      if (ETag === undefined) throw new StoreError('busy', `PUT of "${key}": the answer names no version (ETag).`);
      return { etag: ETag };
    },
    async head(key, abortSignal) {
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
    },
    async list(prefix, { token, limit }, abortSignal) {
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
      if (page.IsTruncated !== true) return { objects };
      // Taken for a whole one, it would hide what is there.
      if (!page.NextContinuationToken)
        throw new StoreError(
          'rejected',
          `LIST below "${prefix}": the store says that there is more, and not how to go on.`,
        );
      return { objects, next: page.NextContinuationToken };
    },
    async delete(key, abortSignal) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: base + key }), { abortSignal });
    },
    async copy(from, to, abortSignal) {
      const source = `${Bucket}/${base}${from}`.split('/').map(encodeURIComponent).join('/');
      const input = { Bucket, Key: base + to, CopySource: source, ...encryption };
      await client.send(new CopyObjectCommand(input), { abortSignal });
    },
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
