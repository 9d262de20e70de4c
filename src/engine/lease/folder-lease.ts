import { SyncError } from '../../core/errors.ts';
import { holderOf, type LeaseHolder } from '../../core/format/lease-holder.ts';
import { remainingValidity } from '../../core/format/lease-record.ts';
import type { AcquireOptions } from '../datastore.ts';
import { type FileLock, type FileLockParts, takeFileLock } from './file-lock.ts';
import { momentOf } from './lease.ts';

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
  const lost = new AbortController();
  let sent = momentOf(clock);
  let over = false;
  let cancelBeat = () => {};
  let cancelExpiry = () => {};

  const stop = () => {
    over = true;
    cancelBeat();
    cancelExpiry();
  };
  const lose = (why: string) => {
    if (over) return;
    stop();
    log.warn(`the lock of ${what} is lost: ${why}`);
    lost.abort(
      new SyncError('lease-lost', `The lock of ${what} was lost: ${why}.`, 'See who has it now, then take it again.'),
    );
  };

  // Beating and watching the expiry are separate: a file server that hangs must not keep the holder believing.
  function watchExpiry() {
    const left = remainingValidity(sent, momentOf(clock), ttlMs);
    if (left <= 0) lose('it could not be renewed in time');
    else cancelExpiry = clock.after(left, watchExpiry);
  }
  function scheduleBeat() {
    cancelBeat = clock.after(ttlMs / 3, () => void beat());
  }

  async function beat() {
    const at = momentOf(clock);
    const failed = await lock.beat().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    try {
      const to = await lock.lostTo();
      if (to !== null) return lose(to.lock === null ? 'it was ended elsewhere' : `${to.lock.holder} has taken it`);
      if (failed !== null) throw failed.error;
      sent = at;
    } catch (error) {
      log.warn(`the lock of ${what} could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!over) scheduleBeat();
  }

  scheduleBeat();
  watchExpiry();
  return {
    record: holderOf(lock.record, lock.record.nonce),
    signal: lost.signal,
    async release() {
      // Also when it is lost: a lock that only ran out still lies there, and others would wait for it.
      stop();
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
