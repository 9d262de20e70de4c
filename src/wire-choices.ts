import { listProfiles } from './adapters/aws-profiles.ts';
import type { AccessKeys } from './wire-datastore.ts';

/** Whose buckets are asked for, and where. */
export interface Account {
  /** AWS otherwise. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** The AWS chain otherwise. */
  readonly credentials?: AccessKeys | undefined;
}

/** The profiles of the person, for a choice. Contacts nobody. */
export const wireProfiles = (): Promise<readonly string[]> => listProfiles(process.env);

/** The buckets of an account, for a choice. Rejects with StoreError where they cannot be listed. */
export async function wireBuckets(account: Account, signal?: AbortSignal): Promise<readonly string[]> {
  const { listBuckets } = await import('./adapters/s3/list-buckets.ts');
  const { endpoint, profile, credentials } = account;
  const region = account.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return listBuckets(
    {
      region,
      forcePathStyle: endpoint !== undefined,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(profile === undefined ? {} : { profile }),
      ...(credentials === undefined ? {} : { credentials }),
    },
    signal,
  );
}
