import { readFileSync } from 'node:fs';
import { attempt } from '../refusal.ts';

let answer: boolean | null = null;

/** Whether this process may reserve as much memory as it likes (`ulimit -v`): a thread reserves gigabytes, and without them V8 ends all of it. */
export function hasAllMemory(): boolean {
  answer ??= isUnlimited(attempt(() => readFileSync('/proc/self/limits', 'utf8')));
  return answer;
}

/** Of what Linux says; other systems say nothing, and hardly anybody sets such a limit there. */
export const isUnlimited = (limits: string | null): boolean =>
  limits === null || !/^Max address space +\d/m.test(limits);
