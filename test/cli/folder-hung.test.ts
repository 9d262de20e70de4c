import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, type TestContext, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';

/* A folder used in place on a file server that answers nothing. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

test.for<[command: string[], said: RegExp]>([
  [['status'], /does not answer/],
  [['doctor'], /shared folder +.*does not answer/],
  [['lock', 'status'], /does not answer/],
  [['ls'], /does not answer/],
])('%s says so, and ends', async ([command, said], context) => {
  const workspace = await mkdtemp(path.join(rig.folder, 'hung-'));
  const hung = path.join(workspace, 'mount');
  mountHung(context, hung);
  await writeFile(
    path.join(workspace, '.datastore.yaml'),
    `type: filesystem\npath: ${hung}\ntiming: { connectSeconds: 1 }\n`,
  );
  const ended = await rig.cli(workspace, command);
  expect(ended.code).toBe(5);
  expect(`${ended.stdout}${ended.stderr}`.replaceAll(/\s+/g, ' ')).toMatch(said);
});

/** A mounted folder whose server never answers; left out, with the reason, where it cannot be mounted. */
function mountHung(context: TestContext, folder: string): void {
  const isRoot = process.geteuid?.() === 0;
  try {
    if (!isRoot) throw new Error('only root can mount a filesystem');
    mkdirSync(folder, { recursive: true });
    const server = openSync('/dev/fuse', 'r+');
    const words = ['-i', '-t', 'fuse', '-o', 'fd=3,rootmode=40000,user_id=0,group_id=0', 'hung', folder];
    const mounted = spawnSync('mount', words, { stdio: ['ignore', 'pipe', 'pipe', server], encoding: 'utf8' });
    onTestFinished(() => {
      closeSync(server);
      spawnSync('umount', ['-l', folder]);
    });
    if (mounted.status !== 0) throw new Error(mounted.stderr);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
}
