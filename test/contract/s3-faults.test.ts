import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemIds } from '../../src/adapters/system.ts';
import { type StoreErrorKind, SyncError } from '../../src/core/errors.ts';
import type { Clock, ObjectStore } from '../../src/engine/ports.ts';
import { type Fault, type S3Server, startS3Server } from '../support/s3-server/server.ts';
import { bytes, expectRefusal, read, readText, refusal } from './store/check.ts';

let server: S3Server;
let place: S3StoreOptions;
let store: ObjectStore;

beforeAll(async () => {
  server = await startS3Server({ buckets: ['faults', 'shut'] });
  const { endpoint, region, credentials } = server;
  place = { bucket: 'faults', prefix: 'p', region, endpoint, credentials, forcePathStyle: true };
  store = openS3Store(place);
});
afterEach(() => server.faults.clear());
afterAll(async () => {
  store.close();
  await server.stop();
});

/** Waits without waiting. */
const hurried: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: async () => {},
  after: () => () => {},
};

const body = bytes('some bytes');
const status = (code: number, name?: string): Fault => ({
  kind: 'status',
  status: code,
  ...(name ? { code: name } : {}),
});

type Call = (store: ObjectStore) => Promise<unknown>;
const create: Call = (store) => store.put('it', body, { condition: { kind: 'absent' }, once: true, timeoutMs: 400 });
const swap: Call = (store) => store.put('it', body, { condition: { kind: 'match', etag: '"0"' }, once: true });
const plain: Call = (store) => store.put('it', body);
const get: Call = (store) => readText(store, 'it');
const list: Call = (store) => store.list('');

const answers: readonly (readonly [string, Call, Fault, StoreErrorKind])[] = [
  ['503 SlowDown on a create', create, status(503, 'SlowDown'), 'throttled'],
  ['an error nobody knows, on a swap', swap, status(500, 'UnknownError'), 'busy'],
  ['an error nobody knows, after the effect', create, { kind: 'status', status: 500, when: 'after' }, 'busy'],
  ['429 on a GET', get, status(429, 'TooManyRequests'), 'throttled'],
  ['a slow socket (400 RequestTimeout)', create, status(400, 'RequestTimeout'), 'busy'],
  ['a clock too far off', plain, status(403, 'RequestTimeTooSkewed'), 'busy'],
  ['409 ConditionalRequestConflict', swap, status(409, 'ConditionalRequestConflict'), 'conflict'],
  ['a 409 with a name nobody knows, on a swap', swap, status(409, 'Whatever'), 'conflict'],
  ['412', swap, status(412, 'PreconditionFailed'), 'precondition'],
  ['501 on a create', create, status(501, 'NotImplemented'), 'unsupported'],
  ['400 on a swap', swap, status(400, 'InvalidArgument'), 'unsupported'],
  ['400 on a swap, without a word', swap, status(400, 'UnknownError'), 'unsupported'],
  ['400 on a swap, of a request as such', swap, status(400, 'InvalidRequest'), 'unsupported'],
  ['400 on a swap, for another reason', swap, status(400, 'AuthorizationHeaderMalformed'), 'rejected'],
  ['400 on a create that is too large', create, status(400, 'EntityTooLarge'), 'rejected'],
  ['400 of a federation token, on a swap', swap, status(400, 'InvalidIdentityToken'), 'credentials'],
  ['403 of a sign-in that ended', swap, status(403, 'ExpiredTokenException'), 'credentials'],
  ['400 of a request limit, on a swap', swap, status(400, 'RequestLimitExceeded'), 'throttled'],
  ['400 of a key that is disabled, on a swap', swap, status(400, 'KMS.DisabledException'), 'denied'],
  ['400 of a key that is not there, on a create', create, status(400, 'KMS.NotFoundException'), 'denied'],
  ['501 without a condition', plain, status(501, 'NotImplemented'), 'rejected'],
  ['400 without a condition', list, status(400, 'InvalidArgument'), 'rejected'],
  ['403 AccessDenied', plain, status(403, 'AccessDenied'), 'denied'],
  ['400 ExpiredToken, on a create', create, status(400, 'ExpiredToken'), 'credentials'],
  ['403 InvalidAccessKeyId', list, status(403, 'InvalidAccessKeyId'), 'credentials'],
  ['404 NoSuchBucket', plain, status(404, 'NoSuchBucket'), 'no-bucket'],
  ['400 BadDigest', plain, status(400, 'BadDigest'), 'checksum'],
  ['a reset before the effect', create, { kind: 'reset', when: 'before' }, 'unreachable'],
  ['a reset after the effect', create, { kind: 'reset', when: 'after' }, 'unreachable'],
  ['no answer within the time given', create, { kind: 'hang', when: 'after' }, 'unreachable'],
  ['a body that breaks off', get, { kind: 'truncate', bytes: 4 }, 'unreachable'],
];

describe('the S3 adapter names each answer by what to do next, and sends once', () => {
  test.each(answers)('%s', async (_what, call, fault, kind) => {
    if (call === get) await store.put('it', body);
    else await store.delete('it');
    server.faults.add({ match: {}, fault });
    const before = server.requests.snapshot().total;
    const sent = store.traffic.requests;
    await expectRefusal(call(store), kind);
    expect(store.traffic.requests - sent).toBe(1);
    expect(server.requests.snapshot().total - before).toBe(1);
  });
});

