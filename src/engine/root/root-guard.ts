import { SyncError } from '../../core/errors.ts';
import { type LockRecord, lockText } from '../../core/format/lock-record.ts';
import type { FileLockParts } from '../lease/file-lock.ts';
import { takeFileLock } from '../lease/take-file-lock.ts';

export interface RootGuard {
  /** What its lock is known by. */
  readonly tenure: string;
  /** SyncError('locked') when another has taken the root over, because this process stood still for too long. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export type GuardParts = Omit<FileLockParts, 'ttlMs' | 'pollMs' | 'what'>;

/** So long the lock of a process that is gone stands at most. */
export const GUARD_TTL_MS = 30_000;
const POLL_MS = 100;

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
  const beat = () => {
    cancel = clock.after(GUARD_TTL_MS / 3, () => {
      lock
        .beat()
        .catch((error: unknown) => log.warn(`the root's lock could not be renewed: ${String(error)}`))
        .finally(() => over || beat());
    });
  };
  beat();
  return {
    tenure: lock.record.nonce,
    async assertHeld() {
      const lost = await lock.lostTo();
      if (lost === null) return;
      throw new SyncError(
        'locked',
        'another process took this root over, because this one had stood still',
        'Sync again: nothing was changed after that.',
        { details: lost.lock },
      );
    },
    async release() {
      over = true;
      cancel();
      await lock.release();
    },
  };
}
