import { constants } from 'node:os';
import { SyncError } from '../core/errors.ts';

/**
 * Starts a program on our own stdin, stdout and stderr, found on the PATH, without a shell. `ended` gives its exit
 * code, as a shell would: 128 + n when signal n ended it. Rejects with SyncError('usage') when it cannot be started.
 */
export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
) {
  // Only one command needs it, and all would load it.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(command, [...args], { stdio: 'inherit', cwd, env: { ...process.env, ...env } });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(command, error)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  return { ended, kill: (signal: NodeJS.Signals) => void child.kill(signal) };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'it is not executable',
};

const notStarted = (command: string, error: NodeJS.ErrnoException): SyncError =>
  new SyncError(
    'usage',
    `${JSON.stringify(command)} cannot be started: ${REASONS[error.code ?? ''] ?? error.message}.`,
    'Check its name and the PATH. Nothing was pushed.',
    { cause: error },
  );
