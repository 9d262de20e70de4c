import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { buildExcludes } from '../../src/adapters/excludes.ts';
import { openFolder } from '../../src/adapters/folder-contents.ts';
import { openFolders } from '../../src/adapters/folders.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from '../../src/adapters/fs/own-names.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { openWorkspaceFiles } from '../../src/adapters/workspace-files.ts';
import type { Backend, Config } from '../../src/core/config/config.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { openFolderDatastore } from '../../src/engine/folder-datastore.ts';
import { unseenLock } from '../../src/engine/lease/unseen-lock.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { StateFiles } from '../../src/engine/ports.ts';
import { holdInPlace, holdRoot } from '../../src/engine/setup/held-folder.ts';
import type { RemoteSide, SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { unwrittenState } from '../../src/engine/state/unwritten-state.ts';

const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const LOG = { debug() {}, info() {}, warn() {}, error() {} };

const config = (backend: Backend, root: string): Config => ({
  backend,
  root,
  directories: null,
  exclude: [],
  allow: [],
  lock: { ttlMs: 1000, waitMs: 5000 },
  timing: DEFAULT_TIMING,
  source: '.datastore.yaml',
});
/** On S3, below a prefix. */
export const s3 = (prefix: string, root: string) =>
  config({ type: 's3', bucket: 'bbb', prefix, region: 'r', forcePathStyle: false }, root);
/** Used in place. */
export const folder = (at: string) => config({ type: 'filesystem', path: at }, path.basename(at));

/** Counts writes, and from the one that was chosen on lets none through: the process is dead. */
export interface Mortality {
  left: number;
  readonly isDead: boolean;
  /** Of an even number of lives the last write is done, and nobody hears of it. */
  through<T>(work: () => Promise<T>): Promise<T>;
}

export function mortality(lives: number): Mortality {
  const die = (): never => {
    throw new Error('dead');
  };
  return {
    left: lives,
    get isDead() {
      return this.left < 0;
    },
    async through(work) {
      if (this.left < 0) die();
      this.left -= 1;
      if (this.left >= 0) return work();
      if (lives % 2 === 0) await work();
      return die();
    },
  };
}

function dying<T extends object>(target: T, methods: readonly (keyof T)[], life: Mortality): T {
  const made = { ...target };
  for (const name of methods) {
    const method = target[name] as (...args: unknown[]) => Promise<unknown>;
    made[name] = ((...args: unknown[]) => life.through(() => method(...args))) as T[typeof name];
  }
  return made;
}

/** A workspace on real folders and a memory store, whose set-ups can be made to die. */
export function openWorld() {
  const top = realpathSync(mkdtempSync(path.join(PLACE, 'setup-')));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const workspace = path.join(top, 'w');
  mkdirSync(path.join(workspace, '.git'), { recursive: true });
  const bucket: MemoryBucket = new Map();
  const folderOf = ({ backend, root }: Config): string =>
    backend.type === 'filesystem' ? backend.path : path.join(workspace, root);
  const stateOf = (of: string): StateFiles =>
    openStateFiles(of, { env: { XDG_STATE_HOME: path.join(top, 'state') }, platform: 'linux', home: top });
  const identity = { holder: 'a@h', user: 'a', hostname: 'h', pid: process.pid, workspace: 'w', tool: 'cli' } as const;
  const shared = { clock: systemClock, ids: systemIds, codec: nodeCodec, log: LOG, identity };
  const setupState = stateOf(path.join(workspace, '.datastore.yaml'));

  function remote(of: Config, own: boolean, life: Mortality, isUndated = false): RemoteSide {
    const { backend } = of;
    if (backend.type !== 's3') throw new Error('a folder has no remote');
    const store = dying(
      createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix: backend.prefix }),
      ['put', 'delete', 'copy'],
      life,
    );
    const root = folderOf(of);
    const state = dying(own ? setupState : stateOf(root), ['write', 'remove'], life);
    const lock = path.join(root, '.datastore-staging', 'lock');
    const datastore = openDatastore({
      ...shared,
      store,
      state: isUndated ? unwrittenState(state) : state,
      openFiles: (run) =>
        dying(
          openLocalFiles({ workspace, root: of.root, run, clock: systemClock, log: LOG, isUndated }),
          ['stage', 'install', 'remove', 'mark', 'create'],
          life,
        ),
      lockFile: isUndated ? unseenLock(lock) : openLockFile(lock),
      skip: buildExcludes(of),
      ttlMs: 1000,
      waitMs: 5000,
    });
    const reached = { host: 'h', latencyMs: 0, clocks: null, region: null };
    return {
      store,
      datastore,
      bucket: {
        url: 'memory:',
        credentials: async () => ({ from: 'a test', accessKeyId: 'A', expiresAt: null }),
        reach: async () => reached,
        versioning: async () => '',
        encryption: async () => '',
        close() {},
      },
      close: () => datastore.close(),
    };
  }

  /** A folder used in place, as any process has it. */
  function inPlace(of: Config, state = stateOf(folderOf(of))) {
    const at = folderOf(of);
    return openFolderDatastore({
      ...shared,
      folder: openFolder(at, of, systemClock),
      file: openLockFile(path.join(at, FOLDER_LOCK), { shared: true }),
      state,
      ...of.lock,
    });
  }

  function parts(from: Config | null, to: Config, life: Mortality): SetupParts {
    const folders = openFolders({
      run: 'setup-run',
      clock: systemClock,
      log: LOG,
      roots: new Map(
        [from, to].flatMap((of) => (of?.backend.type === 's3' ? [[folderOf(of), { workspace, root: of.root }]] : [])),
      ),
    });
    return {
      ...shared,
      from,
      to,
      // Of parts that a test changes, too.
      async present() {
        return this.from;
      },
      written: { root: to.root, path: folderOf(to), region: false, isSameBucket: false },
      folderOf,
      skipFor: buildExcludes,
      openRemote: async (of, own, onlyLooks) => remote(of, own, life, onlyLooks),
      async holdFolder(of, { waits, signal }) {
        const waitMs = waits ? of.lock.waitMs : 0;
        const options = { purpose: 'setup', waitMs, ...(signal === undefined ? {} : { signal }) };
        const held = { ...shared, folder: folderOf(of) };
        if (of.backend.type === 's3')
          return holdRoot(
            { ...held, lockIn: (at) => openLockFile(path.join(at, '.datastore-staging', 'lock')) },
            options,
          );
        const lockIn = (at: string) => openLockFile(path.join(at, FOLDER_LOCK), { shared: true });
        return holdInPlace({ ...held, lockIn }, inPlace(of), options);
      },
      openState: (of) => dying(stateOf(folderOf(of)), ['write', 'remove'], life),
      files: dying(openWorkspaceFiles(workspace), ['writeConfig', 'ignore'], life),
      folders: dying(
        {
          ...folders,
          open: (at: string) => dying(folders.open(at), ['stage', 'install', 'remove', 'create', 'dropRun'], life),
        },
        ['move', 'drop', 'tidy', 'tryWriting'],
        life,
      ),
      machine: { freeBytes: async () => 1e9, isWritable: async () => true },
      state: dying(setupState, ['write', 'remove'], life),
      lockFile: openLockFile(path.join(top, 'lock')),
    };
  }
  /** As after `doctor`: some hundred writes fewer to die at. */
  async function noteProbe(of: Config): Promise<void> {
    if (of.backend.type !== 's3') return;
    const { store } = remote(of, false, mortality(0));
    const capabilities = { etagForm: 'quoted', checksChecksums: true } as const;
    await createBaseStore(stateOf(folderOf(of))).setWholeProbe({ remote: store.name, capabilities });
  }

  return { top, workspace, folderOf, stateOf, inPlace, parts, remote, noteProbe };
}

export type World = ReturnType<typeof openWorld>;
