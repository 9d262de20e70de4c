import type { SyncErrorKind } from '../../core/errors.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { sinceText } from './since-text.ts';

/** `Offline since 14:05 (35 min)`; of other failures it is of no interest when they began. */
export const lastingTitle = ({ kind, since }: NonNullable<SyncStatus['failure']>, now: number): string =>
  kind === 'offline' ? `${failureTitle(kind)} ${sinceText(since, now)}` : failureTitle(kind);

/** A failure in a word or two: what stands before its message. */
export function failureTitle(kind: SyncErrorKind): string {
  switch (kind) {
    case 'offline':
      return 'Offline';
    case 'unknown-outcome':
      return 'Not certain';
    case 'credentials':
      return 'Signed out';
    case 'denied':
      return 'Not permitted';
    case 'bucket':
      return 'Bucket';
    case 'unsafe-store':
      return 'Read-only store';
    case 'veto':
      return 'Stopped for safety';
    case 'moved':
      return 'Changed meanwhile';
    case 'foreign':
      return 'Foreign data';
    case 'newer-format':
      return 'Newer format';
    case 'corrupt':
      return 'Damaged remote';
    case 'locked':
      return 'Locked';
    case 'lease-lost':
      return 'Lock lost';
    case 'local':
      return 'This machine';
    case 'cancelled':
      return 'Stopped';
    case 'usage':
    case 'config':
    case 'not-set-up':
      return 'Configuration';
    case 'failed':
      return 'Failed';
  }
}
