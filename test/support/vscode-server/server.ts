import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { hostLogs } from './host-logs.ts';
import type { VsCodeServer } from './install.ts';
import { type PageOptions, pageUrl } from './page-url.ts';
import { ProcessGroup } from './process-group.ts';
import { QUIET_SETTINGS, type Settings, writeUserSettings } from './settings.ts';

export type StartOptions = {
  /** Kept by stop() when given; else a new temporary folder, removed by stop(). */
  readonly serverDataDir?: string;
  /** false: workspaces open untrusted, as at a user's first visit. Default true: trust is switched off altogether. */
  readonly trust?: boolean;
  /** Where extensions are installed, absolute, by another server; else a folder of its own. */
  readonly extensionsDir?: string;
  /** The only ones of VS Code's own extensions; else all of them, of which every window takes its time. */
  readonly builtIn?: readonly string[];
  /** Honour extensionDevelopmentPath and extensionTestsPath in page addresses (default true). */
  readonly driver?: boolean;
  /** Added to the environment of the server and so of the extension host; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** User settings besides QUIET_SETTINGS. */
  readonly settings?: Settings;
};

export type RunningServer = {
  /** The origin, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly serverDataDir: string;
  pageUrl(options: PageOptions): string;
  /** Installs a packed extension for all windows opened from then on. Throws with what VS Code printed. */
  installVsix(file: string): Promise<void>;
  /** Changes user settings for windows opened or reloaded from then on; a key set to undefined is removed. */
  setSettings(changes: Settings): Promise<void>;
  /** What the extension hosts of this server have logged so far, newest host last. */
  hostLogs(): Promise<string>;
  /** Ends the server, its extension hosts and their children, and waits for them. */
  stop(): Promise<void>;
};

/** Starts VS Code's server on a free port of 127.0.0.1. Throws with the server's output when it is not ready in 60 s. */
export async function startVsCodeServer(installed: VsCodeServer, options: StartOptions = {}): Promise<RunningServer> {
  const own = options.serverDataDir === undefined;
  // The real path, because VS Code compares the paths of extensions as text.
  const serverDataDir = options.serverDataDir ?? (await realpath(await mkdtemp(join(tmpdir(), 'datastore-vscode-'))));
  await writeUserSettings(serverDataDir, { ...QUIET_SETTINGS, ...options.settings });

  const args = serverArguments(serverDataDir, options);
  if (options.builtIn !== undefined)
    args.push('--builtin-extensions-dir', await linkBuiltIn(installed, serverDataDir, options.builtIn));
  const child = spawn(installed.node, [installed.serverMain, ...args], {
    env: serverEnvironment(options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, which stop() can end as a whole
  });
  const group = new ProcessGroup(child);
  const stop = async (): Promise<void> => {
    await group.end();
    if (own) await rm(serverDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const port = await group.waitForOutput(/Extension host agent listening on (\d+)/, READY_MS);
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      serverDataDir,
      pageUrl: (page) => pageUrl(url, page),
      installVsix: (file) => installVsix(installed, serverDataDir, file),
      setSettings: (changes) => writeUserSettings(serverDataDir, changes),
      hostLogs: () => hostLogs(serverDataDir),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const READY_MS = 60_000;

function serverArguments(serverDataDir: string, options: StartOptions): string[] {
  // Without the grace time the extension host of a window that vanished would live, and hold its lease, for 3 hours.
  const always =
    '--host 127.0.0.1 --port 0 --without-connection-token --accept-server-license-terms --telemetry-level off --reconnection-grace-time 5';
  const args = [...always.split(' '), '--server-data-dir', serverDataDir];
  if (options.extensionsDir !== undefined) args.push('--extensions-dir', options.extensionsDir);
  if (options.driver !== false) args.push('--enable-smoke-test-driver');
  if (options.trust !== false) args.push('--disable-workspace-trust');
  return args;
}

async function linkBuiltIn(
  { serverMain }: VsCodeServer,
  serverDataDir: string,
  names: readonly string[],
): Promise<string> {
  const folder = join(serverDataDir, 'built-in');
  await mkdir(folder);
  for (const name of names) await symlink(join(dirname(serverMain), '../extensions', name), join(folder, name));
  return folder;
}

function serverEnvironment(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, EXTENSIONS_GALLERY: '{}', ...changes };
  for (const name of Object.keys(env)) {
    // Left over when the tests themselves run inside a VS Code terminal or under vitest.
    if (env[name] === undefined || /^(VSCODE_|ELECTRON_|VITEST|NODE_OPTIONS$)/.test(name)) delete env[name];
  }
  return env;
}

/** Installs a packed extension below a server's data folder, in `extensions`. Throws with what VS Code printed. */
export async function installVsix(installed: VsCodeServer, serverDataDir: string, file: string): Promise<void> {
  const args = ['--server-data-dir', serverDataDir, '--accept-server-license-terms', '--install-extension', file];
  const env = serverEnvironment({});
  const { stdout, stderr } = await promisify(execFile)(installed.node, [installed.serverMain, ...args], { env });
  if (!stdout.includes('was successfully installed')) throw new Error(`installing ${file}: ${stdout}${stderr}`);
}
