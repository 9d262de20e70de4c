import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';

/** What `build-cli.ts` has built: the program that people install. */
export const PROGRAM = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const BUCKET = 'team-data';

export interface Ended {
  readonly code: number;
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

/** A store that is there, with the bucket BUCKET in it. */
export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Any number of workspaces on one store, in a folder of their own. */
export interface Workspaces {
  readonly place: Place;
  /** Under it all lies: workspaces and state. */
  readonly folder: string;
  /** A workspace on a prefix; two with one prefix share a datastore. Its shared folder is `data`, made when files are given. */
  workspace(prefix: string, files?: Readonly<Record<string, string>>, more?: string): Promise<string>;
  /** Runs to the end. */
  cli(cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  start(cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>, uid?: number): Running;
  /** Runs to the end on a terminal of 80 columns: stdout has all it showed. Needs the program `script`. */
  terminal(cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  close(): Promise<void>;
}

/** Workspaces on a dev server of their own. */
export interface Rig extends Workspaces {
  readonly server: S3Server;
}

export async function openRig(): Promise<Rig> {
  const server = await startS3Server({ buckets: [BUCKET] });
  const workspaces = await openWorkspaces(server);
  return {
    ...workspaces,
    server,
    async close() {
      await workspaces.close();
      await server.stop();
    },
  };
}

export async function openWorkspaces(place: Place): Promise<Workspaces> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
  const running = new Set<ChildProcess>();

  const start: Rig['start'] = (cwd, args, more, uid) => launch(process.execPath, [PROGRAM, ...args], cwd, more, uid);
  const launch = (
    program: string,
    args: readonly string[],
    cwd: string,
    more: Readonly<Record<string, string>> = {},
    uid?: number,
  ): Running => {
    const child = spawn(program, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        XDG_STATE_HOME: path.join(folder, 'state'),
        AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...more,
      },
    });
    running.add(child);
    return follow(child, () => running.delete(child));
  };

  return {
    place,
    folder,
    async workspace(prefix, files, more = '') {
      const workspace = await mkdtemp(path.join(folder, `${prefix}-`));
      const fields = [
        'type: s3',
        'root: data',
        `bucket: ${BUCKET}`,
        `prefix: ${prefix}`,
        `endpoint: ${place.endpoint}`,
        more,
      ];
      await writeFile(path.join(workspace, '.datastore.yaml'), `${fields.join('\n')}\n`);
      if (files !== undefined) await write(workspace, files);
      return workspace;
    },
    cli: (cwd, args, env) => start(cwd, args, env).ended,
    terminal(cwd, args, env) {
      const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
      const line = `stty cols 80 rows 24; exec ${words}`;
      return launch('script', ['-qec', line, '/dev/null'], cwd, { TERM: 'xterm', SHELL: '/bin/sh', ...env }).ended;
    },
    start,
    async close() {
      for (const child of running) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
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
    child.once('close', (code, signal) => {
      gone();
      const json = (): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
      if (signal !== null) reject(new Error(`ended by ${signal}\n${stdout}${stderr}`));
      else resolve({ code: code ?? -1, stdout, stderr, json });
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

/** Writes files below the shared folder. */
export async function write(workspace: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const target = path.join(workspace, 'data', name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

/** Every file of the shared folder but staging, by path: its text. */
export async function contents(workspace: string): Promise<Record<string, string>> {
  const root = path.join(workspace, 'data');
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.datastore-staging'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [path.relative(root, file), await readFile(file, 'utf8')] as const)),
  );
}

/** One hash over everything below a folder, to show that nothing changed. */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile()).toSorted((a, b) => (join(a) < join(b) ? -1 : 1))) {
    hash.update(`${join(entry)}\0`).update(await readFile(join(entry)));
  }
  return hash.digest('hex');
}

const join = (entry: { readonly parentPath: string; readonly name: string }): string =>
  path.join(entry.parentPath, entry.name);
