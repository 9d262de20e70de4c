import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUCKET, type Place, PROGRAM } from '../cli/harness.ts';

export interface Member {
  readonly name: string;
  readonly workspace: string;
  /** The shared folder, absolute. */
  readonly root: string;
}

/** One process of the program. */
export interface Trip {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Null: killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Workspaces of one datastore, and the built program in all of them. */
export interface Fleet {
  readonly place: Place;
  /** Home of its person, with the state folder `state`. */
  readonly folder: string;
  readonly members: readonly Member[];
  start(member: Member, words: readonly string[]): Trip;
  close(): void;
}

export interface FleetOptions {
  /** Absolute, see `keepProgram`. */
  readonly program: string;
  readonly prefix: string;
  readonly members: number;
  readonly ttlSeconds: number;
}

/** A copy of the built program, which nobody builds anew meanwhile. `drop` removes it. */
export function keepProgram(): { readonly path: string; drop(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'));
  copyFileSync(PROGRAM, path.join(folder, 'cli.js'));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
  return { path: path.join(folder, 'cli.js'), drop: () => rmSync(folder, { recursive: true, force: true }) };
}

export function openFleet(place: Place, { program, prefix, members, ttlSeconds }: FleetOptions): Fleet {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'fleet-')));
  const running = new Set<ChildProcess>();
  const killAll = (): void => {
    for (const child of running) child.kill('SIGKILL');
  };
  // Whatever ends this process: none of its children stays behind, stopped perhaps for ever.
  process.on('exit', killAll);
  const configuration = [
    'type: s3',
    'root: data',
    `bucket: ${BUCKET}`,
    `prefix: ${prefix}`,
    `endpoint: ${place.endpoint}`,
    `lock: { ttlSeconds: ${ttlSeconds}, waitSeconds: 60 }`,
  ];
  return {
    place,
    folder,
    members: Array.from({ length: members }, (_, index) => {
      const workspace = path.join(folder, `workspace-${index}`);
      mkdirSync(path.join(workspace, 'data'), { recursive: true });
      writeFileSync(path.join(workspace, '.datastore.yaml'), `${configuration.join('\n')}\n`);
      return { name: `user-${index}`, workspace, root: path.join(workspace, 'data') };
    }),
    start({ workspace }, words) {
      const child = spawn(process.execPath, [program, ...words], {
        cwd: workspace,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: folder,
          XDG_STATE_HOME: path.join(folder, 'state'),
          AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
          AWS_EC2_METADATA_DISABLED: 'true',
        },
      });
      running.add(child);
      return { process: child, ended: follow(child).finally(() => running.delete(child)) };
    },
    close() {
      killAll();
      process.off('exit', killAll);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
