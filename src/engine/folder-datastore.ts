import type { FolderHealth } from '../core/doctor/folder-health.ts';
import { SyncError } from '../core/errors.ts';
import { holderOf, type LeaseHolder, whoseTenure } from '../core/format/lease-holder.ts';
import { parseLock, tenureOf } from '../core/format/lock-record.ts';
import type { StoredFile } from '../core/format/tree.ts';
import { keptRemedy } from '../core/setup/kept-text.ts';
import { EMPTY_PREVIEW, EMPTY_REPORT } from '../core/status/sync-report.ts';
import type { AcquireOptions, Datastore, LeaseView } from './datastore.ts';
import { countTenure } from './lease/counted-tenure.ts';
import { type FileLockParts, removeLock } from './lease/file-lock.ts';
import { acquireFolderLease, type FolderLease } from './lease/folder-lease.ts';
import { isKnownDead, unseen } from './lease/lock-sighting.ts';
import type { StagingRun, StateFiles } from './ports.ts';

/** A folder used in place. Its methods reject with SyncError('config') when it is not there, and with ('local'). */
export interface PlainFolder {
  /** As it was configured, absolute. */
  readonly path: string;
  check(): Promise<void>;
  /** Without what is left out. */
  list(
    signal?: AbortSignal,
  ): Promise<readonly { readonly path: string; readonly size: number; readonly mtime: number }[]>;
  read(path: string): AsyncIterable<Uint8Array>;
  /** Runs of the time when it was the root of a remote, with what they moved aside: no sync sweeps them any more. */
  kept(): Promise<readonly Pick<StagingRun, 'startedAt' | 'asides'>[]>;
  /** Writes a small file and removes it. */
  health(): Promise<FolderHealth>;
}

export interface FolderParts extends Omit<FileLockParts, 'what' | 'pollMs' | 'seen'> {
  readonly folder: PlainFolder;
  /** Of the workspace: two workspaces may name one folder. */
  readonly state: Pick<StateFiles, 'read' | 'write' | 'remove'>;
  /** How long to wait for the lock, milliseconds. */
  readonly waitMs: number;
}

/** In the state folder: the tenure of this workspace, for its other processes. */
const TENURE = 'folder-lock';
const POLL_MS = 500;

/** A folder that is the datastore itself: lock, contents and health; there is nothing to transfer. */
export function openFolderDatastore(parts: FolderParts): Datastore<StoredFile> {
  const { folder, file, state, clock } = parts;
  const lockParts: FileLockParts = { ...parts, what: folder.path, pollMs: POLL_MS, seen: unseen() };
  const own = countTenure(take);

  async function ownTenure(): Promise<string | null> {
    const bytes = await state.read(TENURE);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  async function take(options: AcquireOptions): Promise<FolderLease> {
    await folder.check();
    const lease = await acquireFolderLease(lockParts, { waitMs: parts.waitMs, ...options });
    try {
      await state.write(TENURE, new TextEncoder().encode(lease.record.nonce));
      return lease;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  function shownBy(text: string): LeaseHolder {
    const lock = parseLock(text);
    return { ...holderOf(lock, tenureOf(text)), isGone: isKnownDead(lock, file, parts.identity.hostname) };
  }

  async function view(): Promise<LeaseView> {
    const sent = clock.monotonic();
    await folder.check();
    const text = await file.read();
    const latencyMs = Math.round(clock.monotonic() - sent);
    const lease = text === null ? null : shownBy(text);
    const workspace = lease === null ? null : await ownTenure();
    return {
      lease,
      ours: whoseTenure(lease, { process: own.current()?.record.nonce ?? null, workspace }),
      generation: null,
      committedAt: null,
      committedBy: null,
      seenAt: clock.now(),
      latencyMs,
    };
  }

  return {
    inPlace: {
      path: folder.path,
      async health() {
        await folder.check();
        return folder.health();
      },
    },

    async sync() {
      await folder.check();
      return EMPTY_REPORT;
    },

    async preview() {
      await folder.check();
      return EMPTY_PREVIEW;
    },

    lease: view,

    async acquire(options) {
      const { tenure, leave } = await own.enter(options);
      const { record, signal } = tenure;
      return { record, signal, release: leave, isGivenBack: async () => (await ownTenure()) !== record.nonce };
    },

    async release(named) {
      if (await own.end(named)) return true;
      const tenure = await ownTenure();
      if (tenure === null || (named !== undefined && named !== tenure)) return false;
      if ((await view()).lease?.nonce !== tenure) return false;
      // Before it is gone: whoever holds it must find who gave it back.
      await state.remove(TENURE);
      return removeLock(file, tenure);
    },

    async forceRelease(shown) {
      const { lease } = await view();
      if (lease?.nonce === shown.nonce && (await removeLock(file, shown.nonce))) return { kind: 'released' };
      return { kind: 'moved', lease: (await view()).lease };
    },

    lastContents: async () => null,
    async contents(signal) {
      await folder.check();
      const files = await folder.list(signal);
      return new Map(files.map((found) => [found.path, { ...found, by: null, generation: null, sha256: null }]));
    },

    readRemote: (path) => folder.read(path),
    readVersion: (path) => folder.read(path),
    conflicts: async () => [],

    async verify() {
      throw new SyncError(
        'config',
        `verify compares two sides, and the datastore is the folder ${folder.path}, used in place: there is one.`,
        'Nothing was read. See that the folder is well with: datastore doctor',
      );
    },

    async gc() {
      throw new SyncError(
        'config',
        `The datastore is the folder ${folder.path}, used in place: it keeps no history.`,
        'There is nothing to collect.',
      );
    },

    undoPoints: async () => [],
    previewUndo: async () => nothingToUndo(folder),
    undo: async () => nothingToUndo(folder),

    local: async () => ({ lastSyncAt: null, generation: null, conflicts: [], recent: [] }),

    async close() {
      await own.end();
    },
  };
}

async function nothingToUndo(folder: PlainFolder): Promise<never> {
  await folder.check();
  const kept = (await folder.kept()).reduce((sum, { asides }) => sum + asides.length, 0);
  if (kept === 0)
    throw new SyncError(
      'usage',
      `The datastore is the folder ${folder.path}, used in place: no sync has changed a file in it.`,
      'There is nothing to undo.',
    );
  throw new SyncError(
    'usage',
    `The datastore is the folder ${folder.path}, used in place: what syncs replaced before it was is not undone here.`,
    keptRemedy(kept, folder.path),
  );
}
