import { HISTORY, type HistoryPolicy } from '../core/garbage/keep.ts';
import { withholder } from '../core/paths/credential-paths.ts';
import { BATCH_LIMITS, type BatchLimits } from '../core/plan/batches.ts';
import { COMPRESSION_LIMITS, type CompressionLimits } from '../core/plan/compression.ts';
import { CHUNK_LIMITS, type ChunkLimits } from '../core/plan/cut-chunks.ts';
import { PACK_LIMITS, type PackLimits } from '../core/plan/packs.ts';
import { createByteBudget } from './contents/byte-budget.ts';
import { findRoot, runCycle } from './cycle/cycle.ts';
import { previewCycle } from './cycle/preview-cycle.ts';
import type { CycleParts } from './cycle/run.ts';
import type { Datastore } from './datastore.ts';
import { createCollector } from './garbage/automatic.ts';
import { collectGarbage } from './garbage/collect.ts';
import type { Clock, Codec, Identity, Ids, LocalFiles, LockFile, Log, ObjectStore, StateFiles } from './ports.ts';
import { createRegister } from './remote/register.ts';
import { createRemoteLog } from './remote/remote-log.ts';
import { asSyncError } from './remote/store-error.ts';
import { openRemoteContents } from './remote-contents.ts';
import { type GuardedRoot, openGuardedRoot } from './root/guarded-root.ts';
import type { Skip } from './root/scan.ts';
import { openBaseNames } from './state/base-names.ts';
import { createBaseStore } from './state/base-store.ts';
import { openComparison } from './state/compared.ts';
import { openLedger } from './state/ledger.ts';
import { previewUndo, requireFolder, undoRun } from './undo/undo.ts';
import { listUndoPoints } from './undo/undo-points.ts';
import { verifyDatastore } from './verify/verify.ts';
import { openWorkspaceLease } from './workspace-lease.ts';

export interface DatastoreParts {
  readonly store: ObjectStore;
  readonly state: StateFiles;
  readonly openFiles: (run: string) => LocalFiles;
  readonly lockFile: LockFile;
  readonly skip: Skip;
  /** Files that look like credentials and are shared all the same; all others of them are held back. */
  readonly allow?: readonly string[];
  readonly codec: Codec;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly identity: Identity;
  readonly ttlMs: number;
  /** How long to wait for a held lease, or for another process on this root, milliseconds. */
  readonly waitMs: number;
  /** How much is put in place in one go; `BATCH_LIMITS` when absent. */
  readonly batches?: BatchLimits;
  /** Which files travel together; `PACK_LIMITS` when absent. */
  readonly packs?: PackLimits;
  /** Where large files are cut; `CHUNK_LIMITS` when absent. */
  readonly chunks?: ChunkLimits;
  /** What is worth compressing; `COMPRESSION_LIMITS` when absent. */
  readonly compression?: CompressionLimits;
  /** How far back commits stay, and whether pushes collect the rest; `HISTORY` when absent. */
  readonly history?: HistoryPolicy;
}

/** Bytes of files in memory, on their way up or down. */
const BUDGET_BYTES = 64 << 20;

/** One root and its remote, on whatever parts the composition root has wired. Sends nothing until a method is called. */
export function openDatastore(given: DatastoreParts): Datastore {
  const { store } = given;
  const root = openGuardedRoot(given);
  const parts = composeParts(given, root);
  const own = openWorkspaceLease(parts, root);
  const remote = openRemoteContents(parts);
  const history = given.history ?? HISTORY;
  const collector = createCollector(parts, history);

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asSyncError(error, store.name);
    }
  }

  async function* translatedBody(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw asSyncError(error, store.name);
    }
  }

  const datastore: Datastore = {
    inPlace: null,

    sync: (options = {}) =>
      translated(async () => {
        const found = await findRoot(parts, options);
        if (!found.isThere) await found.create();
        return root.alone(options.purpose ?? 'sync', options.signal, async () => {
          const report = await runCycle(parts, options, own.current());
          return collector.afterPush(report, own.current(), options);
        });
      }),

    preview: (options = {}) =>
      translated(async () => {
        const { isThere } = await findRoot(parts, options);
        const look = () => previewCycle(parts, options, isThere);
        return isThere ? root.alone('preview', options.signal, look) : look();
      }),

    lease: (signal, options) => translated(() => own.lease(signal, options)),
    acquire: (options) => translated(() => own.acquire(options)),
    release: (nonce) => translated(() => own.release(nonce)),
    forceRelease: (shown) => translated(() => own.forceRelease(shown)),

    contents: (signal) => translated(() => remote.contents(signal)),
    lastContents: (signal) => translated(() => remote.lastContents(signal)),
    readRemote: (path, signal) => translatedBody(remote.readRemote(path, signal)),
    readVersion: (path, sha256, signal) => translatedBody(remote.readVersion(path, sha256, signal)),
    conflicts: async (signal) => (await datastore.preview(signal ? { signal } : {})).plan.conflicts,

    verify: (options = {}) =>
      translated(async () => {
        const { isThere } = await findRoot(parts, options);
        const work = () => verifyDatastore(parts, options, isThere, own.current());
        return isThere ? root.alone(options.purpose ?? 'verify', options.signal, work) : work();
      }),

    gc: (options = {}) =>
      translated(async () => {
        const isThere = (await parts.openFiles(given.ids.uuid()).state()).kind === 'folder';
        const work = () => collectGarbage(parts, history, options, own.current());
        return isThere ? root.alone(options.purpose ?? 'gc', options.signal, work) : work();
      }),

    undoPoints: () => translated(() => listUndoPoints(parts.openFiles(given.ids.uuid()))),
    previewUndo: (options = {}) => translated(() => previewUndo(parts, options)),
    undo: (options = {}) =>
      translated(async () => {
        // The guard lies in it.
        await requireFolder(parts.openFiles(given.ids.uuid()));
        return root.alone('undo', options.signal, () => undoRun(parts, options));
      }),

    async local() {
      const { meta } = await openLedger(parts.base, store.name);
      return {
        lastSyncAt: meta.lastSyncAt,
        generation: meta.lastSyncAt === null ? null : (meta.newest?.generation ?? 0),
        conflicts: meta.open.filter(({ conflict }) => conflict).map(({ path, reason }) => ({ path, reason })),
        recent: meta.recent,
      };
    },

    async close() {
      await own.close();
      store.close();
    },
  };
  return datastore;
}

function composeParts(given: DatastoreParts, root: GuardedRoot): CycleParts {
  const { store, clock, ids, log, codec } = given;
  const base = createBaseStore(root.state);
  const withheld = withholder(given.allow ?? []);
  return {
    ...given,
    openFiles: (run) => root.openFiles(run),
    withheld,
    names: openBaseNames(withheld),
    compare: openComparison(),
    register: createRegister(store, clock, ids, log),
    remoteLog: createRemoteLog(store, codec, base),
    base,
    budget: createByteBudget(BUDGET_BYTES),
    packs: given.packs ?? PACK_LIMITS,
    chunks: given.chunks ?? CHUNK_LIMITS,
    batches: given.batches ?? BATCH_LIMITS,
    compression: given.compression ?? COMPRESSION_LIMITS,
  };
}
