import type { Timing } from '../../core/config/timing.ts';
import { SyncError } from '../../core/errors.ts';
import type { StoredFile } from '../../core/format/tree.ts';
import { isCutOff, isUnreachable } from '../../core/status/cut-off.ts';
import type { Preview, SyncReport } from '../../core/status/sync-report.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../core/status/sync-status.ts';
import type { UndoReport } from '../../core/status/undo-report.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import type { Datastore, HeldLease, LeaseView, SyncOptions, UndoOptions, VerifyOptions } from '../datastore.ts';
import { keepLease } from '../lease/kept-lease.ts';
import type { Clock, Log, Network, Watcher } from '../ports.ts';
import type { Skip } from '../root/scan.ts';
import { createOutage } from './outage.ts';
import { createPace } from './pace.ts';
import { openStatusBoard } from './status-board.ts';
import { takeTurns } from './turns.ts';

export type AutoSync = 'off' | 'pull' | 'on';

export interface CoordinatorParts {
  readonly datastore: Datastore<StoredFile>;
  readonly watcher: Watcher;
  readonly skip: Skip;
  readonly clock: Clock;
  readonly log: Log;
  readonly autoSync: AutoSync;
  readonly timing: Pick<Timing, 'pollMs' | 'pollAwayMs' | 'scanMs' | 'offlineMs'>;
  /** Tells when another attempt may have better luck. */
  readonly network?: Network;
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
  /** In turn with cycles. What comes back is pending. */
  undo(options?: UndoOptions): Promise<UndoReport>;
  /** Reads the register now. */
  poll(): Promise<void>;
  /** Takes the lease for the person until `release`; gives the one that is held already. */
  hold(purpose: string, signal?: AbortSignal): Promise<HeldLease>;
  /** Only the tenure of this nonce, where one is named. False when nothing of ours is held, or another tenure. */
  release(nonce?: string): Promise<boolean>;
  pause(): void;
  resume(): void;
  /** Polls are rare while nobody looks. */
  setFocused(focused: boolean): void;
  dispose(): Promise<void>;
}

/** After a cycle that has looked at what a watcher told alone: by then is found what none has told. */
const CONFIRM_MS = 30_000;
/** Another holds the lease, or this root. */
const LOCKED_RETRY_MS = 30_000;

export function createCoordinator(parts: CoordinatorParts): Coordinator {
  const { datastore, watcher, clock, log, timing } = parts;
  const board = openStatusBoard({ ...INITIAL_STATUS, inPlace: datastore.inPlace !== null });
  const { tell } = board;
  const failureKind = () => board.now().failure?.kind;
  const stop = new AbortController();
  let wanted = false;
  let urgent = false;
  let asks = false;
  let focused = true;
  let started = false;
  let stopWatching: () => Promise<void> = async () => {};
  let cancelRetry = () => {};
  let cancelConfirm: (() => void) | null = null;
  const again = (why: string) => want(why, 'at once');
  const outage = createOutage({ clock, network: parts.network, longestMs: timing.offlineMs, again });
  const pace = createPace({
    clock,
    timing,
    // Out of reach: the next attempt is due by itself.
    poll: () => (isUnreachable(failureKind()) ? Promise.resolve() : poll().catch(() => {})),
    scan: () => want('time for a full scan'),
  });
  const turns = takeTurns({ ...parts, board, signal: stop.signal, readRegister, failed: retryLater });
  const kept = keepLease(datastore, () => void readRegister().catch(() => {}));

  board.onChange(({ failure }) => {
    if (!isUnreachable(failure?.kind)) outage.over();
  });

  async function readRegister(options: Pick<SyncOptions, 'fromLastSeen'> = {}): Promise<LeaseView> {
    const view = await datastore.lease(stop.signal, options);
    const wasCutOff = isCutOff(failureKind());
    tell({
      kind: 'register',
      lease: view.lease && { record: view.lease, ours: view.ours },
      generation: view.generation,
      seenAt: view.seenAt,
      latencyMs: view.latencyMs,
    });
    // This ends the outage, and with it the attempt that was due: whoever finds the store again sends what waits.
    if (wasCutOff) again('in reach again');
    return view;
  }

  /**
   * What triggers ask for: a cycle if this folder syncs by itself, else a look. Many asks make one. While nothing can be reached
   * they only count what waits: the attempt that is due takes it all along.
   */
  function want(why: string, how: 'lately' | 'in time' | 'at once' = 'in time') {
    if (how === 'at once') urgent = true;
    if (how !== 'lately') asks = true;
    if (wanted || stop.signal.aborted) return;
    wanted = true;
    log.debug(`looking: ${why}`);
    void turns
      .inTurn(async () => {
        wanted = false;
      })
      .then(async () => {
        if (stop.signal.aborted) return;
        const waits = !urgent && isCutOff(failureKind());
        const options: SyncOptions = {
          ...(parts.autoSync === 'pull' ? { direction: 'pull' } : {}),
          ...(asks ? {} : { fromLastSeen: true }),
        };
        urgent = false;
        asks = false;
        if (waits) await turns.lookHere();
        else if (board.now().paused || parts.autoSync === 'off') await turns.preview();
        else {
          await turns.sync(options);
          confirmLater(options.fromLastSeen === true);
        }
      })
      .catch(() => {});
  }

  function confirmLater(isLately: boolean) {
    if (!isLately) {
      cancelConfirm?.();
      cancelConfirm = null;
      return;
    }
    cancelConfirm ??= clock.after(CONFIRM_MS, () => {
      cancelConfirm = null;
      want('what no watcher may have told');
    });
  }

  function retryLater({ kind, message }: SyncError) {
    if (stop.signal.aborted) return;
    log.warn(message);
    if (isUnreachable(kind)) return outage.failed();
    if (kind !== 'locked' && kind !== 'lease-lost') return;
    cancelRetry();
    cancelRetry = clock.after(LOCKED_RETRY_MS, () => again('trying again'));
  }

  async function poll(): Promise<void> {
    const before = board.now().generation;
    const view = await turns.attempt(readRegister);
    if (view.generation !== before && view.generation !== null) want('the remote has a new commit', 'lately');
  }

  return {
    status: board.now,
    onChange: board.onChange,
    start() {
      if (started) return;
      started = true;
      stopWatching = watcher.watch(
        parts.skip,
        (paths) => {
          tell({ kind: 'touched', paths: paths.length });
          want(`${paths.length} changed on disk`, 'lately');
        },
        (reason) => log.warn(`watching failed, the periodic scan goes on: ${reason}`),
      );
      pace.start();
      want('start');
    },
    sync: turns.sync,
    preview: turns.preview,
    verify: turns.verify,
    undo: turns.undo,
    poll,
    async hold(purpose, signal) {
      return turns.attempt(async () => {
        const held = await kept.hold(purpose, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
        await readRegister();
        return held;
      });
    },
    async release(nonce) {
      const done = await kept.release(nonce);
      await readRegister().catch(() => {});
      return done;
    },
    pause() {
      tell({ kind: 'paused' });
    },
    resume() {
      tell({ kind: 'resumed' });
      again('resumed');
    },
    setFocused(now) {
      if (now === focused) return;
      focused = now;
      if (!started || stop.signal.aborted) return;
      if (now) again('back in focus');
      pace.setFocused(now);
    },
    async dispose() {
      stop.abort(new SyncError('cancelled', 'The folder was closed.', 'Open it again.'));
      pace.stop();
      outage.over();
      cancelRetry();
      cancelConfirm?.();
      await stopWatching();
      await turns.idle();
      await kept.dispose();
      await datastore.close();
    },
  };
}
