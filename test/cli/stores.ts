import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startCeph } from '../support/ceph/ceph.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { BUCKET, openWorkspaces, type Place, type Workspaces } from './harness.ts';

interface Gateway extends Place {
  stop(): Promise<void>;
}

const starts: Readonly<Record<string, () => Promise<Gateway | { readonly unavailable: string }>>> = {
  'the dev server': () => startS3Server(),
  'Ceph RGW': startCeph,
};

/** Tells the same story on every store this machine can run. One that it cannot is named with the reason, and fails where CI=true. */
export async function describeStores(tell: (open: () => Workspaces) => void): Promise<void> {
  // Started while tests are collected: what is left out must be known before tests are listed.
  for (const [name, start] of Object.entries(starts)) {
    const gateway = await start();
    if ('unavailable' in gateway) leaveOut(name, gateway.unavailable);
    else
      describe(`on ${name}`, () => {
        let workspaces: Workspaces | null = null;
        beforeAll(async () => {
          await createBucket(gateway);
          workspaces = await openWorkspaces(gateway, { knownStore: true });
        });
        afterAll(async () => {
          await workspaces?.close();
          await gateway.stop();
        });
        tell(() => {
          if (workspaces === null) throw new Error('not open yet');
          return workspaces;
        });
      });
  }
}

async function createBucket({ endpoint, region, credentials }: Place): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}

function leaveOut(name: string, reason: string): void {
  console.warn(`${name}: left out, ${reason}`);
  if (process.env['CI'] === 'true')
    test(`on ${name}`, () => {
      throw new Error(`left out, which CI does not allow: ${reason}`);
    });
  else test.skip(`on ${name} (${reason})`, () => {});
}
