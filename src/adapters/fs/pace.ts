import type { Clock } from '../../engine/ports.ts';

/**
 * How to ask a disk. What lies in memory is had at once for a tenth of what a trip through the thread pool costs; what has to be fetched,
 * from a cold disk or another machine, must not be waited for by the whole process.
 */
export interface Pace {
  /** Whether to ask at once: the last trip through the pool was a short one, and not long ago. */
  isQuick(): boolean;
  /** Does work of this thread, and notes how long it took. */
  atOnce<T>(work: () => T): T;
  /** Awaits what goes through the pool, which gives all others their turn, and notes how long it took. */
  inPool<T>(work: () => Promise<T>): Promise<T>;
}

/** Milliseconds of work at once between two trips through the pool. */
const SLICE = 12;
/** What takes longer was fetched, milliseconds. */
const SLOW = 2;

export function openPace(clock: Pick<Clock, 'monotonic'>): Pace {
  let quickUntil = Number.NEGATIVE_INFINITY;
  let onTheWay = 0;
  const note = (begun: number, slice: number): void => {
    const now = clock.monotonic();
    quickUntil = now - begun > SLOW ? Number.NEGATIVE_INFINITY : now + slice;
  };
  return {
    // While one is on its way others join it: the event loop has its turn when all of them wait.
    isQuick: () => onTheWay === 0 && clock.monotonic() < quickUntil,
    atOnce(work) {
      const begun = clock.monotonic();
      try {
        return work();
      } finally {
        if (clock.monotonic() - begun > SLOW) quickUntil = Number.NEGATIVE_INFINITY;
      }
    },
    async inPool(work) {
      const begun = clock.monotonic();
      onTheWay += 1;
      try {
        return await work();
      } finally {
        onTheWay -= 1;
        note(begun, SLICE);
      }
    },
  };
}
