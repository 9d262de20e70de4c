import type { Clock } from '../../engine/ports.ts';

/** Bytes a second, given out first come, first served. */
export interface TokenBucket {
  /** Waits until what was taken before is paid for. Rejects as the clock does when the signal aborts; then nothing was taken. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
  /** For what cannot wait: those who come after pay for it. */
  owe(bytes: number): void;
}

/** So far it may run ahead, milliseconds: a timer is hardly ever exact. */
const BURST_MS = 100;

export function createTokenBucket(bytesPerSecond: number, clock: Pick<Clock, 'monotonic' | 'sleep'>): TokenBucket {
  const perMs = bytesPerSecond / 1000;
  /** When all that was taken is paid for. */
  let paid = Number.NEGATIVE_INFINITY;

  function owe(bytes: number): void {
    paid = Math.max(paid, clock.monotonic() - BURST_MS) + bytes / perMs;
  }

  return {
    owe,
    async take(bytes, signal) {
      const wait = paid - clock.monotonic();
      owe(bytes);
      if (wait <= 0) return;
      try {
        await clock.sleep(wait, signal);
      } catch (error) {
        paid -= bytes / perMs;
        throw error;
      }
    },
  };
}
