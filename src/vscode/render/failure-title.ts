import type { SyncErrorKind } from '../../core/errors.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { t } from '../l10n.ts';
import { sinceText } from './since-text.ts';

/** `Offline since 14:05 (35 min)`; of other failures it is of no interest when they began. */
export const lastingTitle = ({ kind, since }: NonNullable<SyncStatus['failure']>, now: number): string =>
  kind === 'offline' ? `${failureTitle(kind)} ${sinceText(since, now)}` : failureTitle(kind);

/** A failure in a word or two: what stands before its message. */
export function failureTitle(kind: SyncErrorKind): string {
  switch (kind) {
    case 'offline':
      return t('Offline');
    case 'unknown-outcome':
      return t('Not certain');
    case 'credentials':
      return t('Signed out');
    case 'denied':
      return t('Not permitted');
    case 'bucket':
      return t('Bucket');
    case 'unsafe-store':
      return t('Read-only store');
    case 'veto':
      return t('Stopped for safety');
    case 'moved':
      return t('Changed meanwhile');
    case 'foreign':
      return t('Foreign data');
    case 'newer-format':
      return t('Newer format');
    case 'corrupt':
      return t('Damaged remote');
    case 'locked':
      return t('Locked');
    case 'lease-lost':
      return t('Lock lost');
    case 'local':
      return t('This machine');
    case 'cancelled':
      return t('Stopped');
    case 'usage':
    case 'config':
    case 'not-set-up':
      return t('Configuration');
    case 'failed':
      return t('Failed');
  }
}
