import { agoText } from '../../core/quantities.ts';
import type { LeaseRecord } from '../../core/records.ts';
import type { LeaseView } from '../../engine/datastore.ts';
import { safeText } from './paint.ts';

/** Who, for what, since when, last heartbeat; times by the holder's clock. `now` in milliseconds since 1970. */
export function holderText(lease: LeaseRecord, now: number): string {
  const { holder, purpose, pid, workspace, acquiredAt, renewedAt } = lease;
  const who = `${safeText(holder)} (process ${pid}, workspace ${safeText(workspace)})`;
  return `${who} for ${safeText(purpose)}, since ${ago(acquiredAt, now)}, last heartbeat ${ago(renewedAt, now)}`;
}

export function leaseText({ lease, ours }: Pick<LeaseView, 'lease' | 'ours'>, now: number): string {
  if (lease === null) return 'free';
  switch (ours) {
    case 'this-process':
      return `held by this process for ${safeText(lease.purpose)}`;
    case 'this-workspace':
      return `held by this workspace: ${holderText(lease, now)}`;
    case 'no':
      return `held by ${holderText(lease, now)}`;
  }
}

/** `--json`; null: free. */
export function leaseDocument({ lease, ours }: Pick<LeaseView, 'lease' | 'ours'>): Record<string, unknown> | null {
  if (lease === null) return null;
  const { holder, hostname, pid, workspace, tool, purpose, acquiredAt, renewedAt, ttlMs } = lease;
  return { holder, hostname, pid, workspace, tool, purpose, acquiredAt, renewedAt, ttlMs, ours };
}

const ago = (iso: string, now: number): string => {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 'an unknown time' : agoText(at, now);
};
