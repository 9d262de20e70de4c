import { SyncError } from '../../core/errors.ts';
import { holderOf, type LeaseHolder } from '../../core/format/lease-holder.ts';
import type { AcquireOptions } from '../datastore.ts';
import type { FileLock, FileLockParts } from './file-lock.ts';
import { keepTenure, momentOf, type Renewal } from './keep-tenure.ts';
import { takeFileLock } from './take-file-lock.ts';

/** The lock of a folder used in place, kept by a heartbeat. */
export interface FolderLease {
  readonly record: LeaseHolder;
  /** Aborts with SyncError('lease-lost') when another has taken it, or it could not be renewed in time. */
  readonly signal: AbortSignal;
  /** Gives it back. Can never touch a successor's. */
  release(): Promise<void>;
}

/** Waits for the lock of a folder. SyncError('locked') when waiting is over. */
export async function acquireFolderLease(
  parts: FileLockParts,
  { purpose, waitMs, onWait, signal }: AcquireOptions & { readonly waitMs: number },
): Promise<FolderLease> {
  const taken = await takeFileLock(parts, {
    purpose,
    waitMs,
    onWait: (by) => onWait?.(holderOf(by, by?.nonce ?? '')),
    signal,
  });
  if (taken.kind === 'held') throw locked(holderOf(taken.by, taken.by?.nonce ?? ''), parts.what);
  return keep(parts, taken.lock);
}

function keep({ clock, log, ttlMs, what }: FileLockParts, lock: FileLock): FolderLease {
  async function renew(): Promise<Renewal> {
    const failed = await lock.beat().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    const to = await lock.lostTo();
    if (to !== null)
      return { kind: 'lost', why: to.lock === null ? 'it was ended elsewhere' : `${to.lock.holder} has taken it` };
    if (failed !== null) throw failed.error;
    return { kind: 'renewed' };
  }

  const remedy = 'See who has it now, then take it again.';
  const tenure = keepTenure({ clock, log, ttlMs, what: `lock of ${what}`, remedy, begun: momentOf(clock), renew });
  return {
    record: holderOf(lock.record, lock.record.nonce),
    signal: tenure.signal,
    async release() {
      // Also when it is lost: a lock that only ran out still lies there, and others would wait for it.
      tenure.stop();
      await lock.release();
    },
  };
}

const locked = (by: LeaseHolder, what: string): SyncError => {
  const { holder, hostname, pid, tool, purpose, acquiredAt } = by;
  const who = [tool ?? `process ${pid} on ${hostname}`, purpose].filter((part) => part !== null).join(': ');
  return new SyncError(
    'locked',
    `${holder} holds the lock of ${what} (${who}) since ${acquiredAt}`,
    'Wait, or take it with `datastore lock release --force` when you know that its holder is gone.',
    { details: by },
  );
};
