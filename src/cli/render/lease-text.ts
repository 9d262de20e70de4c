import type { LeaseHolder } from '../../core/format/lease-holder.ts';
import { agoText } from '../../core/quantities.ts';
import type { LeaseView } from '../../engine/datastore.ts';
import { safeText } from './paint.ts';

/** Who, for what, since when, last heartbeat; times by the holder's clock. `now` in milliseconds since 1970. */
export function holderText(lease: LeaseHolder, now: number): string {
  const { holder, hostname, purpose, pid, workspace, acquiredAt, renewedAt, isGone } = lease;
  const where = workspace === null ? ` on ${safeText(hostname)}` : `, workspace ${safeText(workspace)}`;
  const who = `${safeText(holder)} (process ${pid}${where})`;
  const end = isGone === true ? '; that process is gone: whoever asks next takes it' : '';
  return `${who}${forWhat(purpose)}, since ${ago(acquiredAt, now)}, last heartbeat ${ago(renewedAt, now)}${end}`;
}

const forWhat = (purpose: string | null): string => (purpose === null ? '' : ` for ${safeText(purpose)}`);

export function leaseText({ lease, ours }: Pick<LeaseView, 'lease' | 'ours'>, now: number): string {
  if (lease === null) return 'free';
  switch (ours) {
    case 'this-process':
      return `held by this process${forWhat(lease.purpose)}`;
    case 'this-workspace':
      return `held by this workspace: ${holderText(lease, now)}`;
    case 'no':
      return `held by ${holderText(lease, now)}`;
  }
}

/** `--json`; null: free. */
export function leaseDocument({ lease, ours }: Pick<LeaseView, 'lease' | 'ours'>): Record<string, unknown> | null {
  if (lease === null) return null;
  const { holder, hostname, pid, workspace, tool, purpose, acquiredAt, renewedAt, ttlMs, isGone = false } = lease;
  return { holder, hostname, pid, workspace, tool, purpose, acquiredAt, renewedAt, ttlMs, isGone, ours };
}

const ago = (iso: string, now: number): string => {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 'an unknown time' : agoText(at, now);
};
