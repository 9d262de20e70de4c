import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, Lies } from '../support/s3-server/faults.ts';
import { type RawAnswer, type RawClient, rawClient } from '../support/s3-server/raw-client.ts';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';

let server: S3Server;
let raw: RawClient;

beforeAll(async () => {
  server = await startS3Server({ buckets: ['box', 'other'], anonymous: true });
  raw = rawClient(server.endpoint, 'box');
});

beforeEach(() => server.faults.clear());

afterAll(() => server.stop());

describe('a fault on a write', () => {
  const faults: { says: string; fault: Fault; seen: number | 'reset'; kept: string }[] = [
    {
      says: 'status: nothing happened',
      fault: { kind: 'status', status: 503, code: 'SlowDown' },
      seen: 503,
      kept: 'old',
    },
    {
      says: 'status after: it happened',
      fault: { kind: 'status', status: 500, when: 'after' },
      seen: 500,
      kept: 'new',
    },
    { says: 'reset before: nothing happened', fault: { kind: 'reset', when: 'before' }, seen: 'reset', kept: 'old' },
    { says: 'reset after: it happened', fault: { kind: 'reset', when: 'after' }, seen: 'reset', kept: 'new' },
    { says: 'latency: late, but done', fault: { kind: 'latency', ms: 60 }, seen: 200, kept: 'new' },
  ];
  it.each(faults)('$says', async ({ fault, seen, kept }) => {
    await raw.put('key', 'old');
    server.faults.add({ match: { method: 'PUT', key: 'key' }, fault });
    const started = performance.now();
    const outcome = await raw.put('key', 'new').then(
      ({ status }) => status,
      (error: unknown) => causeCode(error),
    );
    expect(outcome).toBe(seen === 'reset' ? 'ECONNRESET' : seen);
    if (fault.kind === 'latency') expect(performance.now() - started).toBeGreaterThan(fault.ms - 5);
    expect((await raw.get('key')).text).toBe(kept);
  });

  const hangs = [
    { when: 'before' as const, kept: 'old' },
    { when: 'after' as const, kept: 'new' },
  ];
  it.each(hangs)('hang $when: no answer ever, and the object is $kept', async ({ when, kept }) => {
    await raw.put('key', 'old');
    server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'hang', when } });
    const signal = AbortSignal.timeout(150);
    const put = fetch(`${server.endpoint}/box/key`, { method: 'PUT', body: 'new', signal });
    await expect(put).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await raw.get('key')).text).toBe(kept);
  });

  it('latency before the effect: the write lands although its sender has left', async () => {
    await raw.put('late', 'old');
    server.faults.add({ match: { method: 'PUT', key: 'late' }, fault: { kind: 'latency', ms: 150, when: 'effect' } });
    const signal = AbortSignal.timeout(50);
    await expect(fetch(`${server.endpoint}/box/late`, { method: 'PUT', body: 'new', signal })).rejects.toThrow();
    expect((await raw.get('late')).text).toBe('old');
    await expect.poll(async () => (await raw.get('late')).text).toBe('new');
  });

  it('status carries its code and Retry-After', async () => {
    server.faults.add({ match: {}, fault: { kind: 'status', status: 429, code: 'TooMany', retryAfterSeconds: 3 } });
    const { status, code, headers } = await raw.put('key', 'x');
    expect([status, code, headers.get('retry-after')]).toEqual([429, 'TooMany', '3']);
  });
});

