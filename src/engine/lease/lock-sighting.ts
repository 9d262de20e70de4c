import { isOfMachine, isStaleLock, type LockRecord, parseLock } from '../../core/format/lock-record.ts';
import type { Clock, Identity, LockFile } from '../ports.ts';

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

interface Observer {
  /** Knows which processes live here. */
  readonly file: LockFile;
  readonly clock: Clock;
  readonly identity: Pick<Identity, 'hostname'>;
  /** For a lock that does not say. */
  readonly ttlMs: number;
}

export type LockView =
  | { readonly kind: 'free' }
  /** `by` null: it cannot be read. */
  | { readonly kind: 'held' | 'stale'; readonly text: string; readonly by: LockRecord | null };

/** Reads a lock or a claim, and judges it by how long it has stood still under the eyes of this process. */
export async function lookAt(
  lock: Pick<LockFile, 'read'>,
  seen: Sighting,
  { file, clock, identity, ttlMs }: Observer,
): Promise<LockView> {
  const text = await lock.read();
  if (text === null) return { kind: 'free' };
  if (seen.text !== text) Object.assign(seen, { text, since: clock.monotonic() });
  const by = parseLock(text);
  const holderIsDead = isKnownDead(by, file, identity.hostname);
  const unchangedMs = clock.monotonic() - seen.since;
  return { kind: isStaleLock({ lock: by, unchangedMs, holderIsDead, ttlMs }) ? 'stale' : 'held', text, by };
}

export const isKnownDead = (
  lock: LockRecord | null,
  file: Pick<LockFile, 'machine' | 'isAlive'>,
  hostname: string,
): boolean => lock !== null && isOfMachine(lock, hostname, file.machine) && !file.isAlive(lock.pid);
