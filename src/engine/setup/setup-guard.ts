import { isSameRoot } from '../../core/config/same-place.ts';
import { SyncError } from '../../core/errors.ts';
import { type LockRecord, lockText } from '../../core/format/lock-record.ts';
import { GUARD_TTL_MS, guardRoot, type RootGuard } from '../root/root-guard.ts';
import type { SetupParts } from './setup-ports.ts';
import type { SetupOptions } from './setup-work.ts';

/** A whole ttl, and the looks around it. */
const WAIT_MS = GUARD_TTL_MS * 1.2;

/**
 * One set-up of a workspace at a time. A lock that stands still for its ttl is of a process that is gone, perhaps on another host, and
 * is taken over; one that moves is of a set-up at work: SyncError('locked').
 */
export async function guardSetup(
  { lockFile, clock, ids, identity, log }: SetupParts,
  { signal, onWait }: SetupOptions,
): Promise<RootGuard> {
  const moved = new AbortController();
  let seen: string | null = null;
  const look = (holder: LockRecord | null): void => {
    const text = JSON.stringify(holder);
    if (seen === null) onWait?.(`another set-up seems to be at work (${lockText(holder)})`);
    else if (seen !== text) moved.abort(busy(holder));
    seen = text;
  };
  const stop = AbortSignal.any(signal === undefined ? [moved.signal] : [moved.signal, signal]);
  try {
    return await guardRoot({ file: lockFile, clock, ids, identity, log }, 'setup', WAIT_MS, stop, look);
  } catch (error) {
    throw moved.signal.aborted ? moved.signal.reason : error;
  }
}

/** The set-up of before, or a person, may have been here since `from` was read. SyncError('locked'). */
export async function requireUnchanged(parts: SetupParts): Promise<void> {
  const now = await parts.present();
  const { from } = parts;
  const isForeign = from?.backend.type === 'unsupported' && now?.backend.type === 'unsupported';
  if (isForeign || isSameRoot(from, now)) return;
  throw new SyncError('locked', 'the configuration has changed meanwhile', 'Begin again, from what is set up by now.');
}

const busy = (by: LockRecord | null): SyncError =>
  new SyncError(
    'locked',
    `another set-up of this workspace is at work (${lockText(by)})`,
    'Wait until it has finished.',
    { details: by },
  );
