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

/** Of what is done at once: less than a slice. */
const PART = 512;

/** All of them in parts, for a loop that takes a breath between two parts: one between two items would cost more than the items. */
export function* inParts<T>(items: Iterable<T>): Generator<readonly T[]> {
  let part: T[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
