import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a command to its end; resolves with stdout. Throws with what it wrote to stderr. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { timeout: 60_000 });
  return stdout;
}

/** The path of a program on PATH (and in the places daemons live), or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Programs kept running until killAll(); they die with this process, too. */
export interface Daemons {
  start(program: string, args: readonly string[]): void;
  /** The first program that ended by itself, if any. */
  firstDead(): string | undefined;
  /** Kills what was started, by pid, and waits for its end. Nothing in a throwaway cluster is worth a slow goodbye. */
  killAll(): Promise<void>;
}

export function createDaemons(): Daemons {
  const children: { readonly name: string; readonly child: ChildProcess; readonly ended: Promise<void> }[] = [];
  const guard = findProgram('setpriv');
  const killNow = (): void => {
    for (const { child } of children) child.kill('SIGKILL');
  };
  process.on('exit', killNow);
  return {
    start(program, args) {
      // Without the guard, a killed test run would leave a cluster behind.
      const [command, line] =
        guard === undefined ? [program, args] : [guard, ['--pdeathsig', 'KILL', program, ...args]];
      const child = spawn(command, line, { stdio: 'ignore' });
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.once('error', () => resolve());
      });
      children.push({ name: program, child, ended });
    },
    firstDead: () => children.find(({ child }) => child.exitCode !== null || child.signalCode !== null)?.name,
    async killAll() {
      process.off('exit', killNow);
      killNow();
      await Promise.all(children.map(({ ended }) => ended));
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
