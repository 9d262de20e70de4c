import type { Clock, Ids } from '../../engine/ports.ts';

export interface PatienceOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Milliseconds that all of us wait from now on; null: no longer. */
  readonly changed: (waitMs: number | null) => void;
}

/** When a request was let go: whether its answer is news. */
export type Turn = number;

/**
 * One for all requests to a store. When it asks for less, everybody waits, together and not each for itself; then one request
 * tries alone, and the others follow when it is answered.
 */
export interface Patience {
  /** Null: go at once. Rejects when the signal aborts. */
  enter(signal?: AbortSignal): Promise<Turn> | null;
  /** The turn of a request that goes without asking. */
  now(): Turn;
  throttled(turn: Turn): void;
  /** With anything else than being asked for less. */
  answered(turn: Turn): void;
  /** No answer came: another one has to try. */
  unanswered(turn: Turn): void;
}

/** Answers after which the next pause begins shorter again. */
const CALM = 64;

export function createPatience({ clock, ids, firstDelayMs, longestDelayMs, changed }: PatienceOptions): Patience {
  /** Counts the pauses: what was sent before the last one began says nothing new. */
  let round = 0;
  let strength = 0;
  let calm = 0;
  let isOpen = true;
  let until = 0;
  let isTrying = false;
  let waiting: (() => void)[] = [];

  function wake(): void {
    isTrying = false;
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
  }

  async function wait(signal: AbortSignal | undefined): Promise<Turn> {
    for (let slept = -1; ; ) {
      if (isOpen) return round;
      if (slept !== round) {
        slept = round;
        await clock.sleep(Math.max(0, until - clock.monotonic()), signal);
      } else if (isTrying) await outcome(signal);
      else {
        isTrying = true;
        return round;
      }
    }
  }

  function outcome(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal?.reason);
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      waiting.push(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
    });
  }

  return {
    enter: (signal) => (isOpen ? null : wait(signal)),
    now: () => round,
    throttled(turn) {
      if (turn !== round) return;
      round += 1;
      const pause = Math.min(longestDelayMs, firstDelayMs * 2 ** strength) * (0.5 + ids.random() / 2);
      strength = Math.min(strength + 1, 16);
      calm = 0;
      isOpen = false;
      until = clock.monotonic() + pause;
      changed(pause);
      wake();
    },
    answered(turn) {
      if (turn !== round) return;
      calm += 1;
      if (calm % CALM === 0) strength = Math.max(0, strength - 1);
      if (isOpen) return;
      isOpen = true;
      changed(null);
      wake();
    },
    unanswered(turn) {
      if (turn === round && isTrying) wake();
    },
  };
}
