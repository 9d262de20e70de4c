import { SyncError } from '../core/errors.ts';
import { withForcedRelease, withRelease } from '../core/format/lease-record.ts';
import { withholder } from '../core/paths/credential-paths.ts';
import { PACK_LIMITS, type PackLimits } from '../core/plan/packs.ts';
import { createByteBudget } from './contents/byte-budget.ts';
import { readVerified } from './contents/read-verified.ts';
import { findRoot, runCycle } from './cycle/cycle.ts';
import { previewCycle } from './cycle/preview-cycle.ts';
import type { CycleParts } from './cycle/run.ts';
import { prepareWriting, takeLease } from './cycle/writing.ts';
import type { AcquireOptions, Datastore, LeaseView } from './datastore.ts';
import { countTenure } from './lease/counted-tenure.ts';
import type { Lease } from './lease/lease.ts';
import { unseen } from './lease/lock-sighting.ts';
import type { Clock, Codec, Identity, Ids, LocalFiles, LockFile, Log, ObjectStore, StateFiles } from './ports.ts';
import { createRegister, type RegisterState } from './remote/register.ts';
import { findPastVersion } from './remote/past-version.ts';
import { createRemoteLog } from './remote/remote-log.ts';
import { asSyncError } from './remote/store-error.ts';
import { heldFiles, heldState } from './root/held-root.ts';
import { guardRoot, type RootGuard } from './root/root-guard.ts';
import type { Skip } from './root/scan.ts';
import { type BaseMeta, createBaseStore } from './state/base-store.ts';
import { openLedger } from './state/ledger.ts';
import { verifyDatastore } from './verify/verify.ts';

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
  /** Which files travel together; `PACK_LIMITS` when absent. */
  readonly packs?: PackLimits;
}

/** Bytes of files in memory, on their way up or down. */
const BUDGET_BYTES = 64 << 20;

/** Attempts against a holder who renews. */
const SWAPS = 5;

