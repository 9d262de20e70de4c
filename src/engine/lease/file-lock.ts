import { type LockRecord, parseLock, tenureOf } from '../../core/format/lock-record.ts';
import type { Clock, Identity, Ids, LockFile, Log } from '../ports.ts';
import type { LockSighting } from './lock-sighting.ts';

/** A lock in a file that is ours as long as the file says so. */
export interface FileLock {
  readonly record: LockRecord;
  /** Writes the heartbeat. Never reaches a successor's file, nor what another wrote over ours. Rejects with SyncError('local'). */
  beat(): Promise<void>;
  /** Null while the lock is ours; else whose it is (`lock` null: nobody's, or unreadable). */
  lostTo(): Promise<{ readonly lock: LockRecord | null } | null>;
  /** Removes it if it is still ours. */
  release(): Promise<void>;
}

export interface FileLockParts {
  readonly file: LockFile;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly identity: Identity;
  readonly log: Log;
  readonly ttlMs: number;
  /** Between two looks at a lock that is held, milliseconds. */
  readonly pollMs: number;
  /** What is locked, for the log. */
  readonly what: string;
  /** Kept from one attempt to the next: what nobody waits a ttl for in one go is stale all the same. */
  readonly seen?: LockSighting;
}

/** Between two looks at a lock that is absent, milliseconds. */
export const PAUSE_MS = 100;
/** At a lock that is absent, before it counts as lost. */
const LOOKS = 3;

/** The lock that `file` was just made as; `recordNow` is what it says from now on. */
export function holdFileLock({ file, clock }: FileLockParts, recordNow: () => LockRecord): FileLock {
  const record = recordNow();
  const isOurs = (text: string) => tenureOf(text) === record.nonce;
  return {
    record,
    async beat() {
      const text = await file.read();
      // Absent it is on its way back to its name: whoever moved it shall see it beating.
      if (text === null || isOurs(text)) await file.beat(JSON.stringify(recordNow()));
    },
    lostTo: () => takenBy(file, clock, record.nonce),
    async release() {
      await removeLock(file, record.nonce);
      // Its folder may have moved away: a handle that stays open would keep that from being removed.
      file.close();
    },
  };
}

/** Null while this tenure is what the file says; else whose it is (`lock` null: nobody's, or unreadable). */
export async function takenBy(
  file: Pick<LockFile, 'read'>,
  clock: Clock,
  tenure: string,
): Promise<{ readonly lock: LockRecord | null } | null> {
  for (let look = 0; ; look += 1) {
    const text = await file.read();
    if (text !== null && tenureOf(text) === tenure) return null;
    // Whoever finds it beating again puts back what was moved: absent for a moment, it is not yet lost.
    if (text !== null || look === LOOKS) return { lock: text === null ? null : parseLock(text) };
    await clock.sleep(PAUSE_MS);
  }
}

/** Ends exactly this tenure; another one is left alone. False when it was not there. */
export async function removeLock(file: LockFile, tenure: string): Promise<boolean> {
  const text = await file.read();
  if (text === null || tenureOf(text) !== tenure) return false;
  const moved = await file.moveAside();
  if (moved === null) return false;
  const isIt = tenureOf(moved.content) === tenure;
  await (isIt ? moved.drop() : moved.putBack());
  return isIt;
}
