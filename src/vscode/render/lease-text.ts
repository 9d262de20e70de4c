import type { LeaseHolder } from '../../core/format/lease-holder.ts';
import { durationText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { t } from '../l10n.ts';
import { ago } from './ago.ts';

/** `alice@build-7 · sync · 2 min 5 s ago`, or `free`, or whose of ours it is. `now` in milliseconds since 1970. */
export function leaseText(lease: SyncStatus['lease'], now: number): string {
  if (lease === null) return t('free');
  const { purpose, isGone } = lease.record;
  if (lease.ours === 'this-process')
    return purpose === null ? t('held by this window') : t('held by this window for {0}', purpose);
  const parts = lease.ours === 'this-workspace' ? [mateText(lease.record)] : othersParts(lease.record, now);
  return [...parts, isGone === true ? t('its process is gone') : null].filter((part) => part !== null).join(' · ');
}

const mateText = ({ holder, tool, pid, purpose }: LeaseHolder): string =>
  purpose === null
    ? t('held in this workspace by {0} (process {1})', tool ?? holder, pid)
    : t('held in this workspace by {0} (process {1}) for {2}', tool ?? holder, pid, purpose);

const othersParts = ({ holder, purpose, acquiredAt }: LeaseHolder, now: number): readonly (string | null)[] => [
  holder,
  purpose,
  sinceText(acquiredAt, now),
];

/** What a person must know before taking a lease from its holder: one fact a line. */
export function leaseFacts(
  record: LeaseHolder,
  now: number,
): readonly { readonly name: string; readonly value: string }[] {
  const { holder, hostname, pid, tool, workspace, purpose, acquiredAt, renewedAt, ttlMs } = record;
  return [
    { name: t('Holder'), value: holder },
    { name: t('Host'), value: `${t('{0}, process {1}', hostname, pid)}${tool === null ? '' : ` (${tool})`}` },
    ...(workspace === null ? [] : [{ name: t('Workspace'), value: workspace }]),
    ...(purpose === null ? [] : [{ name: t('Purpose'), value: purpose }]),
    { name: t('Held since'), value: sinceText(acquiredAt, now) },
    { name: t('Last heartbeat'), value: sinceText(renewedAt, now) },
    { name: t('Expires'), value: expiryText(renewedAt, ttlMs, now) },
  ];
}

/** By the clock of the holder, so it is said, and decides nothing. */
function expiryText(renewedAt: string, ttlMs: number, now: number): string {
  const left = Date.parse(renewedAt) + ttlMs - now;
  if (Number.isNaN(left)) return t('at an unknown time');
  return left > 0
    ? t('in {0}, unless it is renewed', durationText(Math.ceil(left / 1000) * 1000))
    : t('{0} overdue: the next who needs it takes it', durationText(-left));
}

/** `2 min ago`, from an ISO time of the holder's clock. */
export function sinceText(iso: string, now: number): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? t('an unknown time') : ago(at, now);
}