/** One root and its remote, on whatever parts the composition root has wired. Sends nothing until a method is called. */
export function openDatastore(given: DatastoreParts): Datastore {
  const { store, clock, ids, log, codec } = given;
  const base = createBaseStore(heldState(given.state, assertHeld));
  const register = createRegister(store, clock, ids, log);
  const remoteLog = createRemoteLog(store, codec, base);
  // What was read of the past would never be dropped again.
  const past = createRemoteLog(store, codec, { kept: (sha256) => base.kept(sha256), keep: async () => {} });
  const parts: CycleParts = {
    ...given,
    openFiles: (run) => heldFiles(given.openFiles(run), assertHeld),
    withheld: withholder(given.allow ?? []),
    register,
    remoteLog,
    base,
    budget: createByteBudget(BUDGET_BYTES),
    packs: given.packs ?? PACK_LIMITS,
  };
  const lockSeen = unseen();
  let guard: RootGuard | null = null;
  const own = countTenure(takeTenure);

  async function guarded<T>(purpose: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const mine = await guardRoot({ ...given, file: given.lockFile, seen: lockSeen }, purpose, given.waitMs, signal);
    guard = mine;
    try {
      return await work();
    } finally {
      guard = null;
      await mine.release();
    }
  }

  async function assertHeld(): Promise<void> {
    await guard?.assertHeld();
  }

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asSyncError(error, store.name);
    }
  }

  async function primed(): Promise<Awaited<ReturnType<typeof openLedger>>> {
    const ledger = await openLedger(base, store.name);
    const { head, capabilities } = ledger.meta;
    if (head && register.known() === null) register.prime(head.text, head.etag);
    if (capabilities && !register.isFormInDoubt()) register.setEtagForm(capabilities.etagForm);
    return ledger;
  }

  async function takeTenure(options: AcquireOptions): Promise<Lease> {
    const isFirst = register.isFormInDoubt() || (await primed()).meta.capabilities === null;
    const isThere = (await given.openFiles(ids.uuid()).state()).kind === 'folder';
    // What the probe finds is kept in the base, which only one process at a time may write.
    if (isFirst && isThere) await guarded(options.purpose, options.signal, () => prepare(options.signal));
    else await prepare(options.signal);
    try {
      return await takeLease(parts, { ...options, waitMs: options.waitMs ?? given.waitMs });
    } catch (error) {
      if (register.isFormInDoubt() && isThere) await guarded(options.purpose, undefined, forgetCapabilities);
      throw error;
    }
  }

  async function forgetCapabilities(): Promise<void> {
    const ledger = await primed();
    ledger.note({ capabilities: null });
    await ledger.save();
  }

  async function prepare(signal: AbortSignal | undefined): Promise<void> {
    const ledger = await primed();
    const state = await register.read(signal);
    requireSame(ledger.meta, state);
    await prepareWriting(parts, ledger, state, signal);
  }

  async function viewOf(state: RegisterState, latencyMs: number): Promise<LeaseView> {
    const lease = state.head?.lease ?? null;
    const commit = state.head?.commit ?? null;
    const ownNonce = lease === null ? null : await base.leaseNonce();
    const here = lease !== null && lease.nonce === own.current()?.record.nonce;
    return {
      lease,
      ours: here ? 'this-process' : lease !== null && lease.nonce === ownNonce ? 'this-workspace' : 'no',
      generation: commit?.generation ?? null,
      committedAt: commit?.committedAt ?? null,
      committedBy: commit?.by ?? null,
      seenAt: clock.now(),
      latencyMs,
    };
  }

  const datastore: Datastore = {
    inPlace: null,

    sync: (options = {}) =>
      translated(async () => {
        const root = await findRoot(parts, options);
        if (!root.isThere) await root.create();
        return guarded(options.purpose ?? 'sync', options.signal, () => runCycle(parts, options, own.current()));
      }),

    preview: (options = {}) =>
      translated(async () => {
        const { isThere } = await findRoot(parts, options);
        const look = () => previewCycle(parts, options, isThere);
        return isThere ? guarded('preview', options.signal, look) : look();
      }),

    lease: (signal) =>
      translated(async () => {
        await primed();
        const sent = clock.monotonic();
        const state = await register.read(signal);
        return viewOf(state, Math.round(clock.monotonic() - sent));
      }),

    acquire: (options) =>
      translated(async () => {
        const { tenure, leave } = await own.enter(options);
        const { record, signal } = tenure;
        const isGivenBack = async () => (await base.leaseNonce()) !== record.nonce;
        return { record, signal, release: leave, isGivenBack };
      }),

    release: () =>
      translated(async () => {
        if (await own.end()) return true;
        const nonce = await base.leaseNonce();
        if (nonce === null) return false;
        const { meta } = await primed();
        requireSame(meta, await register.read());
        // Its holder goes on renewing meanwhile: another swap is no answer.
        for (let attempt = 0; attempt < SWAPS; attempt += 1) {
          const outcome = await register.swap((head) => head && withRelease(head, ids.nonce(), nonce));
          if (outcome.kind !== 'won' && outcome.state.head?.lease?.nonce === nonce) continue;
          await base.setLeaseNonce(null);
          return outcome.kind === 'won';
        }
        throw new SyncError('offline', 'the lease could not be given back', 'Try again.');
      }),

    forceRelease: (shown) =>
      translated(async () => {
        const { meta } = await primed();
        requireSame(meta, await register.read());
        for (let attempt = 0; attempt < SWAPS; attempt += 1) {
          const outcome = await register.swap((head) => head && withForcedRelease(head, ids.nonce(), shown.nonce));
          if (outcome.kind === 'won') return { kind: 'released' };
          const lease = outcome.state.head?.lease ?? null;
          if (lease?.nonce !== shown.nonce) return { kind: 'moved', lease };
        }
        throw new SyncError('offline', 'the lease could not be released', 'Try again.');
      }),

    contents: (signal) =>
      translated(async () => {
        await primed();
        const pointer = (await register.read(signal)).head?.commit;
        return pointer ? (await remoteLog.view(pointer, signal)).tree : new Map();
      }),

    async *readRemote(path, signal) {
      const tree = await datastore.contents(signal);
      const entry = [...tree.values()].find((one) => one.path === path);
      if (!entry) throw new SyncError('usage', `${path} is not on the remote`, 'See `datastore ls`.');
      try {
        yield* readVerified(store, codec, entry, signal);
      } catch (error) {
        throw asSyncError(error, store.name);
      }
    },

    async *readVersion(path, sha256, signal) {
      try {
        await primed();
        const pointer = (await register.read(signal)).head?.commit;
        const entry = pointer ? await findPastVersion(past, pointer, path, sha256, signal) : null;
        if (!entry)
          throw new SyncError('usage', `${path} has no such version on the remote any more`, 'See `datastore ls`.');
        yield* readVerified(store, codec, entry, signal);
      } catch (error) {
        throw asSyncError(error, store.name);
      }
    },

    conflicts: async (signal) => (await datastore.preview(signal ? { signal } : {})).plan.conflicts,

    verify: (options = {}) =>
      translated(async () => {
        const { isThere } = await findRoot(parts, options);
        const work = () => verifyDatastore(parts, options, isThere, own.current());
        return isThere ? guarded(options.purpose ?? 'verify', options.signal, work) : work();
      }),

    async local() {
      const { meta } = await openLedger(base, store.name);
      return {
        lastSyncAt: meta.lastSyncAt,
        generation: meta.lastSyncAt === null ? null : (meta.newest?.generation ?? 0),
        conflicts: meta.open.filter(({ conflict }) => conflict).map(({ path, reason }) => ({ path, reason })),
        recent: meta.recent,
      };
    },

    async close() {
      await own.end();
      store.close();
    },
  };
  return datastore;
}

/** Before anything but a cycle writes to the register: a cycle looks at more than this. */
function requireSame({ datastoreId, epoch, newest }: BaseMeta, { head }: RegisterState): void {
  if (datastoreId === null || head === null) return;
  if (head.datastoreId !== datastoreId) {
    throw new SyncError(
      'veto',
      'another datastore lies at this place than the one this workspace was in step with',
      'Look at it with `datastore sync --dry-run`; accept it with `--accept-remote GENERATION`.',
    );
  }
  if (head.epoch < epoch || (head.commit?.generation ?? 0) < (newest?.generation ?? 0)) {
    throw new SyncError(
      'veto',
      'the remote is older than what was seen here: a restored bucket?',
      'Look at it with `datastore sync --dry-run`; accept it with `--accept-remote GENERATION`.',
    );
  }
}
