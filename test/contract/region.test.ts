import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';

/* A bucket that lies elsewhere than the configuration says. */

let server: S3Server;
beforeAll(async () => void (server = await startS3Server({ buckets: ['team'], region: 'eu-central-1' })));
afterAll(() => server.stop());

const storeAt = (endpoint: string, region: string) =>
  openS3Store({
    bucket: 'team',
    prefix: 'p',
    endpoint,
    region,
    credentials: server.credentials,
    forcePathStyle: true,
  });

const WRONG = {
  kind: 'bucket',
  message: 'the bucket "team" lies in the region eu-central-1, and requests go to us-east-1',
  remedy: 'Set `region: eu-central-1` in .datastore.yaml.',
};

test('signed for another region: the right one is named, whatever is asked', async () => {
  const store = storeAt(server.endpoint, 'us-east-1');
  await expect(store.list('')).rejects.toMatchObject(WRONG);
  await expect(store.get('a')).rejects.toMatchObject(WRONG);
  await expect(store.head('a')).rejects.toMatchObject({ kind: expect.stringMatching(/bucket|rejected/) });
  await expect(store.put('a', new Uint8Array([1]), { condition: { kind: 'absent' } })).rejects.toMatchObject(WRONG);
  store.close();
});

test('signed for the right one it is served', async () => {
  const store = storeAt(server.endpoint, 'eu-central-1');
  expect(await store.list('')).toMatchObject({ objects: [] });
  store.close();
});

test.each<[what: string, status: number, header: string | null, expected: object]>([
  ['a redirect that names the region', 301, 'eu-central-1', WRONG],
  [
    'a redirect that names none',
    301,
    null,
    { kind: 'rejected', message: expect.stringContaining('region is probably') },
  ],
  ['a redirect that names what is no region', 301, 'EVIL <b>', { kind: 'rejected' }],
])('%s', async (_what, status, header, expected) => {
  const http = createServer((_request, response) => {
    if (header !== null) response.setHeader('x-amz-bucket-region', header);
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end('<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const store = storeAt(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, 'us-east-1');
  await expect(store.list('')).rejects.toMatchObject(expected);
  store.close();
});
