import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls `read` until `accept` picks something out of it, and returns that. When time is up it throws with what was
 * seen last, so that a failing test says what was on the screen instead of what it waited for.
 */
export async function expectSoon<Seen, Found>(
  wanted: string,
  read: () => Promise<Seen>,
  accept: (seen: Seen) => Found | undefined,
  timeoutMs: number,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await read();
    const found = accept(seen);
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`${wanted}: not there after ${timeoutMs} ms; seen: ${JSON.stringify(seen)}`);
    await sleep(100);
  }
}

export const SOON_MS = 30_000;

/** A string must be the whole text, a pattern must be found in it. */
export function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}
