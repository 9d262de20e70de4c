import { join } from 'node:path';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { Datastore } from '../../src/engine/datastore.ts';
import { type DatastoreParts, openDatastore } from '../../src/engine/open-datastore.ts';
import type { Clock, ObjectStore } from '../../src/engine/ports.ts';
import { type GuardedFolder, openGuardedFolder } from './guarded-folder.ts';

/** A client of the real engine whose root lies in a guarded folder, and the store it trusts. */
export interface Victim {
  readonly folder: GuardedFolder;
  readonly bucket: MemoryBucket;
  readonly store: ObjectStore;
  readonly datastore: Datastore;
  close(): Promise<void>;
}

/** Backing off costs no time. */
const hurried: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 3), signal) };

export function openVictim(shape: Pick<DatastoreParts, 'chunks'> = {}): Victim {
  const folder = openGuardedFolder();
  const bucket: MemoryBucket = new Map();
  const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix: 'team' });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const datastore = openDatastore({
    store,
    state: openStateFiles(folder.root, {
      env: { XDG_STATE_HOME: folder.state },
      platform: 'linux',
      home: folder.state,
    }),
    openFiles: (run) => openLocalFiles({ workspace: folder.workspace, root: 'data', run, clock: systemClock, log }),
    lockFile: openLockFile(join(folder.root, '.datastore-staging', 'lock')),
    skip: () => false,
    codec: nodeCodec,
    clock: hurried,
    ids: systemIds,
    log,
    identity: {
      holder: 'victim@host',
      user: 'victim',
      hostname: 'host',
      pid: process.pid,
      workspace: 'w',
      tool: 'cli',
    },
    ttlMs: 30_000,
    waitMs: 2_000,
    ...shape,
  });
  return {
    folder,
    bucket,
    store,
    datastore,
    async close() {
      await datastore.close();
      folder.remove();
    },
  };
}
