import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { nodeCodec } from '../../../src/adapters/codec.ts';
import { openS3Store } from '../../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget } from '../../../src/adapters/store/bounded.ts';
import { createMemoryStore, type MemoryBucket } from '../../../src/adapters/store/memory-store.ts';
import { retrying } from '../../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../../src/adapters/system.ts';
import type { ObjectStore } from '../../../src/engine/ports.ts';
import { startCeph } from '../../support/ceph/ceph.ts';
import { startS3Server } from '../../support/s3-server/server.ts';

/** Something that claims to be a store. */
export interface Target {
  open(prefix: string): ObjectStore;
  /** Ways to reach it wrongly; null where there is no bucket and nobody to refuse. */
  readonly wrongly: { bucket(): ObjectStore; secret(): ObjectStore; port(): ObjectStore } | null;
  stop(): Promise<void>;
}

interface Gateway {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

export type Start = () => Promise<Target | { readonly unavailable: string }>;

/** By the name they go by in reports. No case looks at these names. */
export const starts: Readonly<Record<string, Start>> = {
  'memory store': async () => {
    const bucket: MemoryBucket = new Map();
    const open = (prefix: string) => createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix });
    return { open, wrongly: null, stop: async () => {} };
  },
  'memory store, bounded and retrying': async () => {
    const bucket: MemoryBucket = new Map();
    const budget = createBudget({ requests: 8, bytes: 2 ** 20 });
    const open = (prefix: string) => {
      const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix });
      return retrying(bounded(store, budget), { clock: systemClock, ids: systemIds });
    };
    return { open, wrongly: null, stop: async () => {} };
  },
  'S3 adapter on the dev server': async () => s3Target(await startS3Server()),
  'S3 adapter on the dev server, by the SDK alone': async () => s3Target(await startS3Server(), { bySdkAlone: true }),
  'S3 adapter on Ceph RGW': async () => {
    const ceph = await startCeph();
    return 'unavailable' in ceph ? ceph : s3Target(ceph);
  },
};

async function s3Target(gateway: Gateway, way?: { readonly bySdkAlone: boolean }): Promise<Target> {
  const { endpoint, region, credentials } = gateway;
  const bucket = `contract-${process.pid}`;
  const place = { bucket, region, endpoint, credentials, forcePathStyle: true };
  const admin = new S3Client(place);
  await admin.send(new CreateBucketCommand({ Bucket: bucket }));
  admin.destroy();
  const opened: ObjectStore[] = [];
  const open = (options: Partial<typeof place> & { readonly prefix: string }) => {
    const store = openS3Store({ ...place, ...options }, way);
    opened.push(store);
    return store;
  };
  return {
    open: (prefix) => open({ prefix }),
    wrongly: {
      bucket: () => open({ prefix: '', bucket: `${bucket}-none` }),
      secret: () => open({ prefix: '', credentials: { ...credentials, secretAccessKey: 'not-the-secret' } }),
      // Port 1 of this machine: nobody listens there.
      port: () => open({ prefix: '', endpoint: 'http://127.0.0.1:1' }),
    },
    async stop() {
      for (const store of opened) store.close();
      await gateway.stop();
    },
  };
}
