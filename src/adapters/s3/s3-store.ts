import type { Backend } from '../../core/config/config.ts';
import { DEFAULT_TIMING, type Timing } from '../../core/config/timing.ts';
import { StoreError } from '../../core/errors.ts';
import type { ObjectStore, PutOptions } from '../../engine/ports.ts';
import { type Aside, withDeadline } from './call.ts';
import { directPlace } from './direct/place.ts';
import { type DirectRequests, openDirectRequests } from './direct/requests.ts';
import { checkedEndpoint } from './endpoint.ts';
import { openKeys } from './keys.ts';
import type { SdkCalls } from './sdk-calls.ts';
import { storeFailure } from './store-failure.ts';

/** `endpoint`: stores other than AWS; https, or http on this machine. */
export interface S3StoreOptions extends Omit<Extract<Backend, { type: 's3' }>, 'type'> {
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
 * A bucket and prefix. Sends each request once (see `retrying`). ETags are given as the store gave them and sent as they are
 * given. GET, HEAD and PUT go straight to the store where the way is plain; there otherwise, and all the rest, by the AWS SDK, which is
 * loaded on first use. SyncError('config') when the endpoint cannot be used.
 */
export function openS3Store(options: S3StoreOptions, { bySdkAlone = false } = {}): ObjectStore {
  const endpoint = options.endpoint === undefined ? undefined : checkedEndpoint(options.endpoint);
  const traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };
  const { requestMs } = options.timing ?? DEFAULT_TIMING;
  const keys = openKeys(options);
  const place = bySdkAlone ? null : directPlace(options, endpoint);
  const { bucket, region, profile } = options;
  const asked = { bucket, region, profile, ownKeys: options.credentials !== undefined };

  let opened: Promise<SdkCalls> | null = null;
  const sdk = () =>
    (opened ??= import('./sdk-calls.ts').then(({ openSdkCalls }) => openSdkCalls(options, endpoint, keys, traffic)));
  let direct: DirectRequests | null = null;
  const directly = () => place && (direct ??= openDirectRequests(options, place, keys, traffic));

  async function call<T>(
    what: string,
    signal: AbortSignal | undefined,
    send: (signal: AbortSignal, aside: Aside) => Promise<T>,
    { conditional = false, ms = requestMs } = {},
  ): Promise<T> {
    try {
      return await withDeadline(what, ms, signal, send);
    } catch (error) {
      throw storeFailure(error, { ...asked, what, conditional }, signal);
    }
  }

  return {
    name: `s3://${bucket}${options.prefix === '' ? '' : `/${options.prefix}`} at ${endpoint?.host ?? `AWS ${region}`}`,
    traffic,
    put: (key, body, put = {}) =>
      call(
        `PUT of "${key}"`,
        put.signal,
        async (abortSignal, aside) => {
          const paced = asideOf(put, aside);
          const stored = await directly()?.put(key, body, paced, abortSignal);
          return stored ?? (await sdk()).put(key, body, paced, abortSignal);
        },
        {
          conditional: put.condition !== undefined,
          ms: put.timeoutMs ?? requestMs + body.byteLength / SLOWEST,
        },
      ),
    get: (key, get = {}) =>
      call(`GET of "${key}"`, get.signal, async (abortSignal) => {
        if (get.range && get.range.length <= 0)
          throw new StoreError('rejected', `GET of "${key}": a range of no bytes.`);
        const answer = await directly()?.get(key, get, abortSignal);
        return answer ?? (await sdk()).get(key, get, abortSignal);
      }),
    head: (key, head) =>
      call(`HEAD of "${key}"`, head?.signal, async (abortSignal) => {
        const answer = await directly()?.head(key, abortSignal);
        return answer ?? (await sdk()).head(key, abortSignal);
      }),
    list: (prefix, { signal, ...page } = {}) =>
      call(`LIST below "${prefix}"`, signal, async (abortSignal) => (await sdk()).list(prefix, page, abortSignal)),
    delete: (key, options) =>
      call(`DELETE of "${key}"`, options?.signal, async (abortSignal) => (await sdk()).delete(key, abortSignal)).catch(
        (error: unknown) => {
          if (!(error instanceof StoreError && error.kind === 'missing')) throw error;
        },
      ),
    copy: (from, to, options) =>
      call(`COPY of "${from}" to "${to}"`, options?.signal, async (abortSignal) =>
        (await sdk()).copy(from, to, abortSignal),
      ),
    close() {
      void opened?.then((calls) => calls.close());
      direct?.close();
    },
  };
}

/** A body that is held back is not too slow. */
function asideOf(put: PutOptions, aside: Aside): PutOptions {
  const { pace } = put;
  return pace === undefined ? put : { ...put, pace: { ...pace, next: (bytes) => aside(pace.next(bytes)) } };
}
