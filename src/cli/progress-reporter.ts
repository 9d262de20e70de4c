import { meterRate } from '../core/status/rate.ts';
import type { Progress } from '../core/status/sync-report.ts';
import type { Clock } from '../engine/ports.ts';
import type { Output } from './host.ts';
import { progressLine } from './render/progress-line.ts';

/** Where people see what is going on: stderr. Nothing of it is a result. */
export interface Reporter {
  readonly progress: (progress: Progress) => void;
  /** What is being looked at now: a terminal shows it in place, a log does not. */
  readonly step: (what: string) => void;
  /** A line that stays, above the bar. */
  readonly line: (text: string) => void;
  /** Takes the bar away. */
  readonly done: () => void;
}

export const silentReporter: Reporter = {
  progress: () => undefined,
  step: () => undefined,
  line: () => undefined,
  done: () => undefined,
};

/** A bar that is redrawn in place, at most ten times a second. */
export function terminalReporter(output: Output, clock: Clock): Reporter {
  const rate = meterRate();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let phase: string | null = null;
  const clear = (): void => {
    if (phase !== null) output.write('\r\u001B[K');
    phase = null;
  };
  return {
    progress(progress) {
      const speed = rate(progress, clock.monotonic());
      if (progress.phase === 'done') return clear();
      if (progress.phase === phase && clock.monotonic() - drawnAt < 100) return;
      phase = progress.phase;
      drawnAt = clock.monotonic();
      // One column stays free: a full line would wrap on some terminals.
      output.write(`\r${progressLine(progress, speed, Math.min(80, output.columns) - 1)}\u001B[K`);
    },
    step(what) {
      phase = what;
      output.write(`\rLooking at ${what}…\u001B[K`);
    },
    line(text) {
      clear();
      output.write(`${text}\n`);
    },
    done: clear,
  };
}

const TICK_MS = 3000;

/** Plain lines for logs: whom we wait for, and a store that asks for patience, at once, else every three seconds how far it is, if that changed. */
export function lineReporter(output: Output, clock: Clock): Reporter {
  const rate = meterRate();
  let latest: Progress | null = null;
  let speed: number | null = null;
  let said = '';
  let cancel: (() => void) | null = null;
  const say = (): void => {
    const text = latest === null ? said : progressLine(latest, speed, 200);
    if (text !== said) output.write(`${text}\n`);
    said = text;
  };
  const tick = (): void => {
    say();
    cancel = clock.after(TICK_MS, tick);
  };
  const done = (): void => {
    cancel?.();
    cancel = null;
    latest = null;
  };
  return {
    progress(progress) {
      if (progress.phase === 'done') return done();
      const isNew = progress.phase !== latest?.phase;
      const isSlowed = progress.patienceMs !== undefined && latest?.patienceMs === undefined;
      latest = progress;
      speed = rate(progress, clock.monotonic());
      cancel ??= clock.after(TICK_MS, tick);
      if (isSlowed || (isNew && progress.phase === 'waiting')) say();
    },
    step: () => undefined,
    line(text) {
      output.write(`${text}\n`);
    },
    done,
  };
}
