import { SyncError } from '../core/errors.ts';
import type { Preview, SyncReport } from '../core/sync-report.ts';
import { INITIAL_STATUS, reduceStatus, type StatusEvent, type SyncStatus } from '../core/sync-status.ts';
import type { VerifyReport } from '../core/verify-report.ts';
import type { Datastore, HeldLease, LeaseView, SyncOptions, VerifyOptions } from './datastore.ts';
import type { Clock, Log, Watcher } from './ports.ts';
import type { Skip } from './scan.ts';
import { asSyncError } from './store-error.ts';

export type AutoSync = 'off' | 'pull' | 'on';

export interface CoordinatorParts {
  readonly datastore: Datastore;
  readonly watcher: Watcher;
  readonly skip: Skip;
  readonly clock: Clock;
  readonly log: Log;
  readonly autoSync: AutoSync;
  /** Paths open and unsaved in an editor, asked before every cycle. */
  readonly busyPaths?: () => ReadonlySet<string>;
}

/** Keeps one folder in step by itself: one cycle at a time, whatever asks for it. */
export interface Coordinator {
  status(): SyncStatus;
  /** The returned function ends the subscription. */
  onChange(listener: (status: SyncStatus) => void): () => void;
  /** Watches, polls and scans from now on, beginning with a look. */
  start(): void;
  /** A cycle now; joins the queue behind a running one. Rejects with SyncError. */
  sync(options?: SyncOptions): Promise<SyncReport>;
  preview(options?: SyncOptions): Promise<Preview>;
  /** Both sides read to the last byte, in turn with cycles. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /** Reads the register now. */
  poll(): Promise<void>;
  hold(purpose: string, signal?: AbortSignal): Promise<void>;
  /** False when nothing of ours is held. */
  release(): Promise<boolean>;
  pause(): void;
  resume(): void;
  /** Polls are rare while nobody looks. */
  setFocused(focused: boolean): void;
  dispose(): Promise<void>;
}

const POLL_FOCUSED_MS = 30_000;
const POLL_AWAY_MS = 5 * 60_000;
const FULL_SCAN_MS = 15 * 60_000;
const RETRY_MS = 30_000;