describe('a fault on a read', () => {
  const content = Buffer.alloc(300_000, 'abcdefghij');

  it('truncate: the promised length does not come', async () => {
    await raw.put('long', content);
    server.faults.add({ match: { method: 'GET' }, fault: { kind: 'truncate', bytes: 1000 } });
    const response = await fetch(`${server.endpoint}/box/long`);
    expect(response.headers.get('content-length')).toBe(String(content.length));
    let received = 0;
    const reading = (async () => {
      for await (const chunk of response.body ?? []) received += chunk.length;
    })();
    await expect(reading).rejects.toThrow();
    expect(received).toBe(1000);
  });

  it('drip: slow, but whole', async () => {
    await raw.put('short', '0123456789');
    server.faults.add({ match: { method: 'GET' }, fault: { kind: 'drip', bytes: 2, everyMs: 20 } });
    const started = performance.now();
    expect((await raw.get('short')).text).toBe('0123456789');
    expect(performance.now() - started).toBeGreaterThan(90);
  });

  it('corrupt: one bit differs, and the SDK notices where a checksum is kept', async () => {
    const { endpoint, region, credentials } = server;
    const sdk = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
    await sdk.send(new PutObjectCommand({ Bucket: 'box', Key: 'bits', Body: 'abc' }));
    server.faults.add({ match: { method: 'GET' }, fault: { kind: 'corrupt' } });
    expect((await raw.get('bits')).text).toBe('`bc');
    const got = await sdk.send(new GetObjectCommand({ Bucket: 'box', Key: 'bits' }));
    await expect(got.Body?.transformToString()).rejects.toThrow(/[Cc]hecksum/);
  });
});

describe('rules', () => {
  const fault: Fault = { kind: 'status', status: 503 };
  const rules = [
    { says: 'after lets some pass', match: { after: 2 }, statuses: [200, 200, 503, 503] },
    { says: 'times ends them', match: { times: 2 }, statuses: [503, 503, 200, 200] },
    { says: 'after and times', match: { after: 1, times: 1 }, statuses: [200, 503, 200, 200] },
    { says: 'a part of the key', match: { key: 'ey' }, statuses: [503, 503, 503, 503] },
    { says: 'an expression', match: { key: /^Key$/g }, statuses: [200, 200, 200, 200] },
    { says: 'another method', match: { method: 'GET' }, statuses: [200, 200, 200, 200] },
    { says: 'another operation', match: { operation: 'CopyObject' as const }, statuses: [200, 200, 200, 200] },
    { says: 'another bucket', match: { bucket: 'other' }, statuses: [200, 200, 200, 200] },
  ];
  it.each(rules)('$says', async ({ match, statuses }) => {
    const remove = server.faults.add({ match, fault });
    const seen: number[] = [];
    for (const _ of statuses) seen.push((await raw.put('key', 'x')).status);
    expect(seen).toEqual(statuses);
    remove();
    expect((await raw.put('key', 'x')).status).toBe(200);
  });
});

describe('a store that lies', () => {
  const onV1 = { 'if-match': `"${etag('v1')}"` };
  const bareOnV1 = { 'if-match': etag('v1') };
  const stale = { 'if-match': `"${etag('v0')}"` };
  const lies: { says: string; lies: Partial<Lies>; headers: Record<string, string>; status: number }[] = [
    { says: 'ignores If-None-Match', lies: { conditions: 'ignored' }, headers: { 'if-none-match': '*' }, status: 200 },
    { says: 'ignores If-Match', lies: { conditions: 'ignored' }, headers: stale, status: 200 },
    { says: 'refuses the quoted ETag', lies: { ifMatch: 'bare-only' }, headers: onV1, status: 412 },
    { says: 'and takes the bare one', lies: { ifMatch: 'bare-only' }, headers: bareOnV1, status: 200 },
    { says: 'or the other way round', lies: { ifMatch: 'quoted-only' }, headers: bareOnV1, status: 412 },
    {
      says: 'is exact without a race, whatever losers get',
      lies: { losers: 'unknown-error' },
      headers: stale,
      status: 412,
    },
    {
      says: 'takes a wrong checksum',
      lies: { checksums: 'unchecked' },
      headers: { 'content-md5': etag('x') },
      status: 200,
    },
    {
      says: 'drops checksums',
      lies: { checksums: 'dropped' },
      headers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
      status: 200,
    },
  ];
  it.each(lies)('$says', async ({ lies, headers, status }) => {
    await raw.put('lie', 'v1');
    server.faults.lie(lies);
    expect((await raw.put('lie', 'v2', headers)).status).toBe(status);
    const after = await raw.get('lie', { 'x-amz-checksum-mode': 'ENABLED' });
    expect(after.text).toBe(status === 200 ? 'v2' : 'v1');
    expect(after.headers.get('x-amz-checksum-crc32')).toBeNull();
  });

  it('deletes whatever the condition says', async () => {
    await raw.put('lie', 'v1');
    server.faults.lie({ deletes: 'ignored' });
    expect((await raw.remove('lie', stale)).status).toBe(204);
  });

  const races: { says: string; lies: Partial<Lies>; winners: (count: number) => boolean; loser: number }[] = [
    {
      says: 'not atomic: many win',
      lies: { conditions: 'not-atomic', pauseMs: 500 },
      winners: (count) => count > 1,
      loser: 412,
    },
    {
      says: 'losers get 500 UnknownError',
      lies: { losers: 'unknown-error' },
      winners: (count) => count === 1,
      loser: 500,
    },
    { says: 'losers get 409', lies: { losers: 'conflict' }, winners: (count) => count === 1, loser: 409 },
  ];
  it.each(races)('$says', async ({ lies, winners, loser }) => {
    await raw.put('race', 'v1');
    server.faults.lie(lies);
    server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'latency', ms: 40, when: 'effect' } });
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => raw.put('race', `by ${n}`, onV1)));
    const won = answers.filter(({ status }) => status === 200);
    expect(winners(won.length), `${won.length} won`).toBe(true);
    expect(answers.every(({ status }) => status === 200 || status === loser)).toBe(true);
  });
});

