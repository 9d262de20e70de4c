/** What a lock file says: the shape that other tools of this family write, and ours beside it. */
export interface LockRecord {
  readonly holder: string;
  readonly hostname: string;
  readonly pid: number;
  /** ISO 8601. For people only: no decision of ours reads it. In a text of another tool, the last heartbeat. */
  readonly acquiredAt: string;
  /** At most an hour: of a text that says more, an hour counts. */
  readonly ttlMs: number;
  /** Constant for one tenure. */
  readonly nonce: string;
  /** The following four are ours; null where another tool left them out. */
  readonly renewedAt: string | null;
  readonly purpose: string | null;
  /** Names the processes that its holder can see: its number means nothing elsewhere. */
  readonly machine: string | null;
  /** `datastore-sync/cli` */
  readonly tool: string | null;
}

/** Null for what is no lock: half-written, or another program's file. */
export function parseLock(text: string): LockRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const { holder, hostname, pid, acquiredAt, heldSince, ttlMs, nonce, renewedAt, purpose, machine, tool } = fields;
  if (typeof nonce !== 'string' || !isPid(pid) || typeof ttlMs !== 'number' || !(ttlMs > 0)) return null;
  return {
    holder: textOf(holder) ?? 'somebody',
    hostname: textOf(hostname) ?? '',
    pid,
    acquiredAt: textOf(heldSince) ?? textOf(acquiredAt) ?? '',
    ttlMs: Math.min(ttlMs, MAX_TTL_MS),
    nonce,
    renewedAt: textOf(renewedAt),
    purpose: textOf(purpose),
    machine: textOf(machine),
    tool: textOf(tool),
  };
}

/**
 * The text of a lock that other tools of this family read, too. They take it for expired when `acquiredAt` is older than its ttl by their
 * own clock, so that has to be the last heartbeat, as in theirs; when the tenure began stands beside it.
 */
export function sharedLockText(text: string): string {
  const lock = parseLock(text);
  if (lock === null) return text;
  return JSON.stringify({ ...lock, acquiredAt: lock.renewedAt ?? lock.acquiredAt, heldSince: lock.acquiredAt });
}

/** Else one number with an exponent would keep a folder locked for ever. */
const MAX_TTL_MS = 3_600_000;

/** What cannot be a process is not known to be dead either. */
const isPid = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What names the tenure in this text. A lock that cannot be read is named by all of it. */
export const tenureOf = (text: string): string => parseLock(text)?.nonce ?? text;

/** Whether its process number means something here: hosts that share a name (containers) need not be one machine. */
export const isOfMachine = (lock: LockRecord, hostname: string, machine: string | null): boolean =>
  lock.hostname === hostname && lock.machine === machine;

export interface LockSight {
  /** Null: it cannot be read. */
  readonly lock: LockRecord | null;
  /** Milliseconds of the observer's own monotonic clock since it saw another text. */
  readonly unchangedMs: number;
  /** It names this host and machine, and a process that does not live here. */
  readonly holderIsDead: boolean;
  /** The observer's own, for a lock that does not say. */
  readonly ttlMs: number;
}

/** Whether it may be taken over: it stood still for a whole ttl, or its process is known to be gone. */
export const isStaleLock = ({ lock, unchangedMs, holderIsDead, ttlMs }: LockSight): boolean =>
  holderIsDead || unchangedMs >= (lock?.ttlMs ?? ttlMs);

/** `datastore-sync/cli, process 7 on build-7: sync`; what another tool left out is left out. */
export function lockText(lock: LockRecord | null): string {
  if (lock === null) return 'an unreadable lock';
  const { tool, holder, pid, hostname, purpose } = lock;
  return `${tool ?? holder}, process ${pid} on ${hostname}${purpose === null ? '' : `: ${purpose}`}`;
}
