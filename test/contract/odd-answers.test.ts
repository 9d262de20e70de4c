import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';

/* Answers that no store should give: what they leave unsaid is never guessed. */

/** A store that answers every request so. */
async function answering(answer: (response: ServerResponse) => void, bySdkAlone = false) {
  const server = createServer((request, response) => void request.resume().on('end', () => answer(response)));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const place = { bucket: 'team', prefix: '', region: 'us-east-1', forcePathStyle: true };
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const store = openS3Store({ ...place, credentials, endpoint: `http://127.0.0.1:${port}` }, { bySdkAlone });
  onTestFinished(() => {
    store.close();
    server.close();
  });
  return store;
}

test.each([
  ['the direct way', false],
  ['the SDK', true],
])('an answer whose date is none counts as old as what it brings: %s', async (_way, bySdkAlone) => {
  const store = await answering((response) => {
    response.setHeader('date', 'some time ago');
    response.setHeader('etag', '"1"');
    response.setHeader('last-modified', 'Fri, 20 Nov 2026 12:00:00 GMT');
    response.end('text');
  }, bySdkAlone);
  const at = Date.UTC(2026, 10, 20, 12);
  expect(await store.get('it')).toMatchObject({ lastModified: at, date: at });
});

const page = (more: string) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>team</Name><KeyCount>1</KeyCount><Contents><Key>one</Key><LastModified>2026-11-20T12:00:00.000Z</LastModified><ETag>"1"</ETag><Size>1</Size></Contents>${more}</ListBucketResult>`;

test.each([
  ['without a token', '<IsTruncated>true</IsTruncated>'],
  ['with an empty one', '<IsTruncated>true</IsTruncated><NextContinuationToken></NextContinuationToken>'],
])('a listing that has more and does not say how to go on, %s, is no whole one', async (_what, more) => {
  const store = await answering((response) => void response.end(page(more)));
  await expect(store.list('')).rejects.toMatchObject({
    name: 'StoreError',
    kind: 'rejected',
    message: expect.stringContaining('the store says that there is more, and not how to go on'),
  });
});

test('one that ends is whole', async () => {
  const store = await answering((response) => void response.end(page('<IsTruncated>false</IsTruncated>')));
  const found = await store.list('');
  expect(found.objects.map(({ key }) => key)).toEqual(['one']);
  expect(found.next).toBeUndefined();
});
