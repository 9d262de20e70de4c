import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listBuckets } from '../../src/adapters/s3/list-buckets.ts';
import type { StoreErrorKind } from '../../src/core/errors.ts';
import { type Fault, type S3Server, startS3Server } from '../support/s3-server/server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server({ buckets: ['one', 'two', 'three'] });
});
afterEach(() => server.faults.clear());
afterAll(() => server.stop());

const list = (secretAccessKey = server.credentials.secretAccessKey) => {
  const { endpoint, region, credentials } = server;
  return listBuckets({ endpoint, region, forcePathStyle: true, credentials: { ...credentials, secretAccessKey } });
};
const status = (code: number, name: string): Fault => ({ kind: 'status', status: code, code: name });

describe('the buckets of an account', () => {
  it('are listed by name', async () => {
    expect((await list()).toSorted()).toEqual(['one', 'three', 'two']);
  });

  const refusals: readonly (readonly [describes: string, fault: Fault, kind: StoreErrorKind])[] = [
    ['who may not list them', status(403, 'AccessDenied'), 'denied'],
    ['unknown keys', status(403, 'InvalidAccessKeyId'), 'credentials'],
    ['a store that is gone', { kind: 'reset', when: 'before' }, 'unreachable'],
    ['a store that has no such list', status(501, 'NotImplemented'), 'rejected'],
  ];
  it.each(refusals)('are refused to %s', async (_, fault, kind) => {
    server.faults.add({ match: {}, fault });
    await expect(list()).rejects.toMatchObject({ name: 'StoreError', kind });
  });
  it('are refused to a wrong secret, which no message repeats', async () => {
    const error = await list('a-wrong-secret').catch((found: unknown) => found);
    expect(error).toMatchObject({ kind: 'credentials' });
    expect(String(error)).not.toContain('a-wrong-secret');
  });
});
