import { hostname } from 'node:os';
import path from 'node:path';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget } from '../../src/adapters/store/bounded.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { Log } from '../../src/engine/ports.ts';
import { BUCKET, type Place } from '../cli/harness.ts';
import { tapDisk } from './disk-tap.ts';
import { beginLife, countsOf, type Death } from './life.ts';
import { mortalStore } from './mortal-store.ts';

/* One process that syncs a workspace once, and is killed by the system at the call it was told. Else it tells what calls it made. */

export interface Fate {
  readonly place: Place;
  readonly prefix: string;
  /** Absolute, a real path; the shared folder is `data` in it. */
  readonly workspace: string;
  /** Null: it lives on. */
  readonly death: Death | null;
}

export type LastWords = ReturnType<typeof countsOf>;

// Before the disk is tapped: what it reads when it is loaded is no part of a life.
await import('../../src/adapters/s3/sdk-calls.ts');
const fate = JSON.parse(process.env['FATE'] ?? '{}') as Fate;
const life = beginLife(fate.death, () => process.kill(process.pid, 'SIGKILL'));
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const { workspace, place, prefix } = fate;
const plain = openS3Store({ bucket: BUCKET, prefix, forcePathStyle: true, ...place });
const root = path.join(workspace, 'data');
const datastore = openDatastore({
  store: mortalStore(retrying(bounded(plain, createBudget()), { clock: systemClock, ids: systemIds }), life),
  state: openStateFiles(root),
  openFiles: (run) => openLocalFiles({ workspace, root: 'data', run, clock: systemClock, log: silent }),
  lockFile: openLockFile(path.join(root, '.datastore-staging', 'lock')),
  skip: () => false,
  codec: nodeCodec,
  clock: systemClock,
  ids: systemIds,
  log: silent,
  identity: { holder: 'victim@host', user: 'victim', hostname: hostname(), pid: process.pid, workspace, tool: 'cli' },
  ttlMs: 3_000,
  waitMs: 30_000,
});
await tapDisk().inLife(life, () => datastore.sync());
await datastore.close();
process.send?.(countsOf(life) satisfies LastWords);
process.disconnect();