describe('the S3 adapter on a store with little permission', () => {
  test('without permission to list, a missing key is denied', async () => {
    server.faults.access('faults', 'no-list');
    await expectRefusal(store.get('never-there'), 'denied');
    await expectRefusal(store.list(''), 'denied');
  });
  test('a forbidden bucket is denied', async () => {
    server.faults.access('shut', 'forbidden');
    const shut = openS3Store({ ...place, bucket: 'shut' });
    await expectRefusal(shut.get('it'), 'denied');
    await expectRefusal(shut.put('it', body), 'denied');
    shut.close();
  });
});

const patient = () => retrying(store, { clock: hurried, ids: systemIds, attempts: 4 });

describe('retrying over the S3 adapter', () => {
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));

  test('a body that breaks off twice goes on where it stopped', async () => {
    await store.put('long', content);
    server.faults.add({ match: { method: 'GET', times: 2 }, fault: { kind: 'truncate', bytes: 20_000 } });
    const down = store.traffic.bytesDown;
    expect((await read(patient(), 'long')).equals(content)).toBe(true);
    expect(store.traffic.bytesDown - down).toBe(content.byteLength);
  });
  test('a range that breaks off goes on inside the range', async () => {
    await store.put('long', content);
    server.faults.add({ match: { method: 'GET', times: 1 }, fault: { kind: 'truncate', bytes: 1_000 } });
    const part = await read(patient(), 'long', { range: { offset: 30_000, length: 5_000 } });
    expect(part.equals(content.subarray(30_000, 35_000))).toBe(true);
  });
  test('an object replaced meanwhile is not sewn together from two versions', async () => {
    await store.put('long', content);
    server.faults.add({ match: { method: 'GET', times: 1 }, fault: { kind: 'truncate', bytes: 20_000 } });
    const found = await patient().get('long');
    if (found.kind !== 'found') throw new Error('not found');
    await store.put('long', content.toReversed());
    const reading = (async () => {
      for await (const part of found.body) expect(part.byteLength).toBeGreaterThan(0);
    })();
    await expectRefusal(reading, 'unreachable');
  });
  test('a create whose answer was lost is sent again, and then says that something is there', async () => {
    await store.delete('it');
    server.faults.add({ match: { method: 'PUT', times: 1 }, fault: { kind: 'reset', when: 'after' } });
    const sha256 = nodeCodec.sha256(body);
    await expectRefusal(patient().put('it', body, { condition: { kind: 'absent' }, sha256 }), 'precondition');
    expect((await store.head('it')).sha256).toBe(sha256);
  });
  test('a store that stays busy is given up after the attempts agreed', async () => {
    server.faults.add({ match: {}, fault: status(503, 'SlowDown') });
    const before = server.requests.snapshot().total;
    await expectRefusal(patient().list(''), 'throttled');
    expect(server.requests.snapshot().total - before).toBe(4);
  });
});

describe('the S3 adapter and who may be asked', () => {
  const refusedEndpoints = [
    'http://192.0.2.1:9000',
    'http://minio.example',
    'ftp://127.0.0.1',
    'not a url',
    'https://me:pw@s3.example',
  ];
  test.each(refusedEndpoints)('the endpoint %s is refused before anything is sent', (endpoint) => {
    const open = () => openS3Store({ ...place, endpoint });
    expect(open).toThrow(SyncError);
    expect(open).toThrow(expect.objectContaining({ kind: 'config' }));
    expect(open).not.toThrow(/pw@/);
  });

  test('an endpoint that only the environment names is held to the same rule', async () => {
    const { endpoint: _left, ...aws } = place;
    await withEnvironment({ AWS_ENDPOINT_URL_S3: 'http://192.0.2.1:9000' }, async () => {
      const elsewhere = openS3Store(aws);
      await expect(elsewhere.get('it')).rejects.toMatchObject({ name: 'SyncError', kind: 'config' });
      expect(elsewhere.traffic.requests).toBe(0);
      elsewhere.close();
    });
  });

  test('a profile that does not exist is a matter of credentials, and is named', async () => {
    const { credentials: _left, ...chain } = place;
    const nowhere = {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    await withEnvironment(nowhere, async () => {
      const unknown = openS3Store({ ...chain, profile: 'no-such-profile' });
      const error: unknown = await unknown.get('it').catch((reason: unknown) => reason);
      expect(refusal(error)).toBe('credentials');
      expect(String(error)).toContain('aws sso login --profile no-such-profile');
      unknown.close();
    });
  });

  test('keys from the environment work, and no failure shows them', async () => {
    const { credentials, ...chain } = place;
    if (!credentials) throw new Error('no credentials');
    const token = 'session-token-of-the-test';
    const keys = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: token,
    };
    await withEnvironment(keys, async () => {
      const theirs = openS3Store(chain);
      await theirs.put('it', body);
      server.faults.add({ match: {}, fault: status(403, 'SignatureDoesNotMatch') });
      const error: unknown = await theirs.put('it', body).catch((reason: unknown) => reason);
      expect(refusal(error)).toBe('credentials');
      const shown = inspect(error, { depth: 10, showHidden: true });
      for (const secret of [credentials.secretAccessKey, credentials.accessKeyId, token, 'Signature=']) {
        expect(shown).not.toContain(secret);
      }
      theirs.close();
    });
  });
});

async function withEnvironment(values: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  Object.assign(process.env, values);
  try {
    await run();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
