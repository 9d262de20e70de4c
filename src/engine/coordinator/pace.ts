import type { Timing } from '../../core/config/timing.ts';
import type { Clock } from '../ports.ts';

export interface PaceParts {
  readonly clock: Clock;
  readonly timing: Pick<Timing, 'pollMs' | 'pollAwayMs' | 'scanMs'>;
  /** Looks at the remote; never rejects. */
  readonly poll: () => Promise<void>;
  readonly scan: () => void;
}

/** What comes round again by itself: the poll of the remote, rare while nobody looks, and the full scan. */
export interface Pace {
  start(): void;
  setFocused(focused: boolean): void;
  stop(): void;
}

export function createPace({ clock, timing, poll, scan }: PaceParts): Pace {
  let focused = true;
  let runs = false;
  const timers = { poll: () => {}, scan: () => {} };

  function schedulePoll(): void {
    timers.poll();
    timers.poll = clock.after(focused ? timing.pollMs : timing.pollAwayMs, () => {
      void poll().finally(() => runs && schedulePoll());
    });
  }

  function scheduleScan(): void {
    timers.scan = clock.after(timing.scanMs, () => {
      scan();
      scheduleScan();
    });
  }

  return {
    start() {
      runs = true;
      schedulePoll();
      scheduleScan();
    },
    setFocused(now) {
      focused = now;
      if (runs) schedulePoll();
    },
    stop() {
      runs = false;
      timers.poll();
      timers.scan();
    },
  };
}
