import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `build-cli.ts` has built: the program that people install. */
export const PROGRAM = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** For programs of all tests: a third of a short run is compiling. */
export const COMPILED = { NODE_COMPILE_CACHE: path.join(tmpdir(), 'datastore-sync-compiled') };

export interface Ended {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of stdout, which must be one JSON document. */
  readonly json: () => Record<string, unknown>;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when what was printed (on either stream) contains the text; rejects when the process ends before. */
  printed(text: string): Promise<void>;
}

export interface Launch {
  readonly cwd: string;
  /** The whole environment but PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
}

/** Starts processes, none of which outlives `killAll` or this process. */
export interface Launcher {
  launch(program: string, words: readonly string[], how: Launch): Running;
  killAll(): void;
}

export function openLauncher(): Launcher {
  const running = new Set<ChildProcess>();
  const killNow = (): void => {
    for (const child of running) child.kill('SIGKILL');
  };
  // Whatever ends this process: none of its children stays behind, stopped perhaps for ever.
  process.on('exit', killNow);
  return {
    launch(program, words, { cwd, env, uid }) {
      const child = spawn(program, words, {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
        env: { PATH: process.env['PATH'] ?? '', ...env },
      });
      running.add(child);
      return follow(child, () => running.delete(child));
    },
    killAll() {
      process.off('exit', killNow);
      killNow();
    },
  };
}

/** A copy of the built program, which nobody builds anew meanwhile. `drop` removes it. */
export function keepProgram(): { readonly path: string; drop(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'));
  copyFileSync(PROGRAM, path.join(folder, 'cli.js'));
  cpSync(path.join(path.dirname(PROGRAM), 'cli'), path.join(folder, 'cli'), { recursive: true });
  copyFileSync(path.join(path.dirname(PROGRAM), 'package.json'), path.join(folder, 'package.json'));
  return { path: path.join(folder, 'cli.js'), drop: () => rmSync(folder, { recursive: true, force: true }) };
}

function follow(child: ChildProcess, gone: () => void): Running {
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      gone();
      resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> });
    });
  });
  return {
    process: child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!`${stdout}${stderr}`.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then(
          () => reject(new Error(`ended without printing ${JSON.stringify(text)}:\n${stdout}${stderr}`)),
          reject,
        );
      }),
  };
}
