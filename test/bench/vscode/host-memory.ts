import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks. */
const PAUSE_MS = 1_000;

/**
 * Resident bytes of the extension host of a server, told by a variable that only this server's processes have: the least of
 * what is seen in `forMs`, so that neither a cycle under way nor garbage that waits to be collected is taken for what is kept.
 * Throws where there is none or more than one.
 */
export async function hostMemory(variable: string, value: string, forMs: number): Promise<number> {
  const pid = hostOf(`${variable}=${value}`);
  let least = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(PAUSE_MS))
    least = Math.min(least, residentBytes(pid));
  return least;
}

function hostOf(mark: string): string {
  const hosts = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isHost(pid, mark));
  const [only, second] = hosts;
  if (only === undefined || second !== undefined) throw new Error(`${hosts.length} extension hosts are running`);
  return only;
}

function isHost(pid: string, mark: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (
      words.includes('--type=extensionHost') && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
    );
  } catch {
    return false;
  }
}

function residentBytes(pid: string): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`the extension host ${pid} is gone`);
  return Number(found) * 1024;
}
