import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, openRig, type Rig } from './harness.ts';
import { expectRefused } from './refusal.ts';
import { tree } from './sides.ts';
import { swamp } from './swamp.ts';

/* Workspaces and folders that are reached through links. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

const s3 = (prefix: string, ...more: string[]): string[] => {
  const { endpoint, region } = rig.place;
  return ['setup', 's3', '--bucket', BUCKET, '--prefix', prefix, '--endpoint', endpoint, '--region', region, ...more];
};

/** The workspace, and what leads to it. */
async function linked(): Promise<{ readonly workspace: string; readonly link: string }> {
  const top = await mkdtemp(path.join(rig.folder, 'linked-'));
  const workspace = path.join(top, 'real/w');
  mkdirSync(path.join(workspace, '.git'), { recursive: true });
  symlinkSync('real', path.join(top, 'link'));
  mkdirSync(path.join(workspace, 'data'));
  writeFileSync(path.join(workspace, 'data/a'), 'A');
  writeFileSync(path.join(workspace, '.datastore.yaml'), 'type: filesystem\npath: data\n');
  return { workspace, link: path.join(top, 'link/w') };
}

test.each([[[]], [['--delete-source']]])('a folder becomes the root where it lies %j', async (more) => {
  const { workspace, link } = await linked();
  const ended = await rig.cli(link, s3(`in-place${more.length}`, '--root', 'data', '--cwd', link, '--json', ...more));
  expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, files: 1, notes: [] }]);
  expect(readFileSync(path.join(workspace, 'data/a'), 'utf8')).toBe('A');
  expect(Object.keys(tree(workspace)).filter((name) => name.startsWith('data.'))).toEqual([]);
});

test('a folder named in the workspace is written as it lies there', async () => {
  const { workspace, link } = await linked();
  const ended = await rig.cli(link, ['setup', 'filesystem', '--path', 'new', '--cwd', link, '--json']);
  expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, files: 1 }]);
  expect(readFileSync(path.join(workspace, '.datastore.yaml'), 'utf8')).toContain('path: new\n');
});

test('so is one that is named through another way to the workspace', async () => {
  const { workspace, link } = await linked();
  const ended = await rig.cli(workspace, ['setup', 'filesystem', '--path', path.join(link, 'new'), '--json']);
  expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, files: 1 }]);
  expect(readFileSync(path.join(workspace, '.datastore.yaml'), 'utf8')).toContain('path: new\n');
});

test('a folder below the home folder is used there, and written as it was typed', async () => {
  const { workspace } = await linked();
  const ended = await rig.cli(workspace, ['setup', 'filesystem', '--path=~/home data/x', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([0, { ok: true, files: 1 }]);
  expect(readFileSync(path.join(workspace, '.datastore.yaml'), 'utf8')).toContain('path: "~/home data/x"\n');
  expect(Object.keys(tree(path.join(rig.folder, 'home data')))).toEqual(['x/', 'x/a']);
  expect((await rig.cli(workspace, ['ls', '--json'])).json()).toMatchObject({ entries: [{ path: 'a' }] });
});

test('a link in it that leads out of the workspace is not moved', async () => {
  const workspace = await swamp(rig, 0);
  const link = `${workspace}-link`;
  symlinkSync(workspace, link);
  const out = await mkdtemp(path.join(rig.folder, 'private-'));
  writeFileSync(path.join(out, 'a'), 'private');
  symlinkSync(out, path.join(workspace, 'data'));
  writeFileSync(path.join(workspace, '.datastore.yaml'), 'type: filesystem\npath: data\n');
  const args = s3('out', '--root', 'new', '--cwd', link);
  const refusal = { code: 2, kind: 'usage', says: out, remedy: '--skip-migration' };
  await expectRefused(rig, { workspace, prefix: 'out', args }, refusal);
});
