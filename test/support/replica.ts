import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openRememberedWalk, type RememberedWalk } from '../../src/adapters/fs/remembered-walk.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import type { BatchLimits } from '../../src/core/plan/batches.ts';
import type { CompressionLimits } from '../../src/core/plan/compression.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import type { PackLimits } from '../../src/core/plan/packs.ts';
import type { Datastore, SyncOptions } from '../../src/engine/datastore.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { Clock, Codec, LocalFiles, Log, ObjectStore, StateFiles } from '../../src/engine/ports.ts';
import type { Skip } from '../../src/engine/root/scan.ts';
import { createFaultyStore, type FaultyStore } from './faulty-store.ts';
import { type RemoteTruth, verifyRemote } from './verify-remote.ts';

export interface ReplicaOptions {
  readonly clock?: Clock;
  readonly ttlMs?: number;
  readonly waitMs?: number;
  readonly skip?: Skip;
  /** Files that look like credentials and are shared all the same. */
  readonly allow?: readonly string[];
  /** Around the fault decorator: what this client alone sees of the store. */
  readonly decorate?: (store: ObjectStore) => ObjectStore;
  /** Around the real root. */
  readonly files?: (files: LocalFiles) => LocalFiles;
  readonly prefix?: string;
  readonly packs?: PackLimits;
  readonly chunks?: ChunkLimits;
  readonly compression?: CompressionLimits;
  readonly batches?: BatchLimits;
  readonly history?: HistoryPolicy;
  readonly codec?: Codec;
}

/** One workspace: a real folder, a real state folder, a shared store with faults of its own. */
export interface Replica {
  readonly name: string;
  readonly root: string;
  readonly state: StateFiles;
  readonly store: FaultyStore;
  /** What its walks remember once that is trusted. */
  readonly memory: RememberedWalk;
  readonly warnings: string[];
  datastore: Datastore;
  /** Called before a state record is written or removed; a throw is a crash there. */
  onState: (name: string) => void;
  sync: Datastore['sync'];
  /** Expects a rejection and gives its kind and message. */
  failing(
    options?: SyncOptions,
  ): Promise<{ readonly kind: string; readonly message: string; readonly details: unknown }>;
  /** Another process on the same folders. */
  restart(options?: ReplicaOptions): void;
  write(path: string, content: string | Uint8Array): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Whatever was saved at this path may be overwritten: its author has seen what comes. */
  letGo(path: string): void;
  read(path: string): string;
  /** Every file of the root, staging left out. */
  files(): Record<string, string>;
}

export interface World {
  readonly bucket: MemoryBucket;
  readonly store: ObjectStore;
  replica(name: string, options?: ReplicaOptions): Replica;
  /** Walks the whole remote; the test fails at a reference that does not hold. */
  remote(): Promise<RemoteTruth>;
  /** Contents of the current commit as text. */
  remoteFiles(): Promise<Record<string, string>>;
  /** The last version that each person saved at each path must still be somewhere a person finds it. */
  expectNothingLost(): Promise<void>;
}

/** Sleeps are short, so that backoff costs no time; everything else is the machine's. The budget of a release stays what it is. */
const hurriedClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms === 3_000 ? ms : Math.min(ms, 3), signal),
};

/** In memory where the system has such a folder: every cycle flushes to disk many times, and here no power is cut. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Every content in an object of its own. */
export const APART: PackLimits = { fileBytes: 0, packBytes: 0, files: 1, keptBytes: 0 };

