import { join } from 'node:path';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget, createByteGate } from '../../src/adapters/store/bounded.ts';
import { createInFlight } from '../../src/adapters/store/in-flight.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';

/** One sync of the folder `data` in a workspace, with so many places for requests, or 'adaptive'; prints its milliseconds and files. */
const [workspace = '', endpoint = '', bucket = '', places = ''] = process.argv.slice(2);

const clock = systemClock;
const budget =
  places === 'adaptive'
    ? { requests: createInFlight(clock), bytes: createByteGate() }
    : createBudget({ requests: Number(places) });
const bare = openS3Store({ bucket, prefix: 'bench', region: 'us-east-1', endpoint, forcePathStyle: true });
const log = { debug() {}, info() {}, warn() {}, error: (text: string) => void process.stderr.write(`${text}\n`) };
const root = join(workspace, 'data');
const datastore = openDatastore({
  store: retrying(bounded(bare, budget), { clock, ids: systemIds }),
  state: openStateFiles(root),
  openFiles: (run) => openLocalFiles({ workspace, root: 'data', run, clock, log }),
  lockFile: openLockFile(join(root, '.datastore-staging', 'lock')),
  skip: () => false,
  codec: nodeCodec,
  clock,
  ids: systemIds,
  log,
  identity: {
    holder: 'bench@host',
    user: 'bench',
    hostname: 'host',
    pid: process.pid,
    workspace: 'bench',
    tool: 'cli',
  },
  ttlMs: 30_000,
  waitMs: 0,
});
const begun = clock.monotonic();
const { uploaded, downloaded } = await datastore.sync();
const ms = clock.monotonic() - begun;
await datastore.close();
process.stdout.write(`${JSON.stringify({ ms, files: uploaded + downloaded, limit: budget.requests.limit })}\n`);
