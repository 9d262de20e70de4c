import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { SyncError } from '../../src/core/errors.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { type Capabilities, probeStore } from '../../src/engine/remote/probe.ts';
import type { RaceSize } from '../../src/engine/remote/probe-races.ts';
import { type Lies, type S3Server, startS3Server } from '../support/s3-server/server.ts';
import { starts } from './store/targets.ts';

/* What the probe finds of a store that is known, or known to lie. */

const BUCKET = 'probed';
const parts = { clock: systemClock, ids: systemIds, codec: nodeCodec };
const probe = (store: ObjectStore, races: RaceSize) => probeStore({ ...parts, store }, races);

let server: S3Server;
beforeAll(async () => void (server = await startS3Server({ buckets: [BUCKET] })));
afterEach(() => server.faults.clear());
afterAll(() => server.stop());

let count = 0;

const TWO_STEPS: Partial<Lies> = { conditions: 'not-atomic', pauseMs: 60 };
const SOUND: Capabilities = { etagForm: 'quoted', checksChecksums: true };

const unsafe = (finding: RegExp) => ({ kind: 'unsafe-store', message: expect.stringMatching(finding) });

test.each<[races: RaceSize, what: string, lies: Partial<Lies>, expected: Capabilities | ReturnType<typeof unsafe>]>([
  ['small', 'keeps every promise', {}, SOUND],
  ['small', 'ignores conditions', { conditions: 'ignored' }, unsafe(/only if it is absent replaces one that is there/)],
  ['small', 'checks and writes in two steps', TWO_STEPS, unsafe(/at the same moment \d+ are told that they won/)],
  ['whole', 'checks and writes in two steps', TWO_STEPS, unsafe(/at the same moment \d+ are told that they won/)],
  ['small', 'refuses ETags in their quotes', { ifMatch: 'bare-only' }, { ...SOUND, etagForm: 'bare' }],
  ['small', 'refuses ETags without their quotes', { ifMatch: 'quoted-only' }, SOUND],
  ['whole', 'answers the losers of a race with unknown errors', { losers: 'unknown-error' }, SOUND],
  ['small', 'answers the losers of a race with 409', { losers: 'conflict' }, SOUND],
  ['small', 'ignores conditions on DELETE', { deletes: 'ignored' }, SOUND],
  ['small', 'checks the hash that is signed and no checksum', { checksums: 'unchecked' }, SOUND],
])('the %s probe of a store that %s', async (races, _what, lies, expected) => {
  server.faults.lie(lies);
  const { endpoint, region, credentials } = server;
  const prefix = `case-${++count}`;
  const store = openS3Store({ bucket: BUCKET, prefix, endpoint, region, credentials, forcePathStyle: true });
  const finding = await probe(store, races).catch(({ kind, message }: SyncError) => ({ kind, message }));
  store.close();
  expect(finding).toEqual(expected);
});

test.for<readonly [name: string, expected: Capabilities]>([
  ['memory store', SOUND],
  ['S3 adapter on Ceph RGW', { ...SOUND, etagForm: 'bare' }],
])('the whole probe of the %s as it is', async ([name, expected], context) => {
  const target = await starts[name]?.();
  if (target === undefined) throw new Error(`there is no ${name}`);
  if ('unavailable' in target) {
    console.warn(`${name}: left out, ${target.unavailable}`);
    if (process.env['CI'] === 'true') throw new Error(`left out, which CI does not allow: ${target.unavailable}`);
    return context.skip(target.unavailable);
  }
  try {
    expect(await probe(target.open('probed'), 'whole')).toEqual(expected);
  } finally {
    await target.stop();
  }
});
