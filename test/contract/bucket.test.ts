import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openBucket } from '../../src/adapters/s3/bucket.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { startS3Server } from '../support/s3-server/server.ts';

/* What a checkup asks of the bucket itself. */

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'hush' };

function bucketAt(endpoint: string, credentials: typeof KEYS | undefined = KEYS, requestMs = 60_000) {
  const given = credentials === undefined ? {} : { credentials };
  const bucket = openBucket({
    bucket: 'team',
    prefix: '',
    region: 'eu-central-1',
    endpoint,
    forcePathStyle: true,
    timing: { ...DEFAULT_TIMING, requestMs },
    ...given,
  });
  ends.push(() => bucket.close());
  return bucket;
}

/** A store that answers everything alike. */
async function answering(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a question is given up after the time for a request that is configured', async () => {
  const endpoint = await answering(() => undefined);
  await expect(bucketAt(endpoint, KEYS, 300).reach()).rejects.toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining('no answer from the store within 1 s'),
  });
});

describe('reach', () => {
  test.each([200, 301, 400, 403, 404, 500])(
    'takes any answer for one, also %s, and sends no signature',
    async (status) => {
      let signed: string | undefined = 'nobody asked';
      const endpoint = await answering((request, response) => {
        signed = request.headers.authorization;
        response.setHeader('date', 'Fri, 20 Nov 2026 12:00:00 GMT');
        response.setHeader('x-amz-bucket-region', 'us-west-2');
        response.writeHead(status).end();
      });
      const found = await bucketAt(endpoint).reach();
      expect(found).toMatchObject({ host: endpoint.slice('http://'.length), region: 'us-west-2' });
      expect(found.clocks?.store).toBe(Date.UTC(2026, 10, 20, 12));
      expect(signed).toBeUndefined();
    },
  );

  test('says neither time nor region where the store does not', async () => {
    const endpoint = await answering((_request, response) => {
      response.sendDate = false;
      response.writeHead(403).end();
    });
    expect(await bucketAt(endpoint).reach()).toMatchObject({ clocks: null, region: null });
  });

  test('fails where nobody answers', async () => {
    await expect(bucketAt('http://127.0.0.1:1').reach()).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

test('keys that were handed over are named so, and do not expire', async () => {
  expect(await bucketAt('http://127.0.0.1:1').credentials()).toEqual({
    from: 'the keys that were typed in',
    accessKeyId: KEYS.accessKeyId,
    expiresAt: null,
  });
});

describe('versioning and encryption', () => {
  const xml = (body: string) => answering((_request, response) => response.end(`<?xml version="1.0"?>${body}`));
  const RULE =
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';

  test.each([
    ['<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>', 'Enabled'],
    ['<VersioningConfiguration/>', ''],
  ])('%s is %j', async (body, said) => {
    expect(await bucketAt(await xml(body)).versioning()).toBe(said);
  });

  test('the default of the bucket is named', async () => {
    expect(await bucketAt(await xml(RULE)).encryption()).toBe('aws:kms');
  });

  test('a bucket without a default is no failure', async () => {
    const endpoint = await answering((_request, response) => {
      response.writeHead(404).end('<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code></Error>');
    });
    expect(await bucketAt(endpoint).encryption()).toBe('');
  });

  test('a store that does not know the question says so as a failure', async () => {
    const server = await startS3Server({ buckets: ['team'], credentials: KEYS, region: 'eu-central-1' });
    ends.push(() => server.stop());
    expect(await bucketAt(server.endpoint).versioning()).toBe('');
    await expect(bucketAt(server.endpoint).encryption()).rejects.toMatchObject({ name: 'StoreError' });
  });
});
