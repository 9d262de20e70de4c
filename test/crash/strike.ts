import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ended, Running } from '../cli/program.ts';
import type { Chance } from './random.ts';

export type Blow = 'none' | 'kill' | 'stop';

export interface Struck {
  /** What really hit a living process. */
  readonly blow: Blow;
  /** Whether it was in the middle of a cycle: it had its root's lock. */
  readonly inCycle: boolean;
  /** Milliseconds from the lock to the end; null when it never had the lock, or was struck. */
  readonly cycleMs: number | null;
  readonly ended: Ended;
}

export interface StrikeOptions {
  readonly blow: Blow;
  readonly root: string;
  readonly chance: Chance;
  /** Milliseconds of a cycle as it usually goes: the blow falls at any moment of it. */
  readonly usualMs: number;
  /** Milliseconds that a stopped process stands still. */
  readonly stopMs: number;
  /** Milliseconds after which a process is stuck. */
  readonly deadlineMs: number;
}

/** Follows one run of the program and strikes it at a random moment. Rejects when it does not end by itself in time. */
export async function strike(trip: Running, options: StrikeOptions): Promise<Struck> {
  const { blow, root, chance, usualMs, stopMs, deadlineMs } = options;
  const child = trip.process;
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const holds = (): boolean => lockHolder(root) === child.pid;
  // Now and then before the cycle begins, or long after.
  const early = blow !== 'none' && chance.likely(0.05);
  if (!early) await until(() => holds() || !isAlive(), deadlineMs);
  const locked = performance.now();
  let hit: Blow = 'none';
  let inCycle = false;
  if (blow !== 'none') {
    await sleep(early ? chance.number() * 300 : chance.number() * 1.15 * usualMs);
    if (isAlive()) {
      hit = blow;
      child.kill(blow === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      inCycle = holds();
      if (blow === 'stop') {
        await sleep(stopMs);
        child.kill('SIGCONT');
      }
    }
  }
  const stuck = Symbol('stuck');
  const timer = new AbortController();
  const result = await Promise.race([
    trip.ended,
    sleep(deadlineMs, stuck, { signal: timer.signal }).catch(() => stuck),
  ]);
  timer.abort();
  if (typeof result === 'symbol') {
    child.kill('SIGKILL');
    throw new Error(`process ${child.pid} was stuck for ${deadlineMs / 1000} s after ${hit}`);
  }
  return { blow: hit, inCycle, ended: result, cycleMs: hit === 'none' ? performance.now() - locked : null };
}

async function until(holds: () => boolean, deadlineMs: number): Promise<void> {
  const start = performance.now();
  while (!holds() && performance.now() - start < deadlineMs) await sleep(2);
}

/** The process id in the root's lock file; null without a lock. */
export function lockHolder(root: string): number | null {
  try {
    const found = /"pid":(\d+)/.exec(readFileSync(path.join(root, '.datastore-staging', 'lock'), 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
