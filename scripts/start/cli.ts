import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Answer {
  readonly exit: number | null;
  readonly document: Readonly<Record<string, unknown>>;
  readonly error?: { readonly kind: string; readonly message: string; readonly remedy: string } | undefined;
  readonly stderr: string;
}

export interface Program {
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  readonly ended: Promise<number | null>;
}

/** The built CLI as processes of their own. */
export interface Cli {
  json(workspace: string, words: readonly string[]): Promise<Answer>;
  start(workspace: string, words: readonly string[]): Program;
  /** Throws after 20 s. */
  until(holds: () => Promise<boolean>, what: string): Promise<void>;
}

export function openCli(env: Readonly<Record<string, string>>): Cli {
  const run = (workspace: string, words: readonly string[], flags: readonly string[]) =>
    spawn(process.execPath, [CLI, ...words, '--cwd', workspace, ...flags], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  return {
    async json(workspace, words) {
      const child = run(workspace, words, ['--json', '--quiet']);
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
      const document = stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
      return { exit, document, error: document['error'] as Answer['error'], stderr };
    },
    start(workspace, words) {
      const child = run(workspace, words, ['--quiet']);
      child.stdout.resume();
      child.stderr.resume();
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      return { kill: (signal) => void child.kill(signal), ended };
    },
    async until(holds, what) {
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        if (await holds()) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`waited 20 s in vain: ${what}`);
    },
  };
}
