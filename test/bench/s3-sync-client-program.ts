import { S3Client } from '@aws-sdk/client-s3';
import { S3SyncClient } from 's3-sync-client';

/** One sync by the package s3-sync-client: the endpoint, from, to. */
const [endpoint = '', from = '', to = ''] = process.argv.slice(2);

const client = new S3Client({ endpoint, region: process.env['AWS_REGION'] ?? '', forcePathStyle: true });
await new S3SyncClient({ client }).sync(from, to, { del: true, maxConcurrentTransfers: 64 });
