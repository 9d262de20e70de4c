import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { StoreError } from '../../core/errors.ts';
import type { GetOptions } from '../../engine/ports.ts';
import { answerDate, type Traffic } from './client.ts';
import type { Answer } from './direct/requests.ts';
import { fromBase64, timeOf } from './fields.ts';
import { responseBody } from './response-body.ts';
import { statusOf } from './sdk-shapes.ts';

/** One GET. Rejects with what the SDK threw; 304 is `unchanged`. The body stays tied to `get.signal`. */
export async function readObject(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  key: string,
  { range, ifNoneMatch, signal }: GetOptions,
  { traffic, requestMs }: { readonly traffic: Traffic; readonly requestMs: number },
  abortSignal: AbortSignal,
): Promise<Answer> {
  const command = new GetObjectCommand({
    ...place,
    ...(range ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {}),
    ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
  });
  const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
    if (ifNoneMatch !== undefined && statusOf(error) === 304) return null;
    throw error;
  });
  if (answer === null) return { kind: 'unchanged' };
  const { ETag = '', ContentLength, ContentRange, LastModified, ChecksumSHA256 } = answer;
  const stream = answer.Body instanceof Readable ? answer.Body : undefined;
  const size = range ? Number(ContentRange?.split('/')[1]) : ContentLength;
  if (!stream || ContentLength === undefined || size === undefined || Number.isNaN(size)) {
    stream?.destroy();
    throw new StoreError(
      'rejected',
      `GET of "${key}": the store does not say ${range ? 'which range' : 'how much'} it sends.`,
    );
  }
  const lastModified = timeOf(LastModified);
  return {
    kind: 'found',
    key,
    etag: ETag,
    size,
    lastModified,
    date: answerDate(answer) ?? lastModified,
    length: ContentLength,
    ...(range ? {} : fromBase64(ChecksumSHA256)),
    body: responseBody(stream, ContentLength, { what: `GET of "${key}"`, traffic, signal, requestMs }),
  };
}
