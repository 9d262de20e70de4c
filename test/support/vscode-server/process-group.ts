import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

type Leader = ChildProcessByStdio<null, Readable, Readable>;

/** A child started as the leader of its own process group: what it printed, and the end of the whole group. */
export class ProcessGroup {
  #output = '';
  readonly #leader: Leader;
  readonly #exited: Promise<unknown>;
  readonly #endAtExit = (): void => {
    this.#signal('SIGKILL');
  };
  readonly #endAtSignal = (signal: NodeJS.Signals): void => {
    this.#signal('SIGKILL');
    // Listening took away the signal's own effect; give it back unless somebody else handles it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };

  constructor(leader: Leader) {
    this.#leader = leader;
    this.#exited = once(leader, 'close').catch((error: unknown) => {
      this.#output += String(error);
    });
    for (const stream of [leader.stdout, leader.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEEP_CHARS);
      });
    }
    // The group does not get the terminal's Ctrl-C, so it must not outlive this process.
    process.once('exit', this.#endAtExit);
    for (const signal of DEADLY) process.once(signal, this.#endAtSignal);
  }

  /** Resolves to the first capture group; throws with the output when the leader ends first or time is up. */
  async waitForOutput(pattern: RegExp, timeoutMs: number): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match[1] ?? match[0];
      if (this.#leader.exitCode !== null || this.#leader.signalCode !== null || this.#leader.pid === undefined)
        throw new Error(`ended before it was ready:\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`not ready after ${timeoutMs} ms:\n${this.#output}`);
      await sleep(50);
    }
  }

  /** Asks all processes of the group to end, and kills after 5 s what is still there. Safe to call twice. */
  async end(): Promise<void> {
    process.removeListener('exit', this.#endAtExit);
    for (const signal of DEADLY) process.removeListener(signal, this.#endAtSignal);
    if (this.#leader.pid === undefined) return;
    const deadline = performance.now() + 5000;
    this.#signal('SIGTERM');
    while (this.#isAlive() && performance.now() < deadline) await sleep(50);
    this.#signal('SIGKILL');
    await this.#exited;
  }

  #isAlive(): boolean {
    return this.#signal(0);
  }

  /** False when no process of the group is left. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.#leader.pid === undefined) return false;
    try {
      return process.kill(-this.#leader.pid, signal);
    } catch {
      return false;
    }
  }
}

const KEEP_CHARS = 100_000;
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
