import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { openBucket } from '../../src/adapters/s3/bucket.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { findRemote } from '../../src/engine/checkup/checkup-remote.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { openSandbox } from '../engine/fs/sandbox.ts';
import { type Lies, type S3Server, startS3Server } from '../support/s3-server/server.ts';

/* What a checkup leaves of its probe: no object, and the finding. */

const BUCKET = 'checked';
let server: S3Server;
beforeAll(async () => void (server = await startS3Server({ buckets: [BUCKET] })));
afterAll(() => server.stop());

let count = 0;

test.each([1, 2])('a checkup that is stopped when its probe has made %i objects removes them', async (puts) => {
  const controller = new AbortController();
  const { checked, left, record } = open();
  await expect(
    checked((store) => stoppingAfter(store, puts, () => controller.abort()), controller.signal),
  ).rejects.toThrow(/abort/);
  expect(await left()).toEqual([]);
  expect(await record()).toBeNull();
});

test.each<[what: string, lies: Partial<Lies>, capabilities: unknown]>([
  ['keeps its promises', {}, { etagForm: 'quoted', checksChecksums: true }],
  ['ignores conditions', { conditions: 'ignored' }, null],
])('a checkup of a store that %s keeps what its probe found', async (_what, lies, capabilities) => {
  server.faults.lie(lies);
  const { checked, left, record, name } = open();
  await checked((store) => store);
  server.faults.clear();
  expect(await left()).toEqual([]);
  expect(await record()).toEqual({ remote: name, capabilities });
});

function open() {
  const box = openSandbox();
  const { endpoint, region, credentials } = server;
  const place = { bucket: BUCKET, prefix: `${++count}`, endpoint, region, credentials, forcePathStyle: true };
  const store = openS3Store(place);
  const bucket = openBucket(place);
  const state = openStateFiles(box.root, { env: { XDG_STATE_HOME: box.outside }, platform: 'linux', home: '/' });
  const lockFile = openLockFile(join(box.root, '.datastore-staging', 'lock'));
  return {
    name: store.name,
    checked: (dressed: (store: ObjectStore) => ObjectStore, signal?: AbortSignal) =>
      findRemote(
        {
          clock: systemClock,
          ids: systemIds,
          codec: nodeCodec,
          log: { debug() {}, info() {}, warn() {}, error() {} },
          store: dressed(store),
          bucket,
          root: { files: box.files, lockFile, state, hostname: 'here', pid: process.pid },
        },
        () => {},
        signal,
      ),
    left: async () => (await store.list('probe/')).objects.map(({ key }) => key),
    record: () => createBaseStore(state).wholeProbe(),
  };
}

function stoppingAfter(store: ObjectStore, puts: number, stop: () => void): ObjectStore {
  let made = 0;
  return {
    ...store,
    async put(...args) {
      const answer = await store.put(...args);
      made += 1;
      if (made === puts) stop();
      return answer;
    },
  };
}
