import type { SyncErrorKind } from '../../core/errors.ts';
import type { Draft, Step } from './draft.ts';

/** Which answers could be the wrong ones when a set-up fails so, the likeliest first. */
export function stepsToMend(kind: SyncErrorKind, { store, credentials }: Draft): readonly Step[] {
  if (store === 'folder') return kind === 'cancelled' ? [] : ['path'];
  const identity: Step = credentials === 'keys' ? 'keyId' : 'credentials';
  const address: Step = store === 'compatible' ? 'endpoint' : 'region';
  switch (kind) {
    case 'credentials':
      return [identity];
    case 'denied':
      return [identity, 'bucket', 'prefix'];
    case 'bucket':
      return address === 'region' ? ['bucket', 'region'] : ['bucket', 'region', 'endpoint'];
    case 'offline':
      return [address];
    case 'foreign':
    case 'corrupt':
    case 'newer-format':
      return ['prefix', 'bucket'];
    case 'unsafe-store':
      return ['store'];
    case 'local':
    case 'usage':
    case 'config':
      return ['root'];
    case 'not-set-up':
    case 'cancelled':
    case 'failed':
    case 'locked':
    case 'lease-lost':
    case 'unknown-outcome':
    case 'veto':
    case 'moved':
      return [];
  }
}
