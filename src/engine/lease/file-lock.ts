import { isStaleLock, type LockRecord, parseLock, tenureOf } from '../../core/format/lock-record.ts';
import type { Clock, Identity, Ids, LockFile, Log } from '../ports.ts';

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

/** A file as this process last saw it, and since when, by its own monotonic clock. */
interface Sighting {
  text: string | null;
  since: number;
}

/** The lock, and the claim of whoever is moving it away. */
export interface LockSighting extends Sighting {
  readonly claim: Sighting;
}

export const unseen = (): LockSighting => ({ text: null, since: 0, claim: { text: null, since: 0 } });

export interface TakeOptions {
  readonly purpose: string;
  /** 0: do not wait. */
  readonly waitMs: number;
  readonly onWait?: ((holder: LockRecord | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const PAUSE_MS = 100;
/** A thief needs milliseconds: what part of the ttl its claim may stand still. */
const CLAIM_SHARE = 1 / 3;
/** At a lock that is absent, before it counts as lost. */
const LOOKS = 3;

/**
 * Takes a lock that lies in a file, for processes of any host on one folder. Stale is judged by the observer: unchanged content for
 * a whole ttl of its own clock, or a dead pid of the same machine. A stale file is moved aside and compared with what was seen:
 * another content is put back. `held` when waiting is over. Rejects with SyncError('cancelled') or ('local').
 */
export async function takeFileLock(
  parts: FileLockParts,
  { purpose, waitMs, onWait, signal }: TakeOptions,
): Promise<
  { readonly kind: 'taken'; readonly lock: FileLock } | { readonly kind: 'held'; readonly by: LockRecord | null }
> {
  const { file, clock, ids, identity, log, ttlMs, pollMs, what } = parts;
  const nonce = ids.nonce();
  const acquiredAt = new Date(clock.now()).toISOString();
  const record = (): LockRecord => ({
    holder: identity.holder,
    hostname: identity.hostname,
    pid: identity.pid,
    acquiredAt,
    ttlMs,
    nonce,
    renewedAt: new Date(clock.now()).toISOString(),
    purpose,
    machine: file.machine,
    tool: `datastore-sync/${identity.tool}`,
  });
  const content = () => JSON.stringify(record());

  const deadline = clock.monotonic() + waitMs;
  const seen = parts.seen ?? unseen();
  async function steal(stale: string): Promise<void> {
    // Another thief may have been faster: what stands there now is judged anew.
    if ((await file.read()) !== stale) return;
    const moved = await file.moveAside();
    if (moved === null) return;
    if (moved.content === stale) {
      log.warn(`took over ${what} from ${parseLock(stale)?.holder ?? 'an unreadable lock'}, which is gone`);
      await moved.drop();
    } else {
      await moved.putBack();
    }
  }

  while (!(await file.create(content()))) {
    const text = await file.read();
    // Just given back, or never readable: ask again, but neither at full speed nor for ever.
    if (text === null) {
      if (clock.monotonic() >= deadline + 10 * PAUSE_MS) return { kind: 'held', by: null };
      await clock.sleep(PAUSE_MS * ids.random(), signal);
      continue;
    }
    if (seen.text !== text) Object.assign(seen, { text, since: clock.monotonic() });
    const holder = parseLock(text);
    const holderIsDead = isKnownDead(holder, file, identity.hostname);
    const isStale = isStaleLock({ lock: holder, unchangedMs: clock.monotonic() - seen.since, holderIsDead, ttlMs });
    if (
      isStale &&
      (await underClaim(parts, { ...record(), ttlMs: ttlMs * CLAIM_SHARE }, seen.claim, () => steal(text)))
    )
      continue;
    if (clock.monotonic() >= deadline) return { kind: 'held', by: holder };
    onWait?.(holder);
    await clock.sleep(pollMs * (0.5 + ids.random()), signal);
  }
  return {
    kind: 'taken',
    lock: {
      record: record(),
      async beat() {
        const text = await file.read();
        // Absent it is on its way back to its name: whoever moved it shall see it beating.
        if (text === null || tenureOf(text) === nonce) await file.beat(content());
      },
      async lostTo() {
        for (let look = 0; ; look += 1) {
          const text = await file.read();
          if (text !== null && tenureOf(text) === nonce) return null;
          // Whoever finds it beating again puts back what was moved: absent for a moment, it is not yet lost.
          if (text !== null || look === LOOKS) return { lock: text === null ? null : parseLock(text) };
          await clock.sleep(PAUSE_MS);
        }
      },
      release: async () => void (await removeLock(file, nonce)),
    },
  };
}

/**
 * Works as the only thief. Two who move a stale lock at once would move the lock of the first to come after it, and while that is on
 * its way back a third could take the name. False when another thief is at work; one that died at it is put away.
 */
async function underClaim(
  { file, clock, identity }: FileLockParts,
  mine: LockRecord,
  seen: Sighting,
  work: () => Promise<void>,
): Promise<boolean> {
  const claim = file.claim();
  if (await claim.create(JSON.stringify(mine))) {
    try {
      await work();
    } finally {
      await removeLock(claim, mine.nonce);
    }
    return true;
  }
  const text = await claim.read();
  if (text === null) return false;
  if (seen.text !== text) Object.assign(seen, { text, since: clock.monotonic() });
  const thief = parseLock(text);
  const holderIsDead = isKnownDead(thief, file, identity.hostname);
  if (isStaleLock({ lock: thief, unchangedMs: clock.monotonic() - seen.since, holderIsDead, ttlMs: mine.ttlMs }))
    await removeLock(claim, tenureOf(text));
  return false;
}

/** Process numbers mean something on one machine only, and hosts that share a name (containers) need not be one. */
export const isKnownDead = (
  lock: LockRecord | null,
  file: Pick<LockFile, 'machine' | 'isAlive'>,
  hostname: string,
): boolean => lock !== null && lock.hostname === hostname && lock.machine === file.machine && !file.isAlive(lock.pid);

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
