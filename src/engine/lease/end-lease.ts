import { SyncError } from '../../core/errors.ts';
import type { Head, LeaseRecord } from '../../core/format/records.ts';
import type { Register } from '../remote/register.ts';

/** Attempts against a holder who renews meanwhile. */
const SWAPS = 5;

/**
 * Ends a tenure that is not kept by this process, by `end`, one of the transitions of the register. `moved`: it is not there any
 * more, and this is who has the lease now. SyncError('offline') where the register could not be swapped.
 */
export async function endLease(
  register: Register,
  nonce: string,
  end: (head: Head) => Head | null,
): Promise<{ readonly kind: 'ended' } | { readonly kind: 'moved'; readonly lease: LeaseRecord | null }> {
  for (let attempt = 0; attempt < SWAPS; attempt += 1) {
    const outcome = await register.swap((head) => head && end(head));
    if (outcome.kind === 'won') return { kind: 'ended' };
    const lease = outcome.state.head?.lease ?? null;
    if (lease?.nonce !== nonce) return { kind: 'moved', lease };
  }
  throw new SyncError('offline', 'the lease could not be released', 'Try again.');
}
