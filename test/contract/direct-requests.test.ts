import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { directPlace } from '../../src/adapters/s3/direct/place.ts';
import { encodedPath, signed } from '../../src/adapters/s3/direct/sigv4.ts';
import { keysOfEnvironment } from '../../src/adapters/s3/keys.ts';
import { openS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { bytes, expectRefusal, readText } from './store/check.ts';

/* GET, HEAD and PUT go without the SDK where the way is plain. What the answers mean is in store.test.ts and s3-faults.test.ts. */

describe('signature version 4', () => {
  const keys = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const request = {
    method: 'GET',
    host: 'examplebucket.s3.amazonaws.com',
    path: '/test.txt',
    headers: { range: 'bytes=0-9' },
  } as const;

  test('is that of the example which AWS publishes', () => {
    const { authorization } = signed(request, keys, 'us-east-1', Date.UTC(2013, 4, 24));
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });
  test('signs the token of a session', () => {
    const headers = signed(request, { ...keys, sessionToken: 'tok' }, 'us-east-1', 0);
    expect(headers).toMatchObject({ 'x-amz-security-token': 'tok' });
    expect(headers['authorization']).toContain('x-amz-date;x-amz-security-token,');
  });
  test.each([
    ['/a b/ü', '/a%20b/%C3%BC'],
    ["/(it's)!*", '/%28it%27s%29%21%2A'],
    ['/a//b', '/a//b'],
    ['/q?x=1&y#z+', '/q%3Fx%3D1%26y%23z%2B'],
  ])('the path %s', (path, encoded) => expect(encodedPath(path)).toBe(encoded));
});

const aws: S3StoreOptions = { bucket: 'team', prefix: 'p', region: 'eu-central-1', forcePathStyle: false };
const urlOf = (place: ReturnType<typeof directPlace>) => place && `${place.origin.origin}${place.path('head.json')}`;
const none = { AWS_CONFIG_FILE: '/dev/null' };

describe('where the way is plain', () => {
  const rows: readonly [what: string, options: Partial<S3StoreOptions>, url: string | null][] = [
    ['a bucket of AWS', {}, 'https://team.s3.eu-central-1.amazonaws.com/p/head.json'],
    ['without a prefix', { prefix: '' }, 'https://team.s3.eu-central-1.amazonaws.com/head.json'],
    ['of the government', { region: 'us-gov-west-1' }, 'https://team.s3.us-gov-west-1.amazonaws.com/p/head.json'],
    ['in another partition', { region: 'cn-north-1' }, null],
    ['in a region nobody knows', { region: 'elsewhere' }, null],
    ['with a dot, which no certificate covers', { bucket: 'my.team' }, null],
    ['with path style', { forcePathStyle: true }, null],
    ['a directory bucket', { bucket: 'team--use1-az4--x-s3' }, null],
    ['an access point', { bucket: 'arn:aws:s3:us-east-1:123456789012:accesspoint/team' }, null],
  ];
  test.each(rows)('%s', (_what, options, url) => {
    expect(urlOf(directPlace({ ...aws, ...options }, undefined, none))).toBe(url);
  });

  const stores: readonly [what: string, endpoint: string, forcePathStyle: boolean, url: string | null][] = [
    ['another store', 'https://s3.example.org:9000', true, 'https://s3.example.org:9000/team/p/head.json'],
    ['its bucket in the host name', 'https://s3.example.org', false, null],
    ['below a path', 'https://example.org/s3', true, null],
  ];
  test.each(stores)('%s', (_what, endpoint, forcePathStyle, url) => {
    expect(urlOf(directPlace({ ...aws, endpoint, forcePathStyle }, new URL(endpoint), none))).toBe(url);
  });

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
    'not where %s leads elsewhere',
    (name) => expect(directPlace(aws, undefined, { ...none, [name]: 'x' })).toBeNull(),
  );
  test('nor where the shared configuration does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'config');
    writeFileSync(file, '[default]\nendpoint_url = https://s3.example.org\n');
    expect(directPlace(aws, undefined, { AWS_CONFIG_FILE: file })).toBeNull();
    writeFileSync(file, '[default]\nregion = eu-central-1\n');
    expect(directPlace(aws, undefined, { AWS_CONFIG_FILE: file })).not.toBeNull();
  });
});

