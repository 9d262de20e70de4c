import { readFileSync } from 'node:fs';
import { errorCode } from './refusal.ts';

/**
 * Whether what is open lies on a mount of this process. What is reached through the files of another process (`/proc/<pid>/root`) may have
 * the same path and numbers there as here, and something else mounted over it. Null where the system does not say.
 */
export function isMountedHere(fd: number): boolean | null {
  try {
    const [, mount] = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    if (mount === undefined) return null;
    return `\n${readFileSync('/proc/self/mountinfo', 'utf8')}`.includes(`\n${mount} `);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
