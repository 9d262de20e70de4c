import { hash } from 'node:crypto';
import type { Loop } from './loop.ts';

/** What happened, line by line. */
export interface Trace {
  /** Of every line so far. */
  digest(): string;
  readonly note: (line: string) => void;
  readonly lines: readonly string[];
}

export function createTrace(loop: Loop, keeps: boolean): Trace {
  const lines: string[] = [];
  let rest: string[] = [];
  let digest = '';
  const settle = () => {
    digest = hash('sha256', `${digest}\n${rest.join('\n')}`);
    rest = [];
  };
  return {
    lines,
    note(line) {
      const stamped = `${loop.time.toFixed(3).padStart(14)} ${line}`;
      rest.push(stamped);
      if (keeps) lines.push(stamped);
      if (rest.length >= 1_000) settle();
    },
    digest() {
      settle();
      return digest;
    },
  };
}
