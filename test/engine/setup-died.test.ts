import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openFolders } from '../../src/adapters/folders.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { openWorkspaceFiles } from '../../src/adapters/workspace-files.ts';
import type { Backend, Config } from '../../src/core/config.ts';
import { DEFAULT_TIMING } from '../../src/core/timing.ts';
import { createBaseStore } from '../../src/engine/base-store.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { StateFiles } from '../../src/engine/ports.ts';
import { runSetup } from '../../src/engine/setup.ts';
import type { RemoteSide, SetupParts } from '../../src/engine/setup-ports.ts';

/* A set-up that dies at each of its writes in turn, whichever that is, and is run again. */

const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const LOG = { debug() {}, info() {}, warn() {}, error() {} };
const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };

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
const s3 = (prefix: string, root: string) =>
  config({ type: 's3', bucket: 'bbb', prefix, region: 'r', forcePathStyle: false }, root);
const folder = (at: string) => config({ type: 'filesystem', path: at }, path.basename(at));

/** Counts writes, and from the one that was chosen on lets none through: the process is dead. */
interface Mortality {
  left: number;
  readonly isDead: boolean;
  /** `after`: the write is done, and nobody hears of it. */
  through<T>(work: () => Promise<T>): Promise<T>;
}

function mortality(lives: number): Mortality {
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
      // Every second death comes after the deed.
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

function openWorld() {
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

  function remote(of: Config, own: boolean, life: Mortality): RemoteSide {
    const { backend } = of;
    if (backend.type !== 's3') throw new Error('a folder has no remote');
    const store = dying(
      createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix: backend.prefix }),
      ['put', 'delete', 'copy'],
      life,
    );
    const root = folderOf(of);
    const datastore = openDatastore({
      ...shared,
      store,
      state: dying(own ? setupState : stateOf(root), ['write', 'remove'], life),
      openFiles: (run) =>
        dying(
          openLocalFiles({ workspace, root: of.root, run, clock: systemClock, log: LOG }),
          ['stage', 'install', 'remove', 'mark', 'create'],
          life,
        ),
      lockFile: openLockFile(path.join(root, '.datastore-staging', 'lock')),
      skip: () => false,
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

  function parts(from: Config | null, to: Config, life: Mortality): SetupParts {
    const folders = openFolders({ run: 'setup-run', clock: systemClock, log: LOG });
    return {
      ...shared,
      from,
      to,
      written: { root: to.root, path: folderOf(to), region: false, isSameBucket: false },
      folderOf,
      skipFor: () => () => false,
      openRemote: async (of, own) => remote(of, own, life),
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

  return { top, workspace, folderOf, parts, remote, noteProbe };
}

type World = ReturnType<typeof openWorld>;

const NAMES = ['a', 'b/c', 'b/d e'];
function fill(at: string): void {
  NAMES.forEach((name, index) => {
    mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    writeFileSync(path.join(at, name), `content ${index}`);
    utimesSync(path.join(at, name), 1.6e9 + index, 1.6e9 + index);
  });
}

const found = (at: string): readonly string[] =>
  NAMES.map((name) => `${readFileSync(path.join(at, name), 'utf8')} ${statSync(path.join(at, name)).mtimeMs}`);

/** What `.datastore.yaml` says is what the next run finds. */
function present(world: World, from: Config | null, to: Config): Config | null {
  const file = path.join(world.workspace, '.datastore.yaml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const isNew = to.backend.type === 's3' ? text.includes(`prefix: ${to.backend.prefix}`) : text.includes('filesystem');
  return isNew ? to : from;
}

const pairs: readonly [what: string, begin: (world: World) => Promise<{ from: Config; to: Config }>][] = [
  [
    'a folder to its own root in a bucket',
    async ({ workspace }) => ({ from: folder(path.join(workspace, 'x')), to: s3('new', 'x') }),
  ],
  [
    'a folder to another root in a bucket',
    async ({ workspace }) => ({ from: folder(path.join(workspace, 'x')), to: s3('new', 'data') }),
  ],
  [
    'a folder to another',
    async ({ workspace, top }) => ({ from: folder(path.join(workspace, 'x')), to: folder(path.join(top, 'y')) }),
  ],
  ['a bucket to another', async () => ({ from: s3('old', 'x'), to: s3('new', 'x') })],
  ['a bucket to a folder', async ({ top }) => ({ from: s3('old', 'x'), to: folder(path.join(top, 'y')) })],
];

test.each(pairs)(
  '%s: dead at each of its writes, it ends the same',
  async (_what, begin) => {
    let deaths = 0;
    for (let lives = 0; ; lives += 1) {
      const world = openWorld();
      const { from, to } = await begin(world);
      fill(world.folderOf(from));
      const truth = found(world.folderOf(from));
      const immortal = mortality(Number.MAX_SAFE_INTEGER);
      if (from.backend.type === 's3') {
        const old = world.remote(from, false, immortal);
        await old.datastore.sync();
        await old.close();
      }
      await world.noteProbe(to);
      const life = mortality(lives);
      const first = await runSetup(world.parts(from, to, life), OPTIONS).catch(() => null);
      if (!life.isDead) {
        expect(first).toMatchObject({ files: NAMES.length });
        break;
      }
      deaths += 1;
      // Whoever looks now finds every file where the configuration says.
      const now = present(world, from, to);
      expect(now).not.toBeNull();
      if (now !== null && now !== to) expect(found(world.folderOf(now))).toEqual(truth);
      const again = await runSetup(world.parts(now, to, immortal), OPTIONS);
      expect(again).toMatchObject({ conflicts: [], problems: [], stopped: null });
      expect(present(world, from, to)).toBe(to);
      expect(found(world.folderOf(to))).toEqual(truth);
      if (to.backend.type === 's3') {
        const there = world.remote(to, false, immortal);
        expect(await there.datastore.sync()).toMatchObject({ uploaded: 0, downloaded: 0, adopted: 0, conflicts: [] });
        expect((await there.datastore.contents()).size).toBe(NAMES.length);
        await there.close();
      }
      const isMoved = world.folderOf(from) !== world.folderOf(to);
      expect(readdirSync(world.workspace).filter((name) => name.startsWith('x'))).toEqual(
        isMoved ? [expect.stringMatching(/^x\.20/)] : ['x'],
      );
    }
    expect(deaths).toBeGreaterThan(10);
  },
  180_000,
);
