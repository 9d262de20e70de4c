import { type LockRecord, parseLock, tenureOf } from '../../core/format/lock-record.ts';
import { type FileLock, type FileLockParts, holdFileLock, PAUSE_MS, removeLock } from './file-lock.ts';
import { makeLock } from './lock-not-made.ts';
import { type LockSighting, lookAt, unseen } from './lock-sighting.ts';

export interface TakeOptions {
  readonly purpose: string;
  /** 0: do not wait. */
  readonly waitMs: number;
  readonly onWait?: ((holder: LockRecord | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A thief needs milliseconds: what part of the ttl its claim may stand still. */
const CLAIM_SHARE = 1 / 3;

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
  const { file, clock, ids, pollMs } = parts;
  const recordNow = newTenure(parts, purpose);
  const deadline = clock.monotonic() + waitMs;
  const seen = parts.seen ?? unseen();
  while (!(await makeLock(file, JSON.stringify(recordNow())))) {
    const found = await lookAt(file, seen, parts);
    // Just given back, or never readable: ask again, but neither at full speed nor for ever.
    if (found.kind === 'free') {
      if (clock.monotonic() >= deadline + 10 * PAUSE_MS) return { kind: 'held', by: null };
      await clock.sleep(PAUSE_MS * ids.random(), signal);
      continue;
    }
    if (found.kind === 'stale' && (await steal(parts, found.text, recordNow(), seen.claim))) continue;
    if (clock.monotonic() >= deadline) return { kind: 'held', by: found.by };
    onWait?.(found.by);
    await clock.sleep(pollMs * (0.5 + ids.random()), signal);
  }
  return { kind: 'taken', lock: holdFileLock(parts, recordNow) };
}

/** What a new tenure says of itself at each moment. */
function newTenure({ file, clock, ids, identity, ttlMs }: FileLockParts, purpose: string): () => LockRecord {
  const { holder, hostname, pid } = identity;
  const nonce = ids.nonce();
  const acquiredAt = new Date(clock.now()).toISOString();
  return () => ({
    holder,
    hostname,
    pid,
    acquiredAt,
    ttlMs,
    nonce,
    renewedAt: new Date(clock.now()).toISOString(),
    purpose,
    machine: file.machine,
    tool: `datastore-sync/${identity.tool}`,
  });
}

/**
 * Moves a stale lock away, as the only thief. Two who move it at once would move the lock of the first to come after it, and while
 * that is on its way back a third could take the name. False when another thief is at work; one that died at it is put away.
 */
async function steal(
  parts: FileLockParts,
  stale: string,
  record: LockRecord,
  seen: LockSighting['claim'],
): Promise<boolean> {
  const claim = parts.file.claim();
  const mine = { ...record, ttlMs: parts.ttlMs * CLAIM_SHARE };
  if (await claim.create(JSON.stringify(mine))) {
    try {
      await moveAway(parts, stale);
    } finally {
      await removeLock(claim, mine.nonce);
    }
    return true;
  }
  const found = await lookAt(claim, seen, { ...parts, ttlMs: mine.ttlMs });
  if (found.kind === 'stale') await removeLock(claim, tenureOf(found.text));
  return false;
}

async function moveAway({ file, log, what }: FileLockParts, stale: string): Promise<void> {
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
