import { readFileSync } from 'node:fs';
import { attempt } from './refusal.ts';

/**
 * Whether what is open surely lies on a mount of this process. What is reached through the files of another process (`/proc/<pid>/root`) may
 * have the same path and numbers there as here, and something else mounted over it. False also where the system does not say, or leaves the
 * mount out, as it does in a changed root (chroot).
 */
export function isMountedHere(fd: number): boolean {
  const told = attempt(() => [
    readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'),
    readFileSync('/proc/self/mountinfo', 'utf8'),
  ]);
  const [ours = '', all = ''] = told ?? [];
  const [, mount] = /^mnt_id:\s*(\d+)$/m.exec(ours) ?? [];
  return mount !== undefined && `\n${all}`.includes(`\n${mount} `);
}
