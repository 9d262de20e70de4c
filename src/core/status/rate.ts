import type { Progress } from './sync-report.ts';

const WINDOW_MS = 3000;
const GUESS_MS = 500;

/** Bytes a second over the last three seconds of a phase, by the monotonic milliseconds it is given; null while that is a guess. */
export function meterRate(): (progress: Progress, now: number) => number | null {
  let samples: { readonly at: number; readonly bytes: number }[] = [];
  let phase: string | null = null;
  return (progress, now) => {
    if (progress.phase !== phase) samples = [];
    phase = progress.phase;
    const last = samples.at(-1);
    if (last === undefined || now - last.at >= 100) samples.push({ at: now, bytes: progress.bytes });
    while (samples.length > 2 && now - (samples[0]?.at ?? now) > WINDOW_MS) samples.shift();
    const first = samples[0];
    if (first === undefined || now - first.at < GUESS_MS) return null;
    return ((progress.bytes - first.bytes) * 1000) / (now - first.at);
  };
}

/** Milliseconds left at this rate, in whole seconds; null where nothing can be said. */
export function timeLeft({ bytes, totalBytes }: Progress, rate: number | null): number | null {
  if (rate === null || rate <= 0 || bytes >= totalBytes) return null;
  return Math.ceil((totalBytes - bytes) / rate) * 1000;
}
