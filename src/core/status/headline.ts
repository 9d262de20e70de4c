import type { Progress } from './sync-report.ts';
import type { SyncStatus } from './sync-status.ts';

/** The one thing to show where several hold, in this order of weight. */
export type Headline =
  | { readonly kind: 'vetoed'; readonly message: string }
  | { readonly kind: 'read-only'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'signed-out'; readonly message: string }
  | { readonly kind: 'conflicts'; readonly count: number }
  | { readonly kind: 'offline'; readonly since: number }
  | { readonly kind: 'syncing'; readonly progress: Progress }
  | { readonly kind: 'held-by-me' }
  | { readonly kind: 'locked'; readonly holder: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'pending'; readonly up: number; readonly down: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in-step' }
  | { readonly kind: 'in-place' };

export function headlineOf(status: SyncStatus): Headline {
  const { progress, lease, paused, pending } = status;
  const failure = status.failure && headlineOfFailure(status.failure);
  if (failure && failure.kind !== 'offline' && failure.kind !== 'locked') return failure;
  if (status.conflicts.length > 0) return { kind: 'conflicts', count: status.conflicts.length };
  if (failure?.kind === 'offline') return failure;
  if (progress && movesBytes(progress)) return { kind: 'syncing', progress };
  if (lease?.ours === 'this-process') return { kind: 'held-by-me' };
  if (lease) return { kind: 'locked', holder: lease.record.holder };
  if (progress?.phase === 'waiting' && progress.holder !== undefined)
    return { kind: 'locked', holder: progress.holder };
  if (failure) return failure;
  if (status.inPlace) return { kind: 'in-place' };
  if (paused) return { kind: 'paused' };
  if (pending === null) return { kind: 'unknown' };
  const { up, down } = pending;
  return up + down > 0 ? { kind: 'pending', up, down } : { kind: 'in-step' };
}

/** A look at both sides is no news: what was known stays on show until bytes move. */
function movesBytes({ phase }: Progress): boolean {
  return phase === 'downloading' || phase === 'uploading' || phase === 'committing';
}

function headlineOfFailure(failure: NonNullable<SyncStatus['failure']>): Headline {
  switch (failure.kind) {
    case 'veto':
    case 'moved':
    case 'foreign':
    case 'newer-format':
    case 'corrupt':
      return { kind: 'vetoed', message: failure.message };
    case 'unsafe-store':
      return { kind: 'read-only', message: failure.message };
    case 'credentials':
      return { kind: 'signed-out', message: failure.message };
    case 'offline':
    case 'unknown-outcome':
      return { kind: 'offline', since: failure.since };
    case 'locked':
    case 'lease-lost':
      return { kind: 'locked', holder: 'another process' };
    case 'usage':
    case 'config':
    case 'not-set-up':
    case 'local':
    case 'cancelled':
    case 'failed':
    case 'denied':
    case 'bucket':
      return { kind: 'error', message: failure.message };
  }
}
