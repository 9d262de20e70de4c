import { SyncError } from '../core/errors.ts';
import type { Clock, Identity, Ids, LockFile, Log } from './ports.ts';

/** What a lock file says; the shape other tools of this family write, plus ours. */
export interface LockContent {
  readonly holder: string;
  readonly hostname: string;
  readonly pid: number;
  readonly acquiredAt: string;
  readonly ttlMs: number;
  /** Constant for one tenure. */
  readonly nonce: string;
  readonly renewedAt: string;
  readonly purpose: string;
  readonly tool: string;
}

export interface RootGuard {
  /** SyncError('locked') when another has taken the root over, because this process stood still for too long. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface GuardParts {
  readonly file: LockFile;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly identity: Identity;
  readonly log: Log;
  /** Kept from one attempt to the next: what nobody waits a ttl for in one go is stale all the same. */
  readonly seen?: LockSighting;
}

/** The lock as this process last saw it, and since when, by its own monotonic clock. */
export interface LockSighting {
  text: string | null;
  since: number;
}

const TTL_MS = 30_000;
const POLL_MS = 100;
/** At a lock that is absent, before it counts as lost. */
const LOOKS = 3;

/**
 * Keeps two processes from running a cycle on one root at once. Stale is judged by the observer: unchanged content for a whole
 * ttl of its own clock, or a dead pid on the same host. A stale file is moved aside and compared with what was seen: another
 * content is put back. SyncError('locked') after `waitMs`.
 */
export async function guardRoot(
  parts: GuardParts,
  purpose: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<RootGuard> {
  const { file, clock, ids, identity, log } = parts;
  const nonce = ids.nonce();
  const acquiredAt = new Date(clock.now()).toISOString();
  const content = () =>
    JSON.stringify({
      holder: identity.holder,
      hostname: identity.hostname,
      pid: identity.pid,
      acquiredAt,
      ttlMs: TTL_MS,
      nonce,
      renewedAt: new Date(clock.now()).toISOString(),
      purpose,
      tool: `datastore-sync/${identity.tool}`,
    } satisfies LockContent);

  const deadline = clock.monotonic() + waitMs;
  const seen = parts.seen ?? { text: null, since: 0 };
  while (!(await file.create(content()))) {
    const text = await file.read();
    // Just given back, or never readable: ask again, but neither at full speed nor for ever.
    if (text === null) {
      if (clock.monotonic() >= deadline + 10 * POLL_MS) throw busy(null);
      await clock.sleep(POLL_MS * ids.random(), signal);
      continue;
    }
    if (seen.text !== text) Object.assign(seen, { text, since: clock.monotonic() });
    const holder = parseLock(text);
    if (isStale(holder, clock.monotonic() - seen.since)) {
      const moved = await file.moveAside();
      if (moved === null) continue;
      if (moved.content === text) {
        log.warn(`took over the root from ${holder?.holder ?? 'an unreadable lock'}, which is gone`);
        await moved.drop();
      } else {
        await moved.putBack();
      }
      continue;
    }
    if (clock.monotonic() >= deadline) throw busy(holder);
    await clock.sleep(POLL_MS * (0.5 + ids.random()), signal);
  }
  let over = false;
  let cancel = () => {};
  const beat = () => {
    cancel = clock.after(TTL_MS / 3, () => {
      file
        .beat(content())
        .catch((error: unknown) => log.warn(`the root's lock could not be renewed: ${String(error)}`))
        .finally(() => over || beat());
    });
  };
  beat();
  return {
    async assertHeld() {
      for (let look = 0; ; look += 1) {
        const text = await file.read();
        if (text !== null && parseLock(text)?.nonce === nonce) return;
        // Whoever finds it beating again puts back what was moved: absent for a moment, it is not yet lost.
        if (text !== null || look === LOOKS) throw takenOver(text);
        await clock.sleep(POLL_MS);
      }
    },
    async release() {
      over = true;
      cancel();
      const moved = await file.moveAside();
      if (moved === null) return;
      if (parseLock(moved.content)?.nonce === nonce) await moved.drop();
      else await moved.putBack();
    },
  };

  function isStale(holder: LockContent | null, unchangedMs: number): boolean {
    if (unchangedMs >= (holder?.ttlMs ?? TTL_MS)) return true;
    return holder !== null && holder.hostname === identity.hostname && !file.isAlive(holder.pid);
  }

  function busy(holder: LockContent | null): SyncError {
    const who = holder
      ? `${holder.tool}, process ${holder.pid} on ${holder.hostname}: ${holder.purpose}`
      : 'an unreadable lock';
    return new SyncError(
      'locked',
      `this root is being synced by another process (${who})`,
      'Wait until it has finished.',
      {
        details: holder,
      },
    );
  }
}

function takenOver(text: string | null): SyncError {
  return new SyncError(
    'locked',
    'another process took this root over, because this one had stood still',
    'Sync again: nothing was changed after that.',
    { details: text === null ? null : parseLock(text) },
  );
}

export function parseLock(text: string): LockContent | null {
  try {
    const value = JSON.parse(text) as LockContent;
    return typeof value.nonce === 'string' && typeof value.pid === 'number' && value.ttlMs > 0 ? value : null;
  } catch {
    return null;
  }
}
