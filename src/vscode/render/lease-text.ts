import { agoText } from '../../core/quantities.ts';
import type { LeaseRecord } from '../../core/records.ts';
import type { SyncStatus } from '../../core/sync-status.ts';

/** `alice@build-7 · sync · 2 min 5 s ago`, or `free`, or whose of ours it is. `now` in milliseconds since 1970. */
export function leaseText(lease: SyncStatus['lease'], now: number): string {
  if (lease === null) return 'free';
  switch (lease.ours) {
    case 'this-process':
      return `held by this window for ${lease.record.purpose}`;
    case 'this-workspace':
      return `held in this workspace by ${lease.record.tool} (process ${lease.record.pid}) for ${lease.record.purpose}`;
    case 'no':
      return `${lease.record.holder} · ${lease.record.purpose} · ${sinceText(lease.record.acquiredAt, now)}`;
  }
}

/** What a person must know before taking a lease from its holder: one fact a line. */
export function leaseFacts(
  record: LeaseRecord,
  now: number,
): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'Holder', value: record.holder },
    { name: 'Host', value: `${record.hostname}, process ${record.pid} (${record.tool})` },
    { name: 'Workspace', value: record.workspace },
    { name: 'Purpose', value: record.purpose },
    { name: 'Held since', value: sinceText(record.acquiredAt, now) },
    { name: 'Last heartbeat', value: sinceText(record.renewedAt, now) },
  ];
}

/** `2 min ago`, from an ISO time of the holder's clock. */
export function sinceText(iso: string, now: number): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 'an unknown time' : agoText(at, now);
}
