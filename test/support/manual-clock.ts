import { SyncError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/engine/ports.ts';

export interface ManualClock extends Clock {
  /** Both clocks run on, timers fire in their order, and what they started settles in between. Milliseconds. */
  advance(ms: number): Promise<void>;
  /** Only the wall clock moves: a jump, or (with timers that stand still) a suspend. */
  jump(ms: number): void;
  /** Timers and sleeps not yet due. */
  readonly waiting: number;
}

interface Timer {
  readonly due: number;
  readonly tick: () => void;
}

/** A clock that stands still until it is told to run. With `hurries`, a sleep moves time on by itself and never waits. */
export function createManualClock(options: { readonly hurries?: boolean; readonly wall?: number } = {}): ManualClock {
  let wall = options.wall ?? Date.UTC(2026, 0, 2, 3, 4, 5);
  let monotonic = 1_000;
  const timers = new Set<Timer>();

  function after(ms: number, tick: () => void): () => void {
    const timer = { due: monotonic + Math.max(0, ms), tick };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function pass(ms: number) {
    wall += ms;
    monotonic += ms;
  }

  async function advance(ms: number): Promise<void> {
    const end = monotonic + ms;
    await settled();
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
      if (!next) break;
      timers.delete(next);
      pass(Math.max(0, next.due - monotonic));
      next.tick();
      await settled();
    }
    pass(Math.max(0, end - monotonic));
    await settled();
  }

  return {
    now: () => wall,
    monotonic: () => monotonic,
    after,
    async sleep(ms, signal) {
      if (signal?.aborted) throw stopped(signal);
      if (options.hurries === true) return pass(Math.max(0, ms));
      await new Promise<void>((resolve, reject) => {
        const cancel = after(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(stopped(signal));
        });
      });
    },
    advance,
    jump(ms) {
      wall += ms;
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** Promises and short file operations that are under way come to rest. */
export async function settled(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

const stopped = (signal: AbortSignal) =>
  new SyncError('cancelled', 'Stopped while waiting.', 'Sync again.', { cause: signal.reason });
