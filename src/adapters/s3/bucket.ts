import { GetBucketEncryptionCommand, GetBucketVersioningCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { DEFAULT_TIMING } from '../../core/config/timing.ts';
import type { CredentialFacts, ReachFacts } from '../../core/doctor/doctor-facts.ts';
import { systemClock } from '../system.ts';
import { withDeadline } from './call.ts';
import { createClient } from './client.ts';
import { checkedEndpoint } from './endpoint.ts';
import { timeIn } from './fields.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { answerHeader, outgoing } from './sdk-shapes.ts';
import { storeFailure } from './store-failure.ts';

/** What a checkup asks of the bucket itself. Methods reject with StoreError; nothing in it carries a secret. */
export function openBucket(options: S3StoreOptions) {
  const endpoint = options.endpoint === undefined ? undefined : checkedEndpoint(options.endpoint);
  const { requestMs } = options.timing ?? DEFAULT_TIMING;
  const traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };
  const client = createClient(options, endpoint, traffic);
  const asked = {
    bucket: options.bucket,
    region: options.region,
    profile: options.profile,
    ownKeys: options.credentials !== undefined,
    conditional: false,
  };

  async function call<T>(what: string, signal: AbortSignal | undefined, send: (signal: AbortSignal) => Promise<T>) {
    try {
      return await withDeadline(what, requestMs, signal, send);
    } catch (error) {
      throw storeFailure(error, { ...asked, what }, signal);
    }
  }

  return {
    url: endpoint?.href ?? `https://${options.bucket}.s3.${options.region}.amazonaws.com`,
    credentials: (signal?: AbortSignal): Promise<CredentialFacts> =>
      call('search for credentials', signal, async () => {
        const found: Identity = await client.config.credentials();
        return {
          from: sourceOf(found, options),
          accessKeyId: found.accessKeyId,
          expiresAt: found.expiration?.getTime() ?? null,
        };
      }),
    reach: (signal?: AbortSignal) =>
      call('first request', signal, (abortSignal) => reach(options, endpoint, abortSignal)),
    versioning: (signal?: AbortSignal) =>
      call('question for versioning', signal, async (abortSignal) => {
        const answer = await client.send(new GetBucketVersioningCommand({ Bucket: options.bucket }), { abortSignal });
        return answer.Status ?? '';
      }),
    encryption: (signal?: AbortSignal) =>
      call('question for encryption', signal, async (abortSignal) => {
        const command = new GetBucketEncryptionCommand({ Bucket: options.bucket });
        const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
          if (error instanceof Error && error.name === 'ServerSideEncryptionConfigurationNotFoundError') return null;
          throw error;
        });
        const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
        return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? '';
      }),
    close: () => client.destroy(),
  };
}

/** Without a signature, so that wrong keys do not look like a store out of reach. */
async function reach(
  options: S3StoreOptions,
  endpoint: URL | undefined,
  abortSignal: AbortSignal,
): Promise<ReachFacts> {
  const nobody = { accessKeyId: 'nobody', secretAccessKey: 'none' };
  const client = createClient({ ...options, credentials: nobody }, endpoint, { requests: 0, bytesUp: 0, bytesDown: 0 });
  let found: ReachFacts | null = null;
  client.middlewareStack.add(
    (next) => async (args) => {
      const { headers, hostname } = outgoing(args.request);
      delete headers['authorization'];
      const [sent, wall] = [systemClock.monotonic(), systemClock.now()];
      const result = await next(args);
      const latencyMs = Math.round(systemClock.monotonic() - sent);
      const date = timeIn(answerHeader(result.response, 'date'));
      found ??= {
        host: endpoint?.host ?? hostname,
        latencyMs,
        clocks: date === null ? null : { store: date, own: wall + latencyMs / 2 },
        region: answerHeader(result.response, 'x-amz-bucket-region') ?? null,
      };
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteAnswer' },
  );
  try {
    await client.send(new HeadBucketCommand({ Bucket: options.bucket }), { abortSignal });
  } catch (error) {
    // A refusal is an answer.
    if (found === null) throw error;
  } finally {
    client.destroy();
  }
  if (found === null) throw new TypeError('The AWS SDK gave no answer to look at.');
  return found;
}

interface Identity {
  readonly accessKeyId: string;
  readonly expiration?: Date;
  /** Marks of the SDK, one for each provider that had a part. */
  readonly $source?: Readonly<Record<string, unknown>>;
}

const SOURCES: readonly (readonly [mark: RegExp, name: (profile: string) => string])[] = [
  [/_ENV_VARS$/, () => 'the environment'],
  [/_SSO/, (profile) => `the SSO session of ${profile}`],
  [/_PROCESS$/, (profile) => `the credential process of ${profile}`],
  [/_WEB_ID/, () => 'a web identity token'],
  [/_ASSUME_ROLE/, (profile) => `the role of ${profile}`],
  [/_IMDS$/, () => 'the instance (IMDS)'],
  [/_HTTP$/, () => 'the container'],
  [/_PROFILE/, (profile) => profile],
];

function sourceOf({ $source = {} }: Identity, { credentials, profile }: S3StoreOptions): string {
  if (credentials !== undefined) return 'the keys that were typed in';
  const marks = Object.keys($source);
  const known = SOURCES.find(([mark]) => marks.some((found) => mark.test(found)));
  const named = profile ?? process.env['AWS_PROFILE'] ?? 'default';
  return known?.[1](`the profile "${named}"`) ?? 'the AWS chain';
}
