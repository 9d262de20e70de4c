import type { IncomingMessage } from 'node:http';
import { DEFAULT_TIMING } from '../../../core/config/timing.ts';
import { StoreError } from '../../../core/errors.ts';
import type { FoundObject, GetOptions, ObjectInfo, PutOptions } from '../../../engine/ports.ts';
import type { Traffic } from '../client.ts';
import { fromBase64, timeIn, toBase64 } from '../fields.ts';
import type { KeySource } from '../keys.ts';
import { responseBody } from '../response-body.ts';
import type { S3StoreOptions } from '../s3-store.ts';
import type { DirectPlace } from './place.ts';
import { refusalOf } from './refusal.ts';
import { openSender, type Plain } from './send.ts';

export type Answer = FoundObject | { readonly kind: 'unchanged' };

/** Reads and writes objects without the SDK, which costs a short program most of its time and each request half a millisecond. */
export interface DirectRequests {
  /** One GET. Null: only the SDK can tell. Rejects with what Node or the store said, in the shape of the SDK's errors. */
  get(key: string, options: GetOptions, abortSignal: AbortSignal): Promise<Answer | null>;
  /** One HEAD, as above. */
  head(key: string, abortSignal: AbortSignal): Promise<ObjectInfo | null>;
  /** One PUT, as above. Null: the store has not taken it. */
  put(key: string, body: Uint8Array, options: PutOptions, abortSignal: AbortSignal): Promise<Stored | null>;
  close(): void;
}

export interface Stored {
  readonly etag: string;
}

export function openDirectRequests(
  options: S3StoreOptions,
  place: DirectPlace,
  keys: KeySource,
  traffic: Traffic,
): DirectRequests {
  const { requestMs } = options.timing ?? DEFAULT_TIMING;
  const sender = openSender(options, place, keys, traffic);
  const encryption = encryptionHeaders(options.encryption);
  const isAws = options.endpoint === undefined;
  let isLost = false;

  /** Null: another region, to which only the SDK finds the way. */
  async function ask<T>(
    request: Plain,
    signal: AbortSignal,
    read: (answer: IncomingMessage) => T | null,
  ): Promise<T | null> {
    if (isLost) return null;
    const answer = await sender.send(request, signal);
    const got = read(answer);
    if (got !== null) return got;
    const refusal = await refusalOf(answer);
    const isElsewhere = isAws && [301, 307, 400].includes(answer.statusCode ?? 0);
    // Another clock: the SDK signs by the store's from the next request on.
    isLost = isElsewhere || refusal.name === 'RequestTimeTooSkewed';
    if (isElsewhere) return null;
    throw refusal;
  }

  return {
    get(key, get, abortSignal) {
      const { range, ifNoneMatch } = get;
      const what = `GET of "${key}"`;
      const headers = {
        'x-amz-checksum-mode': 'ENABLED',
        ...rangeHeader(range),
        ...header('if-none-match', ifNoneMatch),
      };
      return ask<Answer>({ method: 'GET', key, headers }, abortSignal, (answer) => {
        if (answer.statusCode === 304 && ifNoneMatch !== undefined) {
          answer.resume();
          return { kind: 'unchanged' };
        }
        const isFound = answer.statusCode === 200 || answer.statusCode === 206;
        return isFound ? found(answer, key, { ...get, what, traffic, requestMs }) : null;
      });
    },
    head(key, abortSignal) {
      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      return ask<ObjectInfo>({ method: 'HEAD', key, headers }, abortSignal, (answer) => {
        if (answer.statusCode !== 200) return null;
        answer.resume();
        return infoOf(answer, key, countOf(answer.headers['content-length']) ?? 0);
      });
    },
    put(key, body, { condition, sha256, contentType = 'application/octet-stream', pace }, abortSignal) {
      const headers = {
        'content-length': String(body.byteLength),
        'content-type': contentType,
        ...encryption,
        ...header('x-amz-checksum-sha256', sha256 && toBase64(sha256)),
        ...header('if-none-match', condition?.kind === 'absent' ? '*' : undefined),
        ...header('if-match', condition?.kind === 'match' ? condition.etag : undefined),
      };
      return ask<Stored>({ method: 'PUT', key, headers, body, sha256, pace }, abortSignal, (answer) => {
        if (answer.statusCode !== 200) return null;
        answer.resume();
        const { etag } = answer.headers;
        if (etag === undefined) throw new StoreError('busy', `PUT of "${key}": the answer names no version (ETag).`);
        return { etag };
      });
    },
    close: () => sender.close(),
  };
}

function found(
  answer: IncomingMessage,
  key: string,
  {
    range,
    what,
    traffic,
    signal,
    requestMs,
  }: GetOptions & { readonly what: string; readonly traffic: Traffic; readonly requestMs: number },
): FoundObject {
  const { headers } = answer;
  const length = countOf(headers['content-length']);
  const size = range ? countOf(headers['content-range']?.split('/')[1]) : length;
  if (length === null || size === null || (range !== undefined && answer.statusCode !== 206)) {
    answer.destroy();
    throw new StoreError('rejected', `${what}: the store does not say ${range ? 'which range' : 'how much'} it sends.`);
  }
  const { sha256, ...info } = infoOf(answer, key, size);
  return {
    kind: 'found',
    ...info,
    date: timeIn(headers.date) ?? info.lastModified,
    length,
    ...(range || sha256 === undefined ? {} : { sha256 }),
    body: responseBody(answer, length, { what, traffic, signal, requestMs }),
  };
}

function infoOf({ headers }: IncomingMessage, key: string, size: number): ObjectInfo {
  const checksum = headers['x-amz-checksum-sha256'];
  return {
    key,
    etag: headers.etag ?? '',
    size,
    lastModified: timeIn(headers['last-modified']) ?? 0,
    ...(Array.isArray(checksum) ? {} : fromBase64(checksum)),
  };
}

const rangeHeader = (range: GetOptions['range']) =>
  range === undefined ? {} : { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };

const header = (name: string, value: string | undefined): Readonly<Record<string, string>> =>
  value === undefined ? {} : { [name]: value };

function encryptionHeaders(encryption: S3StoreOptions['encryption']): Readonly<Record<string, string>> {
  if (encryption === undefined) return {};
  const name = 'x-amz-server-side-encryption';
  if (encryption.mode === 'sse-s3') return { [name]: 'AES256' };
  return { [name]: 'aws:kms', ...header(`${name}-aws-kms-key-id`, encryption.keyId) };
}

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
