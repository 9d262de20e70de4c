import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Of one process and its children. */
export interface Usage {
  readonly wallMs: number;
  /** User and system. */
  readonly cpuMs: number;
  /** Largest resident set of any one process. */
  readonly peakBytes: number;
}

/** Makes everything below a folder survive a power cut, whoever wrote it, and gives the milliseconds that it took. */
export function flush(folder: string): number {
  const started = performance.now();
  execFileSync('sync', ['-f', folder]);
  return performance.now() - started;
}

/**
 * Runs a program to its end under GNU time, which asks the kernel what it and its children used; `notes` is a file for
 * what it says. Rejects with the end of the program's output unless it ends with 0.
 */
export async function measure({ program, args, cwd, env }: Command, notes: string): Promise<Usage> {
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-q', '-o', notes, '-f', '%U %S %M', program, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-4000);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('GNU time is needed (Debian package: time)', { cause })));
    child.once('close', resolve);
  });
  const wallMs = performance.now() - started;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  const [user, system, peakKib] = readFileSync(notes, 'utf8').trim().split(' ').map(Number);
  if (user === undefined || system === undefined || peakKib === undefined) throw new Error('GNU time said nothing');
  return { wallMs, cpuMs: (user + system) * 1000, peakBytes: peakKib * 1024 };
}
