import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { DEFAULT_TIMING } from '../../core/config/timing.ts';
import { exposed, isExposed } from './endpoint.ts';
import { timeIn } from './fields.ts';
import { type KeySource, openKeys, silent } from './keys.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { answerHeader, outgoing } from './sdk-shapes.ts';

/** Above `concurrency`, so that the swaps of the lease never wait for a socket. */
const SPARE_SOCKETS = 8;

/** Of the options, what is not of one bucket. */
type Account = Omit<S3StoreOptions, 'bucket' | 'prefix'>;

export interface Traffic {
  requests: number;
  bytesUp: number;
  bytesDown: number;
}

/**
 * A client that sends every request once: `retrying` repeats, so that no layer multiplies another's attempts.
 * Counts each request that leaves into `traffic`, region redirects included.
 */
export function createClient(
  options: Account,
  endpoint: URL | undefined,
  traffic: Traffic,
  keys: KeySource = openKeys(options),
): S3Client {
  const { connectMs, idleMs } = options.timing ?? DEFAULT_TIMING;
  const agent = { keepAlive: true, maxSockets: (options.concurrency ?? 64) + SPARE_SOCKETS };
  const config: S3ClientConfig = {
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    credentials: keys,
    maxAttempts: 1,
    retryMode: 'standard',
    // A file's content is hashed by us, before and after; stores other than AWS refuse or mangle what the SDK adds.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Bodies are 16 MiB at most; the SDK would open a new connection for each one that waits for 100-continue.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      httpAgent: agent,
      httpsAgent: agent,
      logger: silent,
    },
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint: endpoint.href }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next) => async (args) => {
      const { protocol, hostname, body } = outgoing(args.request);
      // The environment can name an endpoint too (AWS_ENDPOINT_URL), which nobody has checked.
      if (isExposed(protocol, hostname)) throw exposed(hostname);
      traffic.requests += 1;
      if (body instanceof Uint8Array) traffic.bytesUp += body.byteLength;
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'countTraffic' },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context['commandName'] === 'GetObjectCommand') {
        // By hand: asked for through the command, the SDK would hash every body again.
        outgoing(args.request).headers['x-amz-checksum-mode'] = 'ENABLED';
      }
      const result = await next(args);
      const date = timeIn(answerHeader(result.response, 'date'));
      if (date !== null) dates.set(result.output, date);
      return result;
    },
    { step: 'build', name: 'dateAnswers' },
  );
  return client;
}

const dates = new WeakMap<object, number>();

/** The `Date` of the answer that became this output, milliseconds since 1970. */
export const answerDate = (output: object): number | undefined => dates.get(output);
