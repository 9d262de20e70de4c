import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type S3Server, type S3ServerOptions, startS3Server } from '../support/s3-server/server.ts';
import { openKnownStore } from './known-store.ts';
import { BUCKET, type Place } from './place.ts';
import { COMPILED, type Ended, openLauncher, PROGRAM, type Running } from './program.ts';

export { BUCKET, type Place } from './place.ts';
export type { Ended, Running } from './program.ts';

/** Any number of workspaces on one store, in a folder of their own. */
export interface Workspaces {
  readonly place: Place;
  /** Under it all lies: workspaces and state. */
  readonly folder: string;
  /** A workspace on a prefix; two with one prefix share a datastore. Its shared folder is `data`, made when files are given. */
  workspace(prefix: string, files?: Readonly<Record<string, string>>, more?: string): Promise<string>;
  /** A root (`data` otherwise) knows that its store is safe below that prefix, as after `datastore doctor`: no need to try it. */
  knowStore(workspace: string, prefix: string, root?: string): Promise<void>;
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

export interface WorkspacesOptions {
  /** For each workspace what `knowStore` does: its first write does not try the store. */
  readonly knownStore?: boolean;
  /** `XDG_STATE_HOME` of the programs, which is left as it is; else in the folder of the workspaces. */
  readonly stateHome?: string;
  /** In place of the built one, absolute. */
  readonly program?: string;
}

export async function openRig({
  credentials,
  ...options
}: WorkspacesOptions & Pick<S3ServerOptions, 'credentials'> = {}): Promise<Rig> {
  const server = await startS3Server({ buckets: [BUCKET], ...(credentials && { credentials }) });
  const workspaces = await openWorkspaces(server, options);
  return {
    ...workspaces,
    server,
    async close() {
      await workspaces.close();
      await server.stop();
    },
  };
}

export async function openWorkspaces(
  place: Place,
  { knownStore = false, program = PROGRAM, ...options }: WorkspacesOptions = {},
): Promise<Workspaces> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cli-')));
  const stateHome = options.stateHome ?? path.join(folder, 'state');
  const knowStore = openKnownStore(place, stateHome);
  const launcher = openLauncher();
  const environment = {
    HOME: folder,
    XDG_STATE_HOME: stateHome,
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...COMPILED,
  };
  const start: Workspaces['start'] = (cwd, args, env, uid) =>
    launcher.launch(process.execPath, [program, ...args], { cwd, env: { ...environment, ...env }, uid });

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
      if (knownStore) await knowStore(workspace, prefix);
      return workspace;
    },
    knowStore,
    cli: (cwd, args, env) => start(cwd, args, env).ended,
    terminal(cwd, args, env) {
      const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
      const line = `stty cols 80 rows 24; exec ${words}`;
      const onTerminal = { ...environment, TERM: 'xterm', SHELL: '/bin/sh', ...env };
      return launcher.launch('script', ['-qec', line, '/dev/null'], { cwd, env: onTerminal }).ended;
    },
    start,
    async close() {
      launcher.killAll();
      await rm(folder, { recursive: true, force: true });
    },
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
