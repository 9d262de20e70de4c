import type { LeaseHolder } from '../../core/format/lease-holder.ts';
import { agoText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';

/** `alice@build-7 · sync · 2 min 5 s ago`, or `free`, or whose of ours it is. `now` in milliseconds since 1970. */
export function leaseText(lease: SyncStatus['lease'], now: number): string {
  if (lease === null) return 'free';
  const { holder, tool, pid, purpose, acquiredAt } = lease.record;
  switch (lease.ours) {
    case 'this-process':
      return `held by this window${forWhat(purpose)}`;
    case 'this-workspace':
      return `held in this workspace by ${tool ?? holder} (process ${pid})${forWhat(purpose)}`;
    case 'no':
      return [holder, purpose, sinceText(acquiredAt, now)].filter((part) => part !== null).join(' · ');
  }
}

const forWhat = (purpose: string | null): string => (purpose === null ? '' : ` for ${purpose}`);

/** What a person must know before taking a lease from its holder: one fact a line. */
export function leaseFacts(
  record: LeaseHolder,
  now: number,
): readonly { readonly name: string; readonly value: string }[] {
  const { holder, hostname, pid, tool, workspace, purpose, acquiredAt, renewedAt } = record;
  return [
    { name: 'Holder', value: holder },
    { name: 'Host', value: `${hostname}, process ${pid}${tool === null ? '' : ` (${tool})`}` },
    ...(workspace === null ? [] : [{ name: 'Workspace', value: workspace }]),
    ...(purpose === null ? [] : [{ name: 'Purpose', value: purpose }]),
    { name: 'Held since', value: sinceText(acquiredAt, now) },
    { name: 'Last heartbeat', value: sinceText(renewedAt, now) },
  ];
}

/** `2 min ago`, from an ISO time of the holder's clock. */
export function sinceText(iso: string, now: number): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 'an unknown time' : agoText(at, now);
}
