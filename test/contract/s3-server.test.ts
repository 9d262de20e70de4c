import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawClient, rawClient } from '../support/s3-server/raw-client.ts';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';

const kinds = ['memory', 'folder'] as const;

describe.each(kinds)('the dev S3 server (%s)', (kind) => {
  let folder: string;
  let server: S3Server;
  let raw: RawClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 's3-server-'));
    server = await startS3Server({ buckets: ['box'], anonymous: true, ...(kind === 'folder' ? { folder } : {}) });
    raw = rawClient(server.endpoint, 'box');
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const v1 = etagOf('v1');
  const conditions = [
    { says: 'creates what is absent', given: undefined, headers: { 'if-none-match': '*' }, status: 200, code: '' },
    {
      says: 'creates nothing over what is there',
      given: 'v1',
      headers: { 'if-none-match': '*' },
      status: 412,
      code: 'PreconditionFailed',
    },
    { says: 'swaps on the quoted ETag', given: 'v1', headers: { 'if-match': v1 }, status: 200, code: '' },
    {
      says: 'swaps on the bare ETag',
      given: 'v1',
      headers: { 'if-match': v1.replaceAll('"', '') },
      status: 200,
      code: '',
    },
    {
      says: 'refuses a stale ETag',
      given: 'v1',
      headers: { 'if-match': etagOf('v0') },
      status: 412,
      code: 'PreconditionFailed',
    },
    {
      says: 'refuses to swap what is absent',
      given: undefined,
      headers: { 'if-match': v1 },
      status: 404,
      code: 'NoSuchKey',
    },
    {
      says: 'has no other If-None-Match on a write',
      given: 'v1',
      headers: { 'if-none-match': v1 },
      status: 501,
      code: 'NotImplemented',
    },
  ];
  it.each(conditions)('$says', async ({ says, given, headers, status, code }) => {
    const key = `conditions/${says}`;
    if (given !== undefined) await raw.put(key, given);
    const answer = await raw.put(key, 'v2', headers);
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    const after = await raw.get(key);
    expect(after.status === 200 ? after.text : undefined).toBe(status === 200 ? 'v2' : given);
  });

  const races = [
    { says: '32 creates', given: undefined, headers: { 'if-none-match': '*' } },
    { says: '32 swaps', given: 'v1', headers: { 'if-match': v1 } },
  ];
  it.each(races)('lets one of $says win, each round', async ({ says, given, headers }) => {
    for (let round = 0; round < 4; round++) {
      const key = `races/${says}/${round}`;
      if (given !== undefined) await raw.put(key, given);
      const answers = await Promise.all(range(32).map((n) => raw.put(key, `by ${n}`, headers)));
      const winners = range(32).filter((n) => answers[n]?.status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(31);
      expect((await raw.get(key)).text).toBe(`by ${winners[0]}`);
    }
  });

  const reads = [
    { says: 'sends what changed', headers: { 'if-none-match': etagOf('old') }, status: 200 },
    { says: 'answers 304 for the same ETag', headers: { 'if-none-match': v1 }, status: 304 },
    { says: 'answers 304 for one of several', headers: { 'if-none-match': `"x", W/${v1}` }, status: 304 },
    { says: 'refuses another If-Match', headers: { 'if-match': etagOf('old') }, status: 412 },
    { says: 'sends for its own If-Match', headers: { 'if-match': v1 }, status: 200 },
  ];
  it.each(reads)('on GET $says', async ({ headers, status }) => {
    await raw.put('reads', 'v1');
    const answer = await raw.get('reads', headers);
    expect(answer.status).toBe(status);
    expect(answer.text.includes('v1')).toBe(status === 200);
    if (status === 304) expect(answer.etag).toBe(v1);
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  const deletes = [
    { says: 'obeys If-Match', headers: { 'if-match': v1 }, status: 204 },
    { says: 'refuses a stale If-Match', headers: { 'if-match': etagOf('v0') }, status: 412 },
    { says: 'takes it without a condition', headers: {}, status: 204 },
  ];
  it.each(deletes)('on DELETE $says', async ({ headers, status }) => {
    await raw.put('deletes', 'v1');
    expect((await raw.remove('deletes', headers)).status).toBe(status);
    expect((await raw.get('deletes')).status).toBe(status === 204 ? 404 : 200);
  });

  const ranges = [
    { asked: 'bytes=2-4', status: 206, text: '234', range: 'bytes 2-4/10' },
    { asked: 'bytes=7-', status: 206, text: '789', range: 'bytes 7-9/10' },
    { asked: 'bytes=-3', status: 206, text: '789', range: 'bytes 7-9/10' },
    { asked: 'bytes=8-99', status: 206, text: '89', range: 'bytes 8-9/10' },
    { asked: 'bytes=4-2', status: 200, text: '0123456789', range: null },
    { asked: 'lines=1-2', status: 200, text: '0123456789', range: null },
  ];
  it.each(ranges)('answers $status to $asked', async ({ asked, status, text, range }) => {
    await raw.put('ranges', '0123456789');
    const answer = await raw.get('ranges', { range: asked });
    expect([answer.status, answer.text, answer.headers.get('content-range')]).toEqual([status, text, range]);
  });

  it('refuses a range beyond the end', async () => {
    await raw.put('ranges', '0123456789');
    const answer = await raw.get('ranges', { range: 'bytes=10-' });
    expect([answer.status, answer.code, answer.headers.get('content-range')]).toEqual([
      416,
      'InvalidRange',
      'bytes */10',
    ]);
  });

  const md5 = createHash('md5').update('body').digest('base64');
  const sha256 = createHash('sha256').update('body').digest('base64');
  const crc = base64Of(crc32('body'));
  const checksums = [
    { says: 'right Content-MD5', headers: { 'content-md5': md5 }, code: '' },
    { says: 'wrong Content-MD5', headers: { 'content-md5': zeros(16) }, code: 'BadDigest' },
    { says: 'malformed Content-MD5', headers: { 'content-md5': 'AAAA' }, code: 'InvalidDigest' },
    { says: 'right SHA-256', headers: { 'x-amz-checksum-sha256': sha256 }, code: '' },
    { says: 'wrong SHA-256', headers: { 'x-amz-checksum-sha256': zeros(32) }, code: 'BadDigest' },
    { says: 'right CRC-32', headers: { 'x-amz-checksum-crc32': crc }, code: '' },
    { says: 'wrong CRC-32', headers: { 'x-amz-checksum-crc32': zeros(4) }, code: 'BadDigest' },
    { says: 'wrong CRC-32C', headers: { 'x-amz-checksum-crc32c': zeros(4) }, code: 'BadDigest' },
    { says: 'wrong CRC-64/NVME', headers: { 'x-amz-checksum-crc64nvme': zeros(8) }, code: 'BadDigest' },
  ];
  it.each(checksums)('checks the body: $says', async ({ says, headers, code }) => {
    const key = `checksums/${says}`;
    const answer = await raw.put(key, 'body', headers);
    expect([answer.status, answer.code]).toEqual([code === '' ? 200 : 400, code]);
    const kept = await raw.get(key, { 'x-amz-checksum-mode': 'ENABLED' });
    expect(kept.status).toBe(code === '' ? 200 : 404);
    for (const [name, value] of Object.entries(headers)) {
      if (code === '' && name.startsWith('x-amz-checksum-')) expect(kept.headers.get(name)).toBe(value);
    }
  });

  const published = [
    { name: 'crc32c', value: '4waSgw==' },
    { name: 'crc64nvme', value: 'rosUhgp5mIg=' },
    { name: 'crc32', value: 'y/Q5Jg==' },
  ];
  it.each(published)('knows the published $name of 123456789', async ({ name, value }) => {
    expect((await raw.put('published', '123456789', { [`x-amz-checksum-${name}`]: value })).status).toBe(200);
  });

  const trailer = `x-amz-checksum-crc32:${crc}\r\n`;
  const chunked = [
    { says: 'one chunk', body: '4\r\nbody\r\n0\r\n\r\n', code: '' },
    { says: 'several chunks', body: '1\r\nb\r\n2\r\nod\r\n1\r\ny\r\n0\r\n\r\n', code: '' },
    { says: 'a checksum trailer', body: `4\r\nbody\r\n0\r\n${trailer}\r\n`, trailer: true, code: '' },
    { says: 'a wrong checksum trailer', body: `4\r\nbodi\r\n0\r\n${trailer}\r\n`, trailer: true, code: 'BadDigest' },
    { says: 'no last chunk', body: '4\r\nbody\r\n', code: 'IncompleteBody' },
    { says: 'a chunk shorter than its header', body: '5\r\nbody\r\n0\r\n\r\n', code: 'IncompleteBody' },
    { says: 'a chunk longer than its header', body: '3\r\nbody\r\n0\r\n\r\n', code: 'IncompleteBody' },
  ];
  it.each(chunked)('decodes aws-chunked: $says', async ({ says, body, code, trailer }) => {
    const key = `chunked/${says}`;
    const answer = await raw.put(key, body, {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '4',
      ...(trailer === true ? { 'x-amz-trailer': 'x-amz-checksum-crc32' } : {}),
    });
    expect([answer.status, answer.code]).toEqual([code === '' ? 200 : 400, code]);
    const after = await raw.get(key);
    expect(after.status === 200 ? after.text : undefined).toBe(code === '' ? 'body' : undefined);
    expect(after.headers.get('content-encoding')).toBeNull();
  });

  it('speaks with the AWS SDK: metadata, copies, pages, parts', async () => {
    const sdk = sdkFor(server);
    const key = 'sdk/ü/a b+c&d.json';
    const put = await sdk.send(
      new PutObjectCommand({
        Bucket: 'box',
        Key: key,
        Body: 'hello',
        Metadata: { who: 'me' },
        ChecksumAlgorithm: 'SHA256',
        ContentType: 'text/x',
      }),
    );
    const got = await sdk.send(new GetObjectCommand({ Bucket: 'box', Key: key, ChecksumMode: 'ENABLED' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect([got.Metadata, got.ContentType, got.ETag]).toEqual([{ who: 'me' }, 'text/x', put.ETag]);
    expect(got.ChecksumSHA256).toBe(createHash('sha256').update('hello').digest('base64'));
    const source = `box/${encodeURIComponent(key)}`;
    await sdk.send(new CopyObjectCommand({ Bucket: 'box', Key: 'sdk/copy', CopySource: source, IfNoneMatch: '*' }));
    const again = sdk.send(
      new CopyObjectCommand({ Bucket: 'box', Key: 'sdk/copy', CopySource: source, IfNoneMatch: '*' }),
    );
    await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await raw.remove(encodeURI(key));
    const copy = await sdk.send(new HeadObjectCommand({ Bucket: 'box', Key: 'sdk/copy' }));
    expect([copy.Metadata, copy.ETag]).toEqual([{ who: 'me' }, put.ETag]);
    expect((await raw.get('sdk/copy')).text).toBe('hello');
    await expect(sdk.send(new HeadObjectCommand({ Bucket: 'box', Key: 'absent' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('joins parts, and copies ranges as parts', async () => {
    const sdk = sdkFor(server);
    const upload = { Bucket: 'box', Key: 'multi' };
    const first = Buffer.alloc(5 << 20, 'a');
    await raw.put('source', Buffer.from('0123456789'));
    const { UploadId } = await sdk.send(new CreateMultipartUploadCommand({ ...upload, ChecksumAlgorithm: 'CRC32' }));
    const one = await sdk.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: first }));
    const two = await sdk.send(
      new UploadPartCopyCommand({
        ...upload,
        UploadId,
        PartNumber: 2,
        CopySource: 'box/source',
        CopySourceRange: 'bytes=2-5',
      }),
    );
    const parts = await sdk.send(new ListPartsCommand({ ...upload, UploadId }));
    expect(parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, first.length],
      [2, 4],
    ]);
    const Parts = [
      { PartNumber: 1, ETag: one.ETag, ChecksumCRC32: one.ChecksumCRC32 },
      { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
    ];
    const joined = { MultipartUpload: { Parts }, ...upload, UploadId };
    const backwards = { MultipartUpload: { Parts: Parts.toReversed() }, ...upload, UploadId };
    await expect(sdk.send(new CompleteMultipartUploadCommand(backwards))).rejects.toMatchObject({
      name: 'InvalidPartOrder',
    });
    const done = await sdk.send(new CompleteMultipartUploadCommand({ ...joined, IfNoneMatch: '*' }));
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    expect((await raw.get('multi')).text).toBe(`${first.toString()}2345`);
    expect((await raw.get('multi', { range: `bytes=${first.length - 1}-${first.length + 1}` })).text).toBe('a23');
    await expect(sdk.send(new CompleteMultipartUploadCommand(joined))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  const listings = [
    {
      says: 'everything, by UTF-8 bytes',
      query: {},
      keys: ['a', 'b/1', 'b/2', 'b/c/3', 'd e+f', '\u{ffff}', '😀'],
      groups: [],
    },
    { says: 'folders', query: { Delimiter: '/' }, keys: ['a', 'd e+f', '\u{ffff}', '😀'], groups: ['b/'] },
    { says: 'a prefix', query: { Prefix: 'list/b/', Delimiter: '/' }, keys: ['b/1', 'b/2'], groups: ['b/c/'] },
    { says: 'after a key', query: { StartAfter: 'list/b/2' }, keys: ['b/c/3', 'd e+f', '\u{ffff}', '😀'], groups: [] },
  ];
  it.each(listings)('lists $says, whole and page by page', async ({ query, keys, groups }) => {
    const sdk = sdkFor(server);
    await Promise.all(
      ['a', 'b/1', 'b/2', 'b/c/3', 'd e+f', '\u{ffff}', '😀'].map((key) =>
        raw.put(encodeURIComponent(`list/${key}`), 'x'),
      ),
    );
    for (const MaxKeys of [1, 2, 1000]) {
      const found: { keys: string[]; groups: string[] } = { keys: [], groups: [] };
      let token: string | undefined;
      do {
        const page = await sdk.send(
          new ListObjectsV2Command({
            Bucket: 'box',
            Prefix: 'list/',
            ...query,
            MaxKeys,
            ...(token && { ContinuationToken: token }),
          }),
        );
        expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
        for (const { Key } of page.Contents ?? []) found.keys.push(String(Key).slice('list/'.length));
        for (const { Prefix } of page.CommonPrefixes ?? []) found.groups.push(String(Prefix).slice('list/'.length));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      expect(found, `pages of ${MaxKeys}`).toEqual({ keys, groups });
    }
  });

  const refusals = [
    { says: 'an unknown bucket', method: 'GET', path: '/../absent/key', status: 404, code: 'NoSuchBucket' },
    { says: 'an unknown key', method: 'GET', path: '/absent', status: 404, code: 'NoSuchKey' },
    { says: 'what is not implemented', method: 'GET', path: '/absent?acl', status: 501, code: 'NotImplemented' },
    {
      says: 'a key that is too long',
      method: 'PUT',
      path: `/${'k'.repeat(1025)}`,
      status: 400,
      code: 'KeyTooLongError',
    },
    { says: 'a broken escape', method: 'GET', path: '/%ff', status: 400, code: 'InvalidURI' },
    { says: 'dropping a full bucket', method: 'DELETE', path: '', status: 409, code: 'BucketNotEmpty' },
    { says: 'malformed XML', method: 'POST', path: '?delete', status: 400, code: 'MalformedXML' },
  ];
  it.each(refusals)('refuses $says', async ({ method, path, status, code }) => {
    await raw.put('something', 'x');
    const answer = await raw.send(method, path, {}, method === 'GET' ? undefined : '<Delete><Object></Delete>');
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it('serves a reader the object it opened, though it is replaced meanwhile', async () => {
    const old = Buffer.alloc(8 << 20, 'o');
    await raw.put('replaced', old);
    server.faults.add({
      match: { key: 'replaced', method: 'GET', times: 1 },
      fault: { kind: 'latency', ms: 100, when: 'answer' },
    });
    const reading = raw.get('replaced');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await raw.put('replaced', 'new');
    expect((await reading).text === old.toString()).toBe(true);
    expect((await raw.get('replaced')).text).toBe('new');
  });

  it('takes nothing of an upload that breaks off', async () => {
    await raw.put('broken-off', 'whole');
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(100_000));
        setTimeout(() => controller.error(new Error('gone')), 30);
      },
    });
    await expect(fetch(`${server.endpoint}/box/broken-off`, { method: 'PUT', body, duplex: 'half' })).rejects.toThrow();
    expect((await raw.get('broken-off')).text).toBe('whole');
  });

  it('counts requests and bytes', async () => {
    server.requests.reset();
    await raw.put('counted', '12345');
    await raw.get('counted');
    await raw.get('absent-and-counted');
    const { total, byMethod, byOperation, bytesIn } = server.requests.snapshot();
    expect({ total, byMethod, byOperation, bytesIn }).toEqual({
      total: 3,
      byMethod: { PUT: 1, GET: 2 },
      byOperation: { PutObject: 1, GetObject: 2 },
      bytesIn: 5,
    });
    expect(server.requests.bytesOut).toBeGreaterThan(5);
    expect(server.requests.log.map(({ key, status }) => [key, status])).toEqual([
      ['counted', 200],
      ['counted', 200],
      ['absent-and-counted', 404],
    ]);
  });
});

it('keeps a folder over a restart, and sweeps what nothing holds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-restart-'));
  const options = { folder, buckets: ['box'], anonymous: true };
  const first = await startS3Server(options);
  const before = rawClient(first.endpoint, 'box');
  await before.put('kept', 'v1', { 'x-amz-meta-who': 'me' });
  for (let n = 0; n < 1200; n++) await before.put('register', `version ${n}`);
  await before.put('removed', 'x');
  await before.remove('removed');
  await before.send('POST', '/unfinished?uploads');
  await first.stop();
  const second = await startS3Server(options);
  const after = rawClient(second.endpoint, 'box');
  const kept = await after.get('kept');
  expect([kept.text, kept.headers.get('x-amz-meta-who'), kept.etag]).toEqual(['v1', 'me', etagOf('v1')]);
  expect((await after.get('register')).text).toBe('version 1199');
  expect((await after.get('removed')).status).toBe(404);
  expect(readdirSync(join(folder, 'blobs'))).toHaveLength(2);
  await second.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['0.0.0.0', '192.168.0.1', 'example.com', '::'])('refuses to listen on %s', async (host) => {
  await expect(startS3Server({ host })).rejects.toThrow(/loopback/);
});

function sdkFor({ endpoint, region, credentials }: S3Server): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

function etagOf(text: string): string {
  return `"${createHash('md5').update(text).digest('hex')}"`;
}

function base64Of(word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word);
  return bytes.toString('base64');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function zeros(length: number): string {
  return Buffer.alloc(length).toString('base64');
}
