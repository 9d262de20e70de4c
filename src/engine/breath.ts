import type { Clock } from './ports.ts';

/** Milliseconds of work between two breaths of the event loop. */
const SLICE = 12;

/**
 * For a loop over files: each call hears the signal, and every few milliseconds gives timers (so heartbeats) their turn. Many small
 * steps that end at once never would.
 */
export function breathing(clock: Clock, signal?: AbortSignal): () => Promise<void> {
  let sliceEnd = clock.monotonic() + SLICE;
  return async () => {
    signal?.throwIfAborted();
    if (clock.monotonic() < sliceEnd) return;
    await clock.sleep(0);
    sliceEnd = clock.monotonic() + SLICE;
    signal?.throwIfAborted();
  };
}
