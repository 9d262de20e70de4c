import { stat } from 'node:fs';
import { hasAllMemory } from './fs/threads/address-space.ts';

const SIZE = 'UV_THREADPOOL_SIZE';

/**
 * Starts the thread pool of Node with room for sixteen calls in place of four, unless somebody has said how large it is to be: most of them wait for
 * the disk, and a file system makes durable together what it is asked for at the same time. To be called before anything uses the pool.
 */
export function widenThreadPool(): void {
  // Each has a stack, and where there is none for it Node ends all.
  if (process.env[SIZE] !== undefined || !hasAllMemory()) return;
  process.env[SIZE] = '16';
  stat('.', () => {});
  // It was read when the pool started: programs that are started from here are not to have it.
  delete process.env[SIZE];
}
