import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { withDeadline } from './call.ts';
import { createClient } from './client.ts';
import { checkedEndpoint } from './endpoint.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { storeFailure } from './store-failure.ts';

/** A setting has no place yet: this is asked before there is a configuration. */
const CALL_MS = 10_000;

/** The names of the buckets that these credentials may see. StoreError('denied') where they may not ask. */
export async function listBuckets(
  options: Omit<S3StoreOptions, 'bucket' | 'prefix'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { region, profile, credentials } = options;
  const endpoint = options.endpoint === undefined ? undefined : checkedEndpoint(options.endpoint);
  const client = createClient(options, endpoint, { requests: 0, bytesUp: 0, bytesDown: 0 });
  const what = 'list of buckets';
  try {
    const { Buckets = [] } = await withDeadline(what, CALL_MS, signal, (abortSignal) =>
      client.send(new ListBucketsCommand({}), { abortSignal }),
    );
    return Buckets.flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
  } catch (error) {
    const asked = { what, bucket: '', region, profile, ownKeys: credentials !== undefined, conditional: false };
    throw storeFailure(error, asked, signal);
  } finally {
    client.destroy();
  }
}
