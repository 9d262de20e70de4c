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
