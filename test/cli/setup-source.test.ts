import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRig, type Rig, type Running } from './harness.ts';
import { PROGRAM } from './program.ts';

/* What becomes of a moved folder's own place: no file of it goes that is not elsewhere. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

const FILES = 500;

interface Moving {
  readonly workspace: string;
  readonly from: string;
  readonly to: string;
}

/** A workspace on a folder used in place. */
async function moving(files: number): Promise<Moving> {
  const top = await mkdtemp(path.join(rig.folder, 'source-'));
  const [workspace, from, to] = [path.join(top, 'w'), path.join(top, 'x'), path.join(top, 'y')];
  for (const folder of [workspace, from]) mkdirSync(folder);
  for (let index = 0; index < files; index += 1) writeFileSync(path.join(from, `f${index}`), `content ${index}`);
  writeFileSync(
    path.join(workspace, '.datastore.yaml'),
    `type: filesystem\npath: ${from}\nlock: { ttlSeconds: 5, waitSeconds: 60 }\n`,
  );
  return { workspace, from, to };
}

const deleting = (to: string): string[] => ['setup', 'filesystem', '--path', to, '--delete-source'];

/** Names of the moved files of a folder. */
const files = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('f')) : [];

/** Begins to move it, and waits until files go. */
async function beginDeleting({ workspace, from, to }: Moving): Promise<Running> {
  const running = rig.start(workspace, deleting(to));
  await running.printed('.datastore.yaml changed');
  while (files(from).length === FILES) await sleep(1);
  return running;
}

test('a set-up that stood still while another took over takes nothing away any more', async () => {
  const moved = await moving(FILES);
  const { workspace, from, to } = moved;
  const stopped = await beginDeleting(moved);
  stopped.process.kill('SIGSTOP');
  expect(files(from).length).toBeGreaterThan(0);
  expect(await rig.cli(workspace, deleting(from))).toMatchObject({ code: 0 });
  expect([files(from).length, existsSync(to)]).toEqual([FILES, false]);
  stopped.process.kill('SIGCONT');
  const { code, stderr } = await stopped.ended;
  expect([code, stderr]).toEqual([4, expect.stringMatching(/took this root over|The lock of .* was lost/)]);
  expect(files(from)).toHaveLength(FILES);
  expect(readFileSync(path.join(workspace, '.datastore.yaml'), 'utf8')).toContain(`path: ${from}\n`);
}, 180_000);

test('a set-up that waited for another, and finds another configuration, does not go on from that of before', async () => {
  const { workspace, from, to } = await moving(FILES);
  const config = path.join(workspace, '.datastore.yaml');
  const other = await mkdtemp(path.join(rig.folder, 'other-'));
  const first = rig.start(workspace, deleting(to));
  await first.printed('can be made');
  first.process.kill('SIGSTOP');
  const second = rig.start(workspace, [...deleting(`${to}2`), '--json']);
  await second.printed('another set-up seems to be at work');
  writeFileSync(config, `type: filesystem\npath: ${other}\n`);
  first.process.kill('SIGKILL');
  const ended = await second.ended;
  expect([ended.code, ended.json()]).toMatchObject([4, { ok: false, error: { kind: 'locked' } }]);
  expect(readFileSync(config, 'utf8')).toContain(`path: ${other}\n`);
  expect([files(from).length, existsSync(`${to}2`)]).toEqual([FILES, false]);
}, 120_000);

test('stopped by a signal, it stops at once and says what is true; the same command finishes', async () => {
  const moved = await moving(FILES);
  const { workspace, from, to } = moved;
  const running = await beginDeleting(moved);
  running.process.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect(code).not.toBe(0);
  expect(stderr.split('The configuration is written; run the same command again to finish.')).toHaveLength(2);
  expect(stderr).not.toContain('Nothing is half done');
  expect(files(from).length).toBeGreaterThan(0);
  expect(existsSync(path.join(from, '.datastore-staging'))).toBe(false);
  expect(await rig.cli(workspace, deleting(to))).toMatchObject({ code: 0 });
  expect([existsSync(from), files(to).length]).toEqual([false, FILES]);
}, 120_000);

test('the repository that a folder is keeps its empty folders', async () => {
  const { workspace, from, to } = await moving(1);
  execFileSync('git', ['init', '-q', from]);
  mkdirSync(path.join(from, '.git/refs/heads'), { recursive: true });
  const before = readdirSync(path.join(from, '.git'), { recursive: true, encoding: 'utf8' }).toSorted();
  const ended = await rig.cli(workspace, deleting(to));
  expect([ended.code, files(to)]).toEqual([0, ['f0']]);
  expect(readdirSync(from)).toEqual(['.git']);
  expect(readdirSync(path.join(from, '.git'), { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(before);
  execFileSync('git', ['-C', from, 'status'], { stdio: 'pipe' });
});

test.for([[['--delete-source']], [[]]])(
  'what both folders have by a mount is no copy %j',
  async ([more = []], context) => {
    const { workspace, from, to } = await moving(1);
    for (const folder of [from, to]) mkdirSync(path.join(folder, 'models'), { recursive: true });
    writeFileSync(path.join(from, 'models/a'), 'only copy');
    const mounted = 'mount --bind "$0" "$1" && shift 1 && exec "$@"';
    const words = ['-Urm', 'sh', '-c', mounted, path.join(from, 'models'), path.join(to, 'models')];
    try {
      execFileSync('unshare', [...words, 'true'], { stdio: 'pipe' });
    } catch (error) {
      if (process.geteuid?.() === 0 && process.env['CI'] === 'true') throw error;
      context.skip('no folder can be mounted in a namespace here');
    }
    const setup = [PROGRAM, 'setup', 'filesystem', '--path', to, ...more, '--cwd', workspace];
    const run = (): string => {
      execFileSync('unshare', [...words, process.execPath, ...setup], {
        stdio: 'pipe',
        env: { PATH: process.env['PATH'] ?? '', HOME: rig.folder, XDG_STATE_HOME: path.join(rig.folder, 'state') },
      });
      return 'done';
    };
    expect(run).toThrow(/models\/a are one file: there is no copy of it/);
    expect(readFileSync(path.join(from, 'models/a'), 'utf8')).toBe('only copy');
    expect(readFileSync(path.join(workspace, '.datastore.yaml'), 'utf8')).toContain(`path: ${from}\n`);
  },
);
