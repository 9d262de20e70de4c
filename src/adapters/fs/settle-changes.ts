import type { Clock } from '../../engine/ports.ts';

/** Collects paths, and hands them over once after `settleMs` of quiet, or after ten times as long of noise. */
export function settleChanges(
  settleMs: number,
  clock: Clock,
  changed: (paths: readonly string[]) => void,
): { add(path: string): void; stop(): void } {
  const paths = new Set<string>();
  let cancelQuiet: (() => void) | null = null;
  let cancelNoise: (() => void) | null = null;
  const stop = (): void => {
    cancelQuiet?.();
    cancelNoise?.();
    cancelQuiet = null;
    cancelNoise = null;
    paths.clear();
  };
  const flush = (): void => {
    const settled = [...paths];
    stop();
    changed(settled);
  };
  return {
    add: (path) => {
      paths.add(path);
      cancelQuiet?.();
      cancelQuiet = clock.after(settleMs, flush);
      cancelNoise ??= clock.after(10 * settleMs, flush);
    },
    stop,
  };
}