export function openWorld(
  shape: Pick<ReplicaOptions, 'packs' | 'chunks' | 'compression' | 'history' | 'batches'> = {},
): World {
  const bucket: MemoryBucket = new Map();
  const open = (prefix: string) => createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix });
  const store = open('team');
  const replicas: { replica: Replica; saved: Map<string, string> }[] = [];

  const world: World = {
    bucket,
    store,
    replica(name, options = {}) {
      const made = openReplica(name, open, { ...shape, ...options });
      replicas.push(made);
      return made.replica;
    },
    async remote() {
      const truth = await verifyRemote(store);
      if (truth === null) throw new Error('there is no head');
      return truth;
    },
    async remoteFiles() {
      const { files } = await world.remote();
      return Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]));
    },
    async expectNothingLost() {
      const truth = await verifyRemote(store);
      const onDisk = new Set(
        replicas.flatMap(({ replica }) => Object.values(replica.files()).map((text) => sha256(text))),
      );
      const lost = replicas.flatMap(({ replica, saved }) =>
        [...saved]
          .filter(([, hash]) => !onDisk.has(hash) && truth?.everCommitted.has(hash) !== true)
          .map(([path]) => `${replica.name}: ${path}`),
      );
      expect(lost).toEqual([]);
    },
  };
  return world;
}

function openReplica(name: string, open: (prefix: string) => ObjectStore, first: ReplicaOptions) {
  const top = realpathSync(mkdtempSync(join(PLACE, 'datastore-engine-')));
  const workspace = join(top, 'workspace');
  const root = join(workspace, 'data');
  mkdirSync(root, { recursive: true });
  const records = openStateFiles(root, { env: { XDG_STATE_HOME: join(top, 'state') }, platform: 'linux', home: top });
  const memory = openRememberedWalk(root);
  const saved = new Map<string, string>();
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (message) => void warnings.push(message),
    error: (message) => void warnings.push(message),
  };
  const state: StateFiles = {
    ...records,
    async write(file, bytes) {
      replica.onState(file);
      await records.write(file, bytes);
    },
    async remove(file) {
      replica.onState(file);
      await records.remove(file);
    },
  };

  function start(store: FaultyStore, options: ReplicaOptions): Datastore {
    const clock = options.clock ?? hurriedClock;
    const dressed = options.files ?? ((files: LocalFiles) => files);
    return openDatastore({
      store: options.decorate?.(store) ?? store,
      state,
      openFiles: (run) => dressed(openLocalFiles({ workspace, root: 'data', run, clock: systemClock, log, memory })),
      lockFile: openLockFile(join(root, '.datastore-staging', 'lock')),
      skip: options.skip ?? (() => false),
      allow: options.allow ?? [],
      codec: options.codec ?? nodeCodec,
      clock,
      ids: systemIds,
      log,
      identity: {
        holder: `${name}@host`,
        user: name,
        hostname: 'host',
        pid: process.pid,
        workspace: name,
        tool: 'cli',
      },
      ttlMs: options.ttlMs ?? 30_000,
      waitMs: options.waitMs ?? 2_000,
      ...(options.packs && { packs: options.packs }),
      ...(options.chunks && { chunks: options.chunks }),
      ...(options.batches && { batches: options.batches }),
      ...(options.compression && { compression: options.compression }),
      ...(options.history && { history: options.history }),
    });
  }

  const store = createFaultyStore(open(first.prefix ?? 'team'));
  const replica: Replica = {
    name,
    root,
    state,
    store,
    memory,
    warnings,
    datastore: start(store, first),
    onState: () => {},
    sync: (options) => replica.datastore.sync(options),
    async failing(options) {
      const outcome = await replica.datastore.sync(options).then(
        (report) => ({ kind: 'no error', message: JSON.stringify(report), details: null }),
        (error: { kind: string; message: string; details: unknown }) => error,
      );
      return { kind: outcome.kind, message: outcome.message, details: outcome.details };
    },
    restart(options = {}) {
      replica.datastore = start(store, { ...first, ...options });
    },
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      saved.set(path, sha256(content));
    },
    rename(from, to) {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      renameSync(join(root, from), join(root, to));
      const hash = saved.get(from);
      if (hash !== undefined) saved.set(to, hash);
      saved.delete(from);
    },
    remove(path) {
      rmSync(join(root, path));
      saved.delete(path);
    },
    letGo: (path) => void saved.delete(path),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    files: () => listFiles(root),
  };
  onTestFinished(async () => {
    await replica.datastore.close();
    rmSync(top, { recursive: true, force: true });
  });
  return { replica, saved };
}

function listFiles(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.datastore-staging'));
  return Object.fromEntries(names.toSorted().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
