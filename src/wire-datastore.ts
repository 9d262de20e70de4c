import { realpathSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { nodeCodec } from './adapters/codec.ts';
import { buildExcludes, isNeverShared } from './adapters/excludes.ts';
import { openFolder } from './adapters/folder-contents.ts';
import { openLocalFiles } from './adapters/fs/local-files.ts';
import { openLockFile } from './adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from './adapters/fs/own-names.ts';
import { openRememberedWalk } from './adapters/fs/remembered-walk.ts';
import { openStateFiles } from './adapters/fs/state-files.ts';
import { bounded } from './adapters/store/bounded.ts';
import { capped } from './adapters/store/capped.ts';
import { createRemotes } from './adapters/store/remotes.ts';
import { retrying } from './adapters/store/retrying.ts';
import { traced } from './adapters/store/traced.ts';
import { systemClock, systemIds, systemNetwork } from './adapters/system.ts';
import { findTracing } from './adapters/telemetry/telemetry.ts';
import { openSpans, type Tracing } from './adapters/telemetry/tracing.ts';
import type { Config } from './core/config/config.ts';
import type { Timing } from './core/config/timing.ts';
import { SyncError } from './core/errors.ts';
import type { StoredFile } from './core/format/tree.ts';
import type { Datastore } from './engine/datastore.ts';
import { openFolderDatastore } from './engine/folder-datastore.ts';
import { unseenLock } from './engine/lease/unseen-lock.ts';
import { openDatastore } from './engine/open-datastore.ts';
import { type PhaseCosts, phaseText, withPhaseCosts } from './engine/phase-costs.ts';
import type { Identity, Log, Network, StateFiles, Watcher } from './engine/ports.ts';
import type { Skip } from './engine/root/scan.ts';
import { unwrittenState } from './engine/state/unwritten-state.ts';

export interface WireRequest {
  /** Absolute. */
  readonly workspace: string;
  /** SyncError('config') where another tool's format is named. */
  readonly config: Config;
  readonly tool: Identity['tool'];
  readonly log: Log;
  /** The AWS chain otherwise. */
  readonly credentials?: AccessKeys | undefined;
  /** In place of the configuration's, milliseconds. */
  readonly waitMs?: number | undefined;
  /** In place of the records of this root. */
  readonly state?: StateFiles | undefined;
  /** Nothing on this machine is written, not even a lock: what another process does meanwhile may be seen half done. */
  readonly onlyLooks?: boolean | undefined;
  /** Hears what each phase of a cycle took. The log has it too, for debugging. */
  readonly onPhase?: ((phase: PhaseCosts) => void) | undefined;
  /** Quiet after a change before it is told, milliseconds. */
  readonly settleMs?: number | undefined;
}

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Wired {
  readonly datastore: Datastore<StoredFile>;
  readonly watcher: Watcher;
  readonly skip: Skip;
  /** What of it holds whatever the configuration says. */
  readonly neverShared: Skip;
  /** Absolute. */
  readonly root: string;
  readonly timing: Timing;
  readonly network: Network;
}

/** What the requests of all datastores of this process share. */
const remotes = createRemotes(systemClock);

/** Of a connection whose body is held back by us. */
const HELD_IDLE_MS = 30_000;

/** Builds the datastore of one workspace from the adapters; both composition roots come here. */
export async function wireDatastore(request: WireRequest): Promise<Wired> {
  const { backend, source } = request.config;
  switch (backend.type) {
    case 's3':
      return wireRemote(request);
    case 'filesystem':
      return wireFolder(request, backend.path);
    case 'unsupported':
      throw new SyncError(
        'config',
        `The datastore (set by ${source}) is of the type ${backend.found}, another tool's format, which is not supported: nothing is read from it or written to it.`,
        'Set up one of our own in .datastore.yaml, under another prefix.',
      );
  }
}

/** One root and its remote. SyncError('config') when the datastore is not on S3. */
export async function wireRemote(request: WireRequest): Promise<Wired & { readonly datastore: Datastore }> {
  const { config, log, tool } = request;
  const { backend } = config;
  if (backend.type !== 's3') throw new SyncError('config', 'This datastore is not on S3.', 'Configure a bucket.');
  // Loaded on first use: the SDK is most of what there is to load.
  const { openS3Store } = await import('./adapters/s3/s3-store.ts');
  const { credentials } = request;
  const { timing } = config;
  const isHeld = config.maxUpload !== undefined || config.maxDownload !== undefined;
  const idleMs = isHeld ? Math.max(timing.idleMs, HELD_IDLE_MS) : timing.idleMs;
  const keys = credentials === undefined ? {} : { credentials };
  const bare = openS3Store({ ...backend, timing: { ...timing, idleMs }, ...keys });
  const tracing = await findTracing(process.env, systemClock);
  const spans = tracing && openSpans(tracing);
  const plain = spans === null ? bare : traced(bare, spans);
  let retries = 0;
  // Patience outside, so that what waits to try again holds no place.
  const { budget, caps } = remotes(plain.name, config);
  const store = retrying(capped(bounded(plain, budget), caps), {
    clock: systemClock,
    ids: systemIds,
    deadlineMs: timing.retryMs,
    again: () => void (retries += 1),
  });
  const workspace = realpathSync.native(request.workspace);
  const root = path.join(workspace, ...config.root.split('/'));
  const skip = buildExcludes(config);
  const { onlyLooks: isUndated = false } = request;
  const state = request.state ?? openStateFiles(root);
  const lock = path.join(root, '.datastore-staging', 'lock');
  const memory = openRememberedWalk(root);
  const opened = openDatastore({
    store,
    state: isUndated ? unwrittenState(state) : state,
    openFiles: (run) =>
      openLocalFiles({ workspace, root: config.root, run, clock: systemClock, log, memory, isUndated }),
    lockFile: isUndated ? unseenLock(lock) : openLockFile(lock),
    skip,
    allow: config.allow,
    codec: nodeCodec,
    clock: systemClock,
    ids: systemIds,
    log,
    identity: identityOf(workspace, tool),
    ttlMs: config.lock.ttlMs,
    waitMs: request.waitMs ?? config.lock.waitMs,
    ...(config.history === undefined ? {} : { history: config.history }),
  });
  const watched = withPhaseCosts(opened, {
    clock: systemClock,
    listener: spans,
    costs: () => ({ ...store.traffic, retries }),
    told(phase) {
      spans?.phaseEnded(phase);
      log.debug(phaseText(phase));
      request.onPhase?.(phase);
    },
  });
  const datastore = tracing === null ? watched : flushing(watched, tracing);
  const settleMs = request.settleMs ?? timing.settleMs;
  const watcher = onFirstWatch(async () => {
    const { openWatcher } = await import('./adapters/fs/watcher.ts');
    return openWatcher(root, { settleMs, memory }, systemClock);
  });
  return { datastore, watcher, skip, neverShared: isNeverShared, root, timing, network: systemNetwork };
}

/** The same datastore, which leaves no span behind when it is closed. */
const flushing = (datastore: Datastore, tracing: Tracing): Datastore => ({
  ...datastore,
  async close() {
    try {
      await datastore.close();
    } finally {
      await tracing.flush();
    }
  },
});

/** Loaded when somebody watches: most commands never do. */
function onFirstWatch(open: () => Promise<Watcher>): Watcher {
  return {
    watch(skip, changed, failed) {
      let isStopped = false;
      const stop = open().then((watcher) => (isStopped ? null : watcher.watch(skip, changed, failed)));
      stop.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
      return async () => {
        isStopped = true;
        await (await stop.catch(() => null))?.();
      };
    },
  };
}

/** Nobody watches: what changes on another machine no watch tells, and what is shown is read anew with the lock. */
const UNWATCHED: Watcher = { watch: () => async () => {} };

function wireFolder({ config, log, tool, workspace: given, waitMs }: WireRequest, folder: string): Wired {
  const workspace = realpathSync.native(given);
  const datastore = openFolderDatastore({
    folder: openFolder(folder, config, systemClock),
    file: openLockFile(path.join(folder, FOLDER_LOCK), { shared: true }),
    state: openStateFiles(workspace),
    clock: systemClock,
    ids: systemIds,
    log,
    identity: identityOf(workspace, tool),
    ttlMs: config.lock.ttlMs,
    waitMs: waitMs ?? config.lock.waitMs,
  });
  const { timing } = config;
  return {
    datastore,
    watcher: UNWATCHED,
    skip: buildExcludes(config),
    neverShared: isNeverShared,
    root: folder,
    timing,
    network: systemNetwork,
  };
}

/** Who writes here. */
export function identityOf(workspace: string, tool: Identity['tool']): Identity {
  const user = userName();
  const host = hostname();
  return {
    holder: `${user}@${host}`,
    user,
    hostname: host,
    pid: process.pid,
    workspace: path.basename(workspace),
    tool,
  };
}

/** A container may run under a uid that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
