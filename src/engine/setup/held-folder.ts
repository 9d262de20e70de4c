import { SyncError } from '../../core/errors.ts';
import { holderOf } from '../../core/format/lease-holder.ts';
import type { AcquireOptions, Datastore } from '../datastore.ts';
import { removeLock, takenBy } from '../lease/file-lock.ts';
import type { Clock, LockFile } from '../ports.ts';
import { type GuardParts, guardRoot } from '../root/root-guard.ts';

/** The lock of a folder, while files move from or to it. */
export interface HeldFolder {
  /** Aborts with SyncError('lease-lost') when another has it. */
  readonly signal: AbortSignal;
  /** Looks now: SyncError('lease-lost' or 'locked') when another has it, whatever the timers say. */
  assertHeld(): Promise<void>;
  /** `movedTo`: where the folder is now, and the lock in it. */
  release(movedTo?: string): Promise<void>;
}

export interface HoldParts {
  /** Absolute. */
  readonly folder: string;
  /** The lock in such a folder, wherever that is. */
  readonly lockIn: (folder: string) => LockFile;
  readonly clock: Clock;
}

/** Of a folder used in place. SyncError('locked') when waiting is over. */
export async function holdInPlace(
  { folder, lockIn, clock }: HoldParts,
  datastore: Pick<Datastore, 'acquire'>,
  options: AcquireOptions,
): Promise<HeldFolder> {
  const lease = await datastore.acquire(options);
  const { record, signal } = lease;
  const file = lockIn(folder);
  return {
    signal,
    async assertHeld() {
      signal.throwIfAborted();
      const taken = await takenBy(file, clock, record.nonce);
      if (taken === null) return;
      const why = taken.lock === null ? 'it was ended elsewhere' : `${taken.lock.holder} has taken it`;
      throw new SyncError(
        'lease-lost',
        `The lock of ${folder} was lost: ${why}.`,
        'See who has it now, then run this again.',
      );
    },
    async release(movedTo) {
      try {
        if (movedTo !== undefined) await removeLock(lockIn(movedTo), record.nonce);
      } finally {
        await lease.release();
      }
    },
  };
}

/** Of the root of a remote: no cycle runs there meanwhile. SyncError('locked') when waiting is over. */
export async function holdRoot(
  { folder, lockIn, ...parts }: HoldParts & Omit<GuardParts, 'file'>,
  { purpose, waitMs, onWait, signal }: AcquireOptions & { readonly waitMs: number },
): Promise<HeldFolder> {
  const guard = await guardRoot({ ...parts, file: lockIn(folder) }, purpose, waitMs, signal, (by) =>
    onWait?.(holderOf(by, by?.nonce ?? '')),
  );
  return {
    // It has none: each change asks.
    signal: new AbortController().signal,
    assertHeld: () => guard.assertHeld(),
    async release(movedTo) {
      try {
        if (movedTo !== undefined) await removeLock(lockIn(movedTo), guard.tenure);
      } finally {
        await guard.release();
      }
    },
  };
}
