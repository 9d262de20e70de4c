import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startDevServer } from '../bench/dev-server.ts';
import { BUCKET, type Place } from '../cli/harness.ts';
import { startCeph } from '../support/ceph/ceph.ts';

export const STORES = ['dev', 'ceph'] as const;
export type StoreName = (typeof STORES)[number];

export interface RunningStore extends Place {
  stop(): Promise<void>;
}

/** A store in processes of its own, without a bucket. Rejects when it cannot be started. */
export async function startStore(name: StoreName): Promise<RunningStore> {
  if (name === 'ceph') {
    const ceph = await startCeph();
    if ('unavailable' in ceph) throw new Error(ceph.unavailable);
    return ceph;
  }
  const server = await startDevServer([], 0);
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, stop: () => server.stop() };
}

export async function createBucket({ endpoint, region, credentials }: Place): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}