export function createCoordinator(parts: CoordinatorParts): Coordinator {
  const { datastore, watcher, clock, log } = parts;
  const listeners = new Set<(status: SyncStatus) => void>();
  const stop = new AbortController();
  let status = INITIAL_STATUS;
  let queue: Promise<unknown> = Promise.resolve();
  let wanted = false;
  let focused = true;
  let held: HeldLease | null = null;
  let holding: Promise<HeldLease> | null = null;
  let started = false;
  let stopWatching: () => Promise<void> = async () => {};
  const timers = { poll: () => {}, scan: () => {}, retry: () => {} };

  function tell(event: StatusEvent) {
    const next = reduceStatus(status, event);
    if (next === status) return;
    status = next;
    for (const listener of listeners) listener(status);
  }

  const orStopped = (signal?: AbortSignal) => (signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);

  // Single flight: every cycle and every preview of this folder goes through here, one after another.
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const known = asSyncError(error, 'the datastore');
      tell({
        kind: 'failed',
        error: { kind: known.kind, message: known.message, remedy: known.remedy },
        at: clock.now(),
      });
      throw known;
    }
  }

  function sync(options: SyncOptions = {}): Promise<SyncReport> {
    return inTurn(() =>
      attempt(async () => {
        const busyPaths = parts.busyPaths?.();
        let over = false;
        const running = datastore.sync({
          ...options,
          ...(busyPaths ? { busyPaths } : {}),
          signal: orStopped(options.signal),
          onProgress(progress) {
            // A request that ends after its cycle has failed is no progress.
            if (over) return;
            tell({ kind: 'progress', progress });
            options.onProgress?.(progress);
          },
        });
        const report = await running.finally(() => {
          over = true;
        });
        tell({ kind: 'synced', report, at: clock.now() });
        if (isOneWay(options)) await lookBack().catch(() => {});
        await readRegister().catch(() => {});
        return report;
      }),
    );
  }

  // What a cycle in one direction has left undone in the other is pending, not in step.
  async function lookBack(): Promise<void> {
    tell({ kind: 'previewed', preview: await datastore.preview({ signal: stop.signal }) });
  }

  function preview(options: SyncOptions = {}): Promise<Preview> {
    return inTurn(() =>
      attempt(async () => {
        const found = await datastore.preview({ ...options, signal: orStopped(options.signal) });
        tell({ kind: 'previewed', preview: found });
        return found;
      }),
    );
  }

  async function readRegister(): Promise<LeaseView> {
    const view = await datastore.lease(stop.signal);
    tell({
      kind: 'register',
      lease: view.lease && { record: view.lease, ours: view.ours },
      generation: view.generation,
      seenAt: view.seenAt,
      latencyMs: view.latencyMs,
    });
    return view;
  }

  function keep(lease: HeldLease) {
    if (held === lease) return;
    held = lease;
    lease.signal.addEventListener('abort', () => {
      if (held === lease) held = null;
      void readRegister().catch(() => {});
    });
  }

  /** What triggers ask for: a cycle if this folder syncs by itself, else a look. Many asks make one. */
  function want(why: string) {
    if (wanted || stop.signal.aborted) return;
    wanted = true;
    log.debug(`looking: ${why}`);
    const options: SyncOptions = parts.autoSync === 'pull' ? { direction: 'pull' } : {};
    void inTurn(async () => {
      wanted = false;
    })
      .then(async () => {
        if (stop.signal.aborted) return;
        if (status.paused || parts.autoSync === 'off') await preview();
        else await sync(options);
      })
      .catch(retryLater);
  }

  function retryLater(error: unknown) {
    if (stop.signal.aborted) return;
    const kind = error instanceof SyncError ? error.kind : 'failed';
    log.warn(error instanceof Error ? error.message : String(error));
    if (kind !== 'offline' && kind !== 'locked' && kind !== 'lease-lost' && kind !== 'unknown-outcome') return;
    timers.retry();
    timers.retry = clock.after(RETRY_MS, () => want('trying again'));
  }

  async function poll(): Promise<void> {
    const before = status.generation;
    const view = await attempt(readRegister);
    if (view.generation !== before && view.generation !== null) want('the remote has a new commit');
  }

  function schedulePoll() {
    timers.poll();
    timers.poll = clock.after(focused ? POLL_FOCUSED_MS : POLL_AWAY_MS, () => {
      poll()
        .catch(() => {})
        .finally(() => stop.signal.aborted || schedulePoll());
    });
  }

  function scheduleScan() {
    timers.scan();
    timers.scan = clock.after(FULL_SCAN_MS, () => {
      want('time for a full scan');
      scheduleScan();
    });
  }

  return {
    status: () => status,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start() {
      if (started) return;
      started = true;
      stopWatching = watcher.watch(
        parts.skip,
        (paths) => {
          tell({ kind: 'touched', paths: paths.length });
          want(`${paths.length} changed on disk`);
        },
        (reason) => log.warn(`watching failed, the periodic scan goes on: ${reason}`),
      );
      schedulePoll();
      scheduleScan();
      want('start');
    },
    sync,
    preview,
    verify: (options = {}) =>
      inTurn(() =>
        attempt(async () => {
          const busyPaths = parts.busyPaths?.();
          const own = { ...options, ...(busyPaths ? { busyPaths } : {}), signal: orStopped(options.signal) };
          const report = await datastore.verify(own);
          if (options.repair === true) await readRegister().catch(() => {});
          return report;
        }),
      ),
    poll,
    async hold(purpose, signal) {
      await attempt(async () => {
        if (held === null) {
          holding ??= datastore.acquire({ purpose, signal: orStopped(signal) }).finally(() => {
            holding = null;
          });
          keep(await holding);
        }
        await readRegister();
      });
    },
    async release() {
      const ours = held;
      held = null;
      const done = ours ? await ours.release().then(() => true) : await datastore.release();
      await readRegister().catch(() => {});
      return done;
    },
    pause() {
      tell({ kind: 'paused' });
    },
    resume() {
      tell({ kind: 'resumed' });
      want('resumed');
    },
    setFocused(now) {
      if (now === focused) return;
      focused = now;
      if (!started || stop.signal.aborted) return;
      if (now) want('back in focus');
      schedulePoll();
    },
    async dispose() {
      stop.abort(new SyncError('cancelled', 'The folder was closed.', 'Open it again.'));
      timers.poll();
      timers.scan();
      timers.retry();
      await stopWatching();
      await queue;
      await holding?.catch(() => {});
      await held?.release();
      await datastore.close();
    },
  };
}

const isOneWay = ({ direction }: SyncOptions): boolean => direction === 'pull' || direction === 'push';
