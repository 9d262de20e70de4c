import { readFileSync, stat } from 'node:fs';
import { attempt } from './fs/refusal.ts';
import { hasAllMemory } from './fs/threads/address-space.ts';

const SIZE = 'UV_THREADPOOL_SIZE';

/**
 * Starts the thread pool of Node with room for sixteen calls in place of four, unless somebody has said how large it is to be: most of them wait for
 * the disk, and a file system makes durable together what it is asked for at the same time. To be called before anything uses the pool.
 */
export function widenThreadPool(): void {
  // Each has a stack, and where there is none for it, or one may have no more of them, Node ends all.
  if (process.env[SIZE] !== undefined || !hasAllMemory() || !mayHaveMany()) return;
  process.env[SIZE] = '16';
  stat('.', () => {});
  // It was read when the pool started: programs that are started from here are not to have it.
  delete process.env[SIZE];
}

/** So many threads that twelve more or fewer are no matter. */
const MANY = 1_000;

/** Whether nobody has said how few threads a person (`ulimit -u`), or this container, may have: both count those of others, too. */
function mayHaveMany(): boolean {
  const limits = attempt(() => readFileSync('/proc/self/limits', 'utf8')) ?? '';
  const group = attempt(() => readFileSync('/sys/fs/cgroup/pids.max', 'utf8')) ?? '';
  const most = [/^Max processes +(\d+)/m.exec(limits), /^(\d+)$/m.exec(group)];
  return most.every((found) => found === null || Number(found[1]) >= MANY);
}