describe('permissions', () => {
  const rows: { access: 'no-list' | 'read-only' | 'forbidden'; statuses: Record<string, number> }[] = [
    { access: 'no-list', statuses: { list: 403, absent: 403, get: 200, put: 200 } },
    { access: 'read-only', statuses: { list: 200, absent: 404, get: 200, put: 403 } },
    { access: 'forbidden', statuses: { list: 403, absent: 403, get: 403, put: 403 } },
  ];
  it.each(rows)('$access', async ({ access, statuses }) => {
    await raw.put('key', 'x');
    server.faults.access('box', access);
    const answers: Record<string, RawAnswer> = {
      list: await raw.send('GET', '?list-type=2'),
      absent: await raw.get('absent'),
      get: await raw.get('key'),
      put: await raw.put('key', 'x'),
    };
    expect(Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status]))).toEqual(statuses);
    expect(Object.values(answers).filter(({ status, code }) => status === 403 && code !== 'AccessDenied')).toEqual([]);
    expect((await rawClient(server.endpoint, 'other').put('key', 'x')).status).toBe(200);
  });
});

it('runs as a program, under the control of others, until SIGTERM', async () => {
  const main = new URL('../support/s3-server/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--bucket', 'box', '--latency', '30', '--anonymous'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const { endpoint, accessKeyId } = JSON.parse(String(line));
  expect(accessKeyId).toMatch(/^DEV/);
  const box = rawClient(endpoint, 'box');
  const started = performance.now();
  expect((await box.put('key', 'x')).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(25);
  const control = async (method: string, path: string, body?: unknown, headers = {}): Promise<Response> =>
    fetch(`${endpoint}/_control/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const rule = { match: { key: { pattern: '^K', flags: 'i' }, times: 1 }, fault: { kind: 'status', status: 503 } };
  expect((await control('POST', 'faults', { rules: [rule], lies: { conditions: 'ignored' } })).status).toBe(200);
  expect((await box.put('key', 'x')).status).toBe(503);
  expect((await box.put('key', 'x', { 'if-none-match': '*' })).status).toBe(200);
  expect((await control('DELETE', 'faults')).status).toBe(200);
  expect((await box.put('key', 'x', { 'if-none-match': '*' })).status).toBe(412);
  expect(await (await control('GET', 'requests')).json()).toMatchObject({ total: 4, byMethod: { PUT: 4 } });
  await control('DELETE', 'requests');
  expect(await (await control('GET', 'requests')).json()).toMatchObject({ total: 0, log: [] });

  const refused = [
    { rules: [{ fault: { kind: 'gremlin' } }] },
    { rules: [{ fault: rule.fault, match: { kye: 'x' } }] },
    { lies: { conditions: 'maybe' } },
  ];
  for (const message of refused) expect((await control('POST', 'faults', message)).status).toBe(400);
  expect((await control('DELETE', 'faults', undefined, { origin: 'http://example.com' })).status).toBe(403);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : error;
}

function etag(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
