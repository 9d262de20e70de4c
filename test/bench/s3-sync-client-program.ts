import { createRequire } from 'node:module';
import { S3Client } from '@aws-sdk/client-s3';

/** One sync by the package s3-sync-client: its entry file, the endpoint, from, to. */
const [entry = '', endpoint = '', from = '', to = ''] = process.argv.slice(2);

const { S3SyncClient } = createRequire(import.meta.url)(entry) as {
  S3SyncClient: new (options: {
    client: S3Client;
  }) => { sync(from: string, to: string, options: Readonly<Record<string, unknown>>): Promise<unknown> };
};
const client = new S3Client({ endpoint, region: process.env['AWS_REGION'] ?? '', forcePathStyle: true });
await new S3SyncClient({ client }).sync(from, to, { del: true, maxConcurrentTransfers: 64 });
