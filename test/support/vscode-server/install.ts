import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { cacheFolder } from './cache-folder.ts';
import { acquireInstallLock } from './install-lock.ts';
import { findNode } from './node-binary.ts';

export const VSCODE_SERVER_VERSION = '4.139.1';

/** A folder in the user's cache that holds VS Code's server, and the Node that runs it; all absolute paths. */
export type VsCodeServer = { readonly serverMain: string; readonly node: string; readonly version: string };
export type Unavailable = { readonly unavailable: string };

/**
 * Finds VS Code's own server (with its web workbench) in the user's cache, or installs it there from the npm registry:
 * about 30 s and 600 MB, once per version. Progress goes to stderr. Never throws for what a machine may lack:
 * the answer then says in one line what is missing.
 */
export async function ensureVsCodeServer(): Promise<VsCodeServer | Unavailable> {
  if (process.platform === 'win32') return { unavailable: 'code-server does not support Windows' };
  const node = await findNode();
  if (typeof node !== 'string') return node;

  const target = join(cacheFolder(), `vscode-server-${VSCODE_SERVER_VERSION}`);
  const server = { serverMain: join(target, SERVER_MAIN), node, version: VSCODE_SERVER_VERSION };
  if (await exists(server.serverMain)) return server;

  const missing = await missingTools();
  if (missing.length > 0) return { unavailable: `building VS Code's native modules needs ${missing.join(', ')}` };

  await mkdir(dirname(target), { recursive: true });
  const release = await acquireInstallLock(`${target}.lock`);
  try {
    if (await exists(server.serverMain)) return server;
    await install(target, node);
    return server;
  } catch (error) {
    if (await exists(server.serverMain)) return server; // another process finished first
    return { unavailable: `installing code-server@${VSCODE_SERVER_VERSION} failed: ${firstCause(error)}` };
  } finally {
    await release();
  }
}

const SERVER_MAIN = 'package/lib/vscode/out/server-main.js';

/** What the server cannot run without; kerberos and sqlite3 are loaded only by features that are not used here. */
const NATIVE_MODULES = ['@vscode/spdlog', '@parcel/watcher', '@vscode/native-watchdog', '@vscode/fs-copyfile'];

async function install(target: string, node: string): Promise<void> {
  const started = performance.now();
  const say = (text: string): void => {
    process.stderr.write(`vscode-server ${((performance.now() - started) / 1000).toFixed(1)}s: ${text}\n`);
  };
  const staging = `${target}.installing-${process.pid}`;
  const vscode = join(staging, 'package/lib/vscode');
  const run = (cwd: string, command: string, args: readonly string[]): Promise<void> => exec(cwd, node, command, args);
  try {
    await mkdir(staging, { recursive: true });
    say(`fetching code-server@${VSCODE_SERVER_VERSION} from the npm registry`);
    await run(staging, 'npm', ['pack', `code-server@${VSCODE_SERVER_VERSION}`]);
    const archive = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error('npm pack wrote no archive');
    await run(staging, 'tar', ['-xzf', archive]);
    await rm(join(staging, archive));

    say('installing its dependencies');
    await run(vscode, 'npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
    say(`building ${NATIVE_MODULES.join(', ')}`);
    await run(vscode, 'npm', ['rebuild', ...NATIVE_MODULES]);
    // npm may decline install scripts and still exit 0, so only loading the modules shows that they were built.
    await run(vscode, node, ['-e', NATIVE_MODULES.map((name) => `require(${JSON.stringify(name)})`).join(';')]);

    await rename(staging, target);
    say(`ready in ${target}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function exec(cwd: string, node: string, command: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 << 20, timeout: 15 * 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else
        reject(new Error(`${command} ${args.slice(0, 2).join(' ')}: ${lastWords(stderr || stdout || error.message)}`));
    });
  });
}

/** The lines npm, the compiler or Node mark as errors, short enough for one line of a report. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('npm warn'));
  const errors = lines.filter((line) => /error|cannot|not found/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 4).join(' | ').slice(0, 600);
}

async function missingTools(): Promise<string[]> {
  const [npm, tar, make, python, gcc, clang] = await Promise.all(
    ['npm', 'tar', 'make', 'python3', 'g++', 'clang++'].map(has),
  );
  const wanted: readonly (readonly [boolean | undefined, string])[] = [
    [npm, 'npm'],
    [tar, 'tar'],
    [make, 'make'],
    [python, 'python3'],
    [gcc === true || clang === true, 'a C++ compiler (g++ or clang++)'],
  ];
  return wanted.filter(([found]) => found !== true).map(([, name]) => name);
}

async function has(command: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, ['--version'], (error) => {
      resolve(error === null);
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function firstCause(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