describe('keys of the environment', () => {
  const pair = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  const keys = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const rows: readonly [what: string, env: Record<string, string>, profile: string | undefined, found: unknown][] = [
    ['a pair', pair, undefined, keys],
    ['with a token', { ...pair, AWS_SESSION_TOKEN: 't' }, undefined, { ...keys, sessionToken: 't' }],
    ['half of a pair', { AWS_ACCESS_KEY_ID: 'id' }, undefined, undefined],
    ['hidden by a profile', pair, 'team', undefined],
    ['hidden by a profile of the environment', { ...pair, AWS_PROFILE: 'team' }, undefined, undefined],
  ];
  test.each(rows)('%s', (_what, env, profile, found) => {
    const keys = keysOfEnvironment(profile, env);
    expect(keys && { ...keys, $source: undefined }).toEqual(found);
  });
});

test('where the clocks are too far apart, the first request says so and the next ones fit', async () => {
  const server = await startS3Server({ buckets: ['late'], now: () => Date.now() + 3_600_000 });
  const { endpoint, region, credentials } = server;
  const store = openS3Store({ bucket: 'late', prefix: '', region, endpoint, credentials, forcePathStyle: true });
  onTestFinished(async () => {
    store.close();
    await server.stop();
  });
  await expectRefusal(store.get('it'), 'busy');
  await expectRefusal(store.put('it', bytes('text')), 'busy');
  await store.put('it', bytes('text'));
  expect(await readText(store, 'it')).toBe('text');
});

test.each([
  [{ mode: 'sse-s3' }, ['AES256', null]],
  [{ mode: 'sse-kms' }, ['aws:kms', null]],
  [{ mode: 'sse-kms', keyId: 'key-1' }, ['aws:kms', 'key-1']],
] as const)('both ways ask for the same encryption: %o', async (encryption, expected) => {
  const server = await startS3Server({ buckets: ['kept'] });
  const { endpoint, region, credentials } = server;
  const options = { bucket: 'kept', prefix: '', region, endpoint, credentials, forcePathStyle: true, encryption };
  const stores = [openS3Store(options), openS3Store(options, { bySdkAlone: true })];
  onTestFinished(async () => {
    for (const store of stores) store.close();
    await server.stop();
  });
  for (const [index, store] of stores.entries()) {
    await store.put(`it-${index}`, bytes('text'));
    const { headers } = await signedGet(server, `/kept/it-${index}`);
    const name = 'x-amz-server-side-encryption';
    expect([headers.get(name), headers.get(`${name}-aws-kms-key-id`)]).toEqual(expected);
    expect(headers.get('content-type')).toBe('application/octet-stream');
  }
});

async function signedGet({ endpoint, region, credentials }: Awaited<ReturnType<typeof startS3Server>>, path: string) {
  const request = { method: 'GET', host: new URL(endpoint).host, path, headers: {} } as const;
  return fetch(endpoint + path, { headers: signed(request, credentials, region, Date.now()) });
}

test('a write whose answer names no version may have happened: it is no success, and no refusal', async () => {
  const server = createServer((request, response) => void request.resume().on('end', () => response.end()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const place = { bucket: 'team', prefix: '', region: 'us-east-1', forcePathStyle: true };
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const store = openS3Store({ ...place, credentials, endpoint: `http://127.0.0.1:${port}` });
  onTestFinished(() => {
    store.close();
    server.close();
  });
  await expectRefusal(store.put('it', bytes('text')), 'busy');
});

test('a connection on which nothing moves is given up', async () => {
  const server = await startS3Server({ buckets: ['still'] });
  const { endpoint, region, credentials } = server;
  const timing = { connectMs: 10_000, idleMs: 100, requestMs: 60_000 };
  const store = openS3Store({
    bucket: 'still',
    prefix: '',
    region,
    endpoint,
    credentials,
    forcePathStyle: true,
    timing,
  });
  onTestFinished(async () => {
    store.close();
    await server.stop();
  });
  server.faults.add({ match: {}, fault: { kind: 'hang', when: 'before' } });
  await expectRefusal(store.get('it'), 'unreachable');
});

test('gives a body up that comes too slowly for the time that is configured', async () => {
  const server = await startS3Server({ buckets: ['slow'] });
  const { endpoint, region, credentials } = server;
  const timing = { connectMs: 10_000, idleMs: 30_000, requestMs: 300 };
  const place = { bucket: 'slow', prefix: '', region, endpoint, credentials, forcePathStyle: true };
  const [patient, store] = [openS3Store(place), openS3Store({ ...place, timing })];
  onTestFinished(async () => {
    patient.close();
    store.close();
    await server.stop();
  });
  await patient.put('it', new Uint8Array(400));
  server.faults.add({ match: { method: 'GET' }, fault: { kind: 'drip', bytes: 4, everyMs: 20 } });
  await expect(readText(store, 'it')).rejects.toThrow('the body comes too slowly');
});
