import type { SyncError } from '../../core/errors.ts';
import { isCutOff } from '../../core/status/cut-off.ts';
import type { Preview, SyncReport } from '../../core/status/sync-report.ts';
import type { Part } from '../../core/status/sync-status.ts';
import type { UndoReport } from '../../core/status/undo-report.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import type { Datastore, PreviewOptions, SyncOptions, UndoOptions, VerifyOptions } from '../datastore.ts';
import type { Clock } from '../ports.ts';
import { asSyncError } from '../remote/store-error.ts';
import type { StatusBoard } from './status-board.ts';

export interface TurnParts {
  readonly datastore: Pick<Datastore, 'sync' | 'preview' | 'undo' | 'verify'>;
  readonly clock: Clock;
  readonly board: StatusBoard;
  /** Ends every turn. */
  readonly signal: AbortSignal;
  readonly busyPaths?: () => ReadonlySet<string>;
  readonly readRegister: (options?: Pick<SyncOptions, 'fromLastSeen'>) => Promise<unknown>;
  /** An attempt has failed, and the status says so. */
  readonly failed: (error: SyncError) => void;
}

/** Single flight: every cycle, preview and verification of a folder, one after another. The status tells what came of each. */
export interface Turns {
  readonly sync: (options?: SyncOptions) => Promise<SyncReport>;
  readonly preview: (options?: SyncOptions) => Promise<Preview>;
  readonly verify: (options?: VerifyOptions) => Promise<VerifyReport>;
  readonly undo: (options?: UndoOptions) => Promise<UndoReport>;
  /** Counts what waits while nobody answers. */
  lookHere(): Promise<void>;
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Not in turn. Rejects with SyncError, and the status has it. */
  attempt<T>(work: () => Promise<T>): Promise<T>;
  /** When nothing waits any more. */
  idle(): Promise<void>;
}

export function takeTurns(parts: TurnParts): Turns {
  const { datastore, clock, signal, readRegister } = parts;
  const { tell } = parts.board;
  let queue: Promise<unknown> = Promise.resolve();
  /** Something was tried, and nothing was looked at since: what waits is not known. A poll changes nothing. */
  let isUnseen = true;

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
      if (isRefusal(known)) throw known;
      const { kind, message, remedy } = known;
      tell({ kind: 'failed', error: { kind, message, remedy }, at: clock.now() });
      if (isCutOff(kind) && isUnseen) void lookHere();
      parts.failed(known);
      throw known;
    }
  }

  function tried<T>(work: () => Promise<T>): Promise<T> {
    return inTurn(() => {
      isUnseen = true;
      return attempt(work);
    });
  }

  const own = <O extends UndoOptions>(options: O): O => {
    const busyPaths = parts.busyPaths?.();
    return {
      ...options,
      ...(busyPaths ? { busyPaths } : {}),
      signal: options.signal ? AbortSignal.any([options.signal, signal]) : signal,
    };
  };

  async function cycle(options: SyncOptions): Promise<SyncReport> {
    let over = false;
    const running = datastore.sync({
      ...own(options),
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
    const part = partOf(options);
    tell({ kind: 'synced', report, at: clock.now(), ...(part === undefined ? {} : { part }) });
    if (part !== undefined) await attempt(lookBack).catch(() => {});
    await readRegister({ fromLastSeen: true }).catch(() => {});
    return report;
  }

  // What a cycle in one direction, or of an approved part, has left undone is pending, not in step.
  async function lookBack(): Promise<void> {
    tell({ kind: 'previewed', preview: await datastore.preview(own({})) });
  }

  const lookHere = (): Promise<void> =>
    inTurn(async () => {
      if (signal.aborted) return;
      isUnseen = false;
      const preview = await datastore.preview(own<PreviewOptions>({ lastKnown: true })).catch(() => null);
      if (preview === null) isUnseen = true;
      else tell({ kind: 'waiting', preview });
    });

  return {
    sync: (options = {}) => tried(() => cycle(options)),
    preview: (options = {}) =>
      tried(async () => {
        const found = await datastore.preview(own(options));
        // What choices would make of it is not how it is.
        if (options.choices === undefined) tell({ kind: 'previewed', preview: found });
        // Where nothing is synced by itself no cycle would say who holds the lock.
        if (parts.board.now().seenAt === null) await readRegister().catch(() => {});
        return found;
      }),
    undo: (options = {}) =>
      inTurn(async () => {
        const report = await datastore.undo(own(options));
        if (report.files.length > 0) await attempt(lookBack).catch(() => {});
        return report;
      }),
    verify: (options = {}) =>
      tried(async () => {
        const report = await datastore.verify(own(options));
        if (options.repair === true) await readRegister().catch(() => {});
        return report;
      }),
    lookHere,
    inTurn,
    attempt,
    async idle() {
      await queue;
    },
  };
}

/** Undefined: all that there is to do. */
function partOf({ direction, approved }: SyncOptions): Part | undefined {
  if (approved !== undefined) return approved.steps.map(({ path }) => path);
  return direction === 'pull' ? 'down' : direction === 'push' ? 'up' : undefined;
}

/** Answers to what was asked for, which say nothing of the folder. */
const isRefusal = ({ kind }: SyncError): boolean => kind === 'moved' || kind === 'usage';
