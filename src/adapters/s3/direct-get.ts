import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { DEFAULT_TIMING } from '../../core/config/timing.ts';
import { StoreError } from '../../core/errors.ts';
import type { FoundObject, GetOptions } from '../../engine/ports.ts';
import { systemClock } from '../system.ts';
import type { Traffic } from './client.ts';
import type { DirectPlace } from './direct-place.ts';
import { fromBase64 } from './fields.ts';
import type { KeySource } from './keys.ts';
import { refusalOf } from './refusal.ts';
import { responseBody } from './response-body.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { signed } from './sigv4.ts';

export type Answer = FoundObject | { readonly kind: 'unchanged' };

/** Reads objects without the SDK, which costs a short program most of its time and each request half a millisecond. */
export interface DirectReader {
  /** One GET. Null: only the SDK can tell. Rejects with what Node or the store said, in the shape of the SDK's errors. */
  get(key: string, options: GetOptions, abortSignal: AbortSignal): Promise<Answer | null>;
  close(): void;
}

// An `import` would touch every export, and with it load a second HTTP client and WebSockets: 60 ms.
const load = createRequire(import.meta.url);
const http = () => load('node:http') as typeof import('node:http');
const https = () => load('node:https') as typeof import('node:https');

/** Above `concurrency`, as the SDK's client has it. */
const SPARE_SOCKETS = 8;

export function openDirectReader(
  options: S3StoreOptions,
  place: DirectPlace,
  keys: KeySource,
  traffic: Traffic,
): DirectReader {
  const { origin } = place;
  const { request, Agent } = origin.protocol === 'https:' ? https() : http();
  const { connectMs, idleMs, requestMs } = options.timing ?? DEFAULT_TIMING;
  const agent: Agent = new Agent({ keepAlive: true, maxSockets: (options.concurrency ?? 64) + SPARE_SOCKETS });
  const isAws = options.endpoint === undefined;
  let isLost = false;

  async function ask(key: string, { range, ifNoneMatch }: GetOptions, signal: AbortSignal): Promise<IncomingMessage> {
    const plain = { 'x-amz-checksum-mode': 'ENABLED', ...rangeHeader(range), ...conditionHeader(ifNoneMatch) };
    const unsigned = { method: 'GET', host: origin.host, path: place.path(key), headers: plain } as const;
    const headers = signed(unsigned, await keys(), options.region, systemClock.now());
    signal.throwIfAborted();
    traffic.requests += 1;
    const { hostname, port } = origin;
    const host = hostname.replace(/^\[|\]$/g, '');
    const call = request({ host, port, path: unsigned.path, headers, agent, signal, timeout: idleMs });
    return answerTo(call, connectMs);
  }

  return {
    async get(key, get, abortSignal) {
      if (isLost) return null;
      const what = `GET of "${key}"`;
      const answer = await ask(key, get, abortSignal);
      if (answer.statusCode === 304 && get.ifNoneMatch !== undefined) {
        answer.resume();
        return { kind: 'unchanged' };
      }
      if (answer.statusCode === 200 || answer.statusCode === 206)
        return found(answer, key, { ...get, what, traffic, requestMs });
      const refusal = await refusalOf(answer);
      // Another region: only the SDK finds the way. Another clock: the SDK signs by the store's from the next request on.
      const isElsewhere = isAws && [301, 307, 400].includes(answer.statusCode ?? 0);
      isLost = isElsewhere || refusal.name === 'RequestTimeTooSkewed';
      if (isElsewhere) return null;
      throw refusal;
    },
    close: () => agent.destroy(),
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
  const lastModified = timeIn(headers['last-modified']) ?? 0;
  const checksum = headers['x-amz-checksum-sha256'];
  return {
    kind: 'found',
    key,
    etag: headers.etag ?? '',
    size,
    lastModified,
    date: timeIn(headers.date) ?? lastModified,
    length,
    ...(range || Array.isArray(checksum) ? {} : fromBase64(checksum)),
    body: responseBody(answer, length, { what, traffic, signal, requestMs }),
  };
}

/** The answer, its body unread. Rejects when none comes in time, or nothing moves for too long. */
function answerTo(call: ClientRequest, connectMs: number): Promise<IncomingMessage> {
  const give = (message: string) => () =>
    void call.destroy(Object.assign(new Error(message), { name: 'TimeoutError' }));
  const cancel = systemClock.after(connectMs, () => {
    if (call.socket?.connecting !== false) give('no connection in time')();
  });
  call.once('timeout', give('nothing moved for too long'));
  return new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    // Kept for the life of the request: an error that comes later is the body's, too.
    call.on('error', reject);
    call.end();
  }).finally(cancel);
}

const rangeHeader = (range: GetOptions['range']) =>
  range === undefined ? {} : { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };

const conditionHeader = (etag: string | undefined) => (etag === undefined ? {} : { 'if-none-match': etag });

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function timeIn(text: string | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
