import type { LockRecord } from './lock-record.ts';

/** Who has a datastore for himself, as people are shown it: by the lease of a register, or by the lock of a folder. */
export interface LeaseHolder {
  /** What names the tenure; constant in it. */
  readonly nonce: string;
  readonly holder: string;
  readonly hostname: string;
  readonly pid: number;
  /** Null here and below: a lock of a folder does not say, or another tool wrote it. */
  readonly workspace: string | null;
  readonly tool: string | null;
  readonly purpose: string | null;
  /** ISO 8601, by the clock of the holder. */
  readonly acquiredAt: string;
  readonly renewedAt: string;
  readonly ttlMs: number;
  /** Of a lock of a folder: its process was one of this machine, and is gone. Whoever asks next takes it. */
  readonly isGone?: boolean;
}

/** By whom a tenure is held, seen from one process: by itself, or by another of its workspace. */
export type Whose = 'this-process' | 'this-workspace' | 'no';

/** By the nonces of the tenures that this process and its workspace are known to have. */
export function whoseTenure(
  shown: Pick<LeaseHolder, 'nonce'> | null,
  own: { readonly process: string | null; readonly workspace: string | null },
): Whose {
  if (shown === null) return 'no';
  if (shown.nonce === own.process) return 'this-process';
  return shown.nonce === own.workspace ? 'this-workspace' : 'no';
}

/** Who holds a folder by its lock (null: it cannot be read), which is of this tenure. */
export function holderOf(lock: LockRecord | null, tenure: string): LeaseHolder {
  if (lock === null) return { ...NOBODY, nonce: tenure };
  // Tools that keep no separate time of the heartbeat renew this one.
  const { machine: _, ...known } = lock;
  return { ...known, workspace: null, renewedAt: lock.renewedAt ?? lock.acquiredAt };
}

const NOBODY: Omit<LeaseHolder, 'nonce'> = {
  holder: 'somebody (the lock cannot be read)',
  hostname: '',
  pid: 0,
  workspace: null,
  tool: null,
  purpose: null,
  acquiredAt: '',
  renewedAt: '',
  ttlMs: 0,
};
