import { SyncError } from '../../core/errors.ts';
import { type LockRecord, lockText } from '../../core/format/lock-record.ts';
import type { FileLockParts } from '../lease/file-lock.ts';
import { takeFileLock } from '../lease/take-file-lock.ts';
import type { Clock } from '../ports.ts';

export interface RootGuard {
  /** What its lock is known by. */
  readonly tenure: string;
  /** SyncError('locked') when another has taken the root over, because this process stood still for too long. */
  assertHeld(): Promise<void>;
  /** The same for one small change after another: who beats looks only once in some milliseconds, for nobody waits so short a time. */
  assertHeldLately(): Promise<void>;
  release(): Promise<void>;
}

export type GuardParts = Omit<FileLockParts, 'ttlMs' | 'pollMs' | 'what'>;

/** So long the lock of a process that is gone stands at most. */
export const GUARD_TTL_MS = 30_000;
const POLL_MS = 100;
/** So long a look at the own lock is good for. */
const LOOK_MS = 10;
/** Whoever has beaten since then has stood still for too short a time to be taken over, also when somebody's clock runs fast. */
const LIVELY_MS = GUARD_TTL_MS / 2;

/** Keeps two processes from running a cycle on one root at once. SyncError('locked') after `waitMs`; `onWait` at each look before. */
export async function guardRoot(
  given: GuardParts,
  purpose: string,
  waitMs: number,
  signal?: AbortSignal,
  onWait?: (holder: LockRecord | null) => void,
): Promise<RootGuard> {
  const { clock, log } = given;
  const parts: FileLockParts = { ...given, ttlMs: GUARD_TTL_MS, pollMs: POLL_MS, what: 'the root' };
  // Others may have seen the lock from its first moment on, however late this process hears that it has it.
  let beaten = momentOf(clock);
  const taken = await takeFileLock(parts, { purpose, waitMs, onWait, signal });
  if (taken.kind === 'held') {
    throw new SyncError(
      'locked',
      `this root is being synced by another process (${lockText(taken.by)})`,
      'Wait until it has finished.',
      { details: taken.by },
    );
  }
  const { lock } = taken;
  let over = false;
  let cancel = () => {};
  let looked: Moment | null = null;
  const beat = () => {
    cancel = clock.after(GUARD_TTL_MS / 3, () => {
      const begun = momentOf(clock);
      lock
        .beat()
        .then(() => {
          beaten = begun;
          // It leaves a successor's lock alone, and does not say so.
          looked = null;
        })
        .catch((error: unknown) => log.warn(`the root's lock could not be renewed: ${String(error)}`))
        .finally(() => over || beat());
    });
  };
  beat();
  return {
    tenure: lock.record.nonce,
    assertHeld,
    async assertHeldLately() {
      if (looked !== null && since(clock, looked) < LOOK_MS && since(clock, beaten) < LIVELY_MS) return;
      await assertHeld();
    },
    async release() {
      over = true;
      cancel();
      await lock.release();
    },
  };

  async function assertHeld(): Promise<void> {
    const begun = momentOf(clock);
    const lost = await lock.lostTo();
    if (lost === null) {
      looked = begun;
      return;
    }
    throw new SyncError(
      'locked',
      'another process took this root over, because this one had stood still',
      'Sync again: nothing was changed after that.',
      { details: lost.lock },
    );
  }
}

interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

const momentOf = (clock: Clock): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });

/** Milliseconds, by the clock that says more: one stands still while the computer sleeps, the other may be set. */
const since = (clock: Clock, { now, monotonic }: Moment): number =>
  Math.max(Math.abs(clock.now() - now), clock.monotonic() - monotonic);
