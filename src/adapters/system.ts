import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { SyncError } from '../core/errors.ts';
import type { Clock, Ids, Network } from '../engine/ports.ts';

// Node fires a longer timer at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic() {
    // `performance` says the same, and brings with it all that Node can measure.
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal));
      // All others have their turn; a timer would take a millisecond more.
      if (ms <= 0) return void setImmediate(resolve);
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, bounded(ms));
      const stop = () => {
        clearTimeout(timer);
        reject(cancelled(signal));
      };
      signal?.addEventListener('abort', stop, { once: true });
    }),
  after(ms, tick) {
    const timer = setTimeout(tick, bounded(ms)).unref();
    return () => clearTimeout(timer);
  },
};

/** The randomness of this machine, from its cryptographic source. */
export const systemIds: Ids = {
  uuid: () => randomUUID(),
  nonce: () => randomBytes(16).toString('hex'),
  random: () => randomInt(2 ** 47) / 2 ** 47,
};

/** Keeps this process alive until the returned function is called; a message port would do, and takes longer to load. */
export function stayAwake(): () => void {
  const timer = setInterval(() => {}, LONGEST_TIMER_MS);
  return () => clearInterval(timer);
}

/** What this machine is connected to. */
export const systemNetwork: Network = {
  addresses: () =>
    Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .flatMap(({ address, internal }) => (internal ? [] : [address]))
      .toSorted()
      .join(' '),
};

const bounded = (ms: number) => Math.min(Math.max(0, ms), LONGEST_TIMER_MS);

const cancelled = (signal: AbortSignal | undefined) =>
  new SyncError('cancelled', 'Stopped while waiting.', 'Sync again when you like.', { cause: signal?.reason });
