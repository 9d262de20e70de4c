import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { nodeCodec } from './adapters/codec.ts';
import { buildExcludes } from './adapters/excludes.ts';
import { openFolder } from './adapters/folder-contents.ts';
import { openLocalFiles } from './adapters/fs/local-files.ts';
import { openLockFile } from './adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from './adapters/fs/own-names.ts';
import { openStateFiles } from './adapters/fs/state-files.ts';
import { openMachine } from './adapters/machine.ts';
import { retrying } from './adapters/store/retrying.ts';
import { systemClock, systemIds } from './adapters/system.ts';
import type { Config } from './core/config/config.ts';
import type { ConfigFacts } from './core/doctor/doctor-facts.ts';
import type { CheckedFolder, CheckupParts } from './engine/checkup/checkup-ports.ts';
import type { Log } from './engine/ports.ts';
import type { AccessKeys } from './wire-datastore.ts';
import { readUnfinished } from './wire-unfinished.ts';

export interface CheckupRequest {
  /** Absolute. */
  readonly workspace: string;
  /** As it was read, right or wrong. */
  readonly config: ConfigFacts;
  readonly log: Log;
  /** The AWS chain otherwise. */
  readonly credentials?: AccessKeys | undefined;
}

/** Once more for what is moody, and no longer: a person waits for the answer. */
const PATIENCE = { attempts: 2, clock: systemClock, ids: systemIds };

/** Builds what a checkup stands on, from whatever configuration there is. Contacts nobody yet. */
export async function wireCheckup(request: CheckupRequest): Promise<CheckupParts> {
  const { config, log } = request;
  const s3 = config.ok ? await wireS3(request, config.value) : null;
  return {
    config,
    machine: openMachine(process.env, systemClock),
    skip: config.ok ? buildExcludes(config.value) : () => false,
    clock: systemClock,
    ids: systemIds,
    codec: nodeCodec,
    log,
    s3,
    folder: config.ok ? wireFolder(request, config.value) : null,
    unfinished: () => readUnfinished(request.workspace, config.ok ? config.value : null),
    close() {
      s3?.store.close();
      s3?.bucket.close();
    },
  };
}

function wireFolder({ workspace }: CheckupRequest, config: Config): CheckedFolder | null {
  const { backend } = config;
  if (backend.type !== 'filesystem') return null;
  return {
    folder: openFolder(backend.path, config, systemClock),
    lockFile: openLockFile(path.join(backend.path, FOLDER_LOCK), { shared: true }),
    state: openStateFiles(realpathSync.native(workspace)),
    hostname: hostname(),
  };
}

async function wireS3({ workspace: given, log, credentials }: CheckupRequest, config: Config) {
  const { backend } = config;
  if (backend.type !== 's3') return null;
  const { openS3Store } = await import('./adapters/s3/s3-store.ts');
  const { openBucket } = await import('./adapters/s3/bucket.ts');
  const options = { ...backend, timing: config.timing, ...(credentials === undefined ? {} : { credentials }) };
  const workspace = realpathSync.native(given);
  const root = path.join(workspace, ...config.root.split('/'));
  return {
    store: retrying(openS3Store(options), PATIENCE),
    bucket: openBucket(options),
    root: {
      files: openLocalFiles({ workspace, root: config.root, run: systemIds.uuid(), clock: systemClock, log }),
      lockFile: openLockFile(path.join(root, '.datastore-staging', 'lock')),
      state: openStateFiles(root),
      hostname: hostname(),
      pid: process.pid,
    },
  };
}
