import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startCeph } from '../support/ceph/ceph.ts';
import type { DevServer } from './dev-server.ts';

/** A throwaway Ceph with its gateway. It counts nothing for us. Rejects, with a message for people, where it cannot be. */
export async function startCephServer(buckets: readonly string[]): Promise<DevServer> {
  const ceph = await startCeph();
  if ('unavailable' in ceph) throw new Error(ceph.unavailable);
  const { endpoint, region, credentials } = ceph;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  client.destroy();
  return {
    endpoint,
    region,
    ...credentials,
    reset: () => Promise.resolve(),
    seen: () => Promise.resolve({ requests: Number.NaN, bytesUp: Number.NaN, bytesDown: Number.NaN }),
    stop: () => ceph.stop(),
  };
}
