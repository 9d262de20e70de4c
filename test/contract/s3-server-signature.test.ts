import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkedDecoder } from '../support/s3-server/aws-chunked.ts';
import { rawClient } from '../support/s3-server/raw-client.ts';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';
import { deriveKey, type Signer } from '../support/s3-server/sigv4.ts';

describe('signatures', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server({
      buckets: ['box'],
      credentials: { accessKeyId: 'right', secretAccessKey: 'secret' },
    });
  });

  afterAll(() => server.stop());

  const signers = [
    {
      says: 'the right keys',
      credentials: { accessKeyId: 'right', secretAccessKey: 'secret' },
      skewMs: 0,
      error: undefined,
    },
    {
      says: 'a wrong secret',
      credentials: { accessKeyId: 'right', secretAccessKey: 'guess' },
      skewMs: 0,
      error: 'SignatureDoesNotMatch',
    },
    {
      says: 'an unknown key',
      credentials: { accessKeyId: 'other', secretAccessKey: 'secret' },
      skewMs: 0,
      error: 'InvalidAccessKeyId',
    },
    {
      says: 'a clock an hour off',
      credentials: { accessKeyId: 'right', secretAccessKey: 'secret' },
      skewMs: 3_600_000,
      error: 'RequestTimeTooSkewed',
    },
  ];
  it.each(signers)('$says: $error', async ({ credentials, skewMs, error }) => {
    const { endpoint, region } = server;
    const sdk = new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      systemClockOffset: skewMs,
    });
    const key = "odd key/ü~!*'()+&=%25/../x";
    const put = sdk.send(
      new PutObjectCommand({ Bucket: 'box', Key: key, Body: 'body', Metadata: { note: '  two   spaces ' } }),
    );
    if (error !== undefined) {
      await expect(put).rejects.toMatchObject({ name: error });
      return;
    }
    await put;
    const got = await sdk.send(new GetObjectCommand({ Bucket: 'box', Key: key }));
    expect(await got.Body?.transformToString()).toBe('body');
    const list = await sdk.send(new ListObjectsV2Command({ Bucket: 'box', Prefix: 'odd key/', StartAfter: 'a b+c' }));
    expect(list.Contents?.map(({ Key }) => Key)).toEqual([key]);
    await sdk.send(new HeadBucketCommand({ Bucket: 'box' }));
  });

  it('takes a stream from the SDK, sent in chunks with a trailer', async () => {
    const { endpoint, region, credentials } = server;
    const sdk = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
    const content = Buffer.alloc(300_000, 'stream');
    const Body = Readable.from([content.subarray(0, 100_000), content.subarray(100_000)]);
    await sdk.send(
      new PutObjectCommand({
        Bucket: 'box',
        Key: 'stream',
        Body,
        ContentLength: content.length,
        ChecksumAlgorithm: 'CRC32C',
      }),
    );
    const got = await sdk.send(new GetObjectCommand({ Bucket: 'box', Key: 'stream', ChecksumMode: 'ENABLED' }));
    expect(got.ChecksumCRC32C).toMatch(/^.{8}$/);
    expect(await got.Body?.transformToString()).toBe(content.toString());
  });

  it('refuses who does not sign', async () => {
    const { status, code } = await rawClient(server.endpoint, 'box').get('stream');
    expect([status, code]).toEqual([403, 'AccessDenied']);
  });
});

describe('signed chunks, by the example in the documentation of S3', () => {
  const signer: Signer = {
    signingKey: deriveKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '20130524', 'us-east-1', 's3'),
    scope: '20130524/us-east-1/s3/aws4_request',
    date: '20130524T000000Z',
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  };
  const rows = [
    { says: 'in one piece', pieces: 1 << 20 },
    { says: 'in pieces of 1,000 bytes', pieces: 1000 },
    { says: 'byte by byte', pieces: 1 },
  ];
  it.each(rows)('are decoded $says', ({ pieces }) => {
    expect(decode(signer, exampleBody('a'.repeat(65_536)), pieces)).toBe(
      createHash('md5').update('a'.repeat(66_560)).digest('hex'),
    );
  });

  it('are refused when a byte differs', () => {
    expect(() => decode(signer, exampleBody(`${'a'.repeat(65_535)}b`), 1000)).toThrow(/chunk signature/);
  });
});

function decode(signer: Signer, body: string, pieces: number): string {
  const decoder = chunkedDecoder(signer);
  const hash = createHash('md5');
  for (let at = 0; at < body.length; at += pieces) {
    for (const payload of decoder.push(Buffer.from(body.slice(at, at + pieces)))) hash.update(payload);
  }
  expect(decoder.end().size).toBe(0);
  return hash.digest('hex');
}

/** 65,536 bytes, of which the test chooses, then 1,024 and none. */
function exampleBody(first: string): string {
  return (
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${first}\r\n` +
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n` +
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n'
  );
}
