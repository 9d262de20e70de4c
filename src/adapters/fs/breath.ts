import { SyncError } from '../../core/errors.ts';
import type { Clock } from '../../engine/ports.ts';

/** Milliseconds of work between two breaths of the event loop. */
const SLICE = 12;

/** Gives others their turn where it is time, and says whether it did. Rejects with SyncError('cancelled'). */
export function openBreath(clock: Clock, signal?: AbortSignal): () => Promise<boolean> {
  let sliceEnd = clock.monotonic() + SLICE;
  return async () => {
    if (signal?.aborted) throw new SyncError('cancelled', 'The scan was stopped.', 'Sync again.');
    if (clock.monotonic() < sliceEnd) return false;
    await clock.sleep(0, signal);
    sliceEnd = clock.monotonic() + SLICE;
    return true;
  };
}
