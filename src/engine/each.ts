import { all } from './all.ts';

/** Files on their way at the same time, up or down. */
export const AT_ONCE = 64;

/**
 * Does `work` on every item, at most `atOnce` at a time, begun in their order. Unlike a promise for each item and a limiter, it
 * keeps nothing for those that have not begun. After a failure none begins; it rejects when those under way have come to rest.
 */
export async function each<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  let isOver = false;

  async function worker(): Promise<void> {
    for (let next = waiting.next(); !failed && next.done !== true; next = waiting.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
    isOver = true;
  }

  const workers: Promise<void>[] = [];
  // Each takes its first item at once: when one finds none, more would only be waited for.
  while (workers.length < atOnce && !isOver) workers.push(worker());
  await all(workers);
}
