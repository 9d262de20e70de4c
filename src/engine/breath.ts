import type { Clock } from './ports.ts';

/** Gives timers their turn where it is time. */
export type Breathe = () => Promise<void>;

/** Milliseconds of work between two breaths of the event loop. */
const SLICE = 12;

/**
 * For a loop over files: each call hears the signal, and every few milliseconds gives timers (so heartbeats) their turn. Many small
 * steps that end at once never would.
 */
export function breathing(clock: Clock, signal?: AbortSignal): Breathe {
  let sliceEnd = clock.monotonic() + SLICE;
  return async () => {
    signal?.throwIfAborted();
    if (clock.monotonic() < sliceEnd) return;
    await clock.sleep(0);
    sliceEnd = clock.monotonic() + SLICE;
    signal?.throwIfAborted();
  };
}

/** Quick items between two breaths. */
const MANY = 512;

/** Says once in so many calls that it may be time for a breath: to ask the clock for each would cost more than a quick item. */
export function nowAndThen(): () => boolean {
  let count = 0;
  return () => {
    count = (count + 1) % MANY;
    return count === 0;
  };
}
