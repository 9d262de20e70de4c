import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3, type World } from './setup-world.ts';

/* Folders that are other than their names say: nothing is moved or deleted by a name alone. */

const run = (world: World, from: Config, to: Config, deleteSource = true) =>
  runSetup(world.parts(from, to, mortality(Number.MAX_SAFE_INTEGER)), {
    skipMigration: false,
    deleteSource,
    dryRun: false,
  });

/** With one file. */
function filled(at: string): string {
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'a'), 'A');
  return at;
}
const textOf = (at: string): string => readFileSync(path.join(at, 'a'), 'utf8');

describe.each([true, false])('delete the source: %s', (deleteSource) => {
  test('the folder in place, under another name: nothing is moved', async () => {
    const world = openWorld();
    const real = filled(path.join(world.top, 'nfs/real'));
    symlinkSync('nfs', path.join(world.top, 'mnt'));
    const to = folder(path.join(world.top, 'mnt/real'));
    expect(await run(world, folder(real), to, deleteSource)).toMatchObject({ conflicts: [], notes: [] });
    expect([textOf(real), readdirSync(path.join(world.top, 'nfs'))]).toEqual(['A', ['real']]);
  });

  test('the folder in place as a root, under another name', async () => {
    const world = openWorld();
    const real = filled(path.join(world.workspace, 'data'));
    symlinkSync('w', path.join(world.top, 'lnk'));
    await run(world, folder(path.join(world.top, 'lnk/data')), s3('new', 'data'), deleteSource);
    expect([textOf(real), readdirSync(world.workspace).filter((name) => name.startsWith('data'))]).toEqual([
      'A',
      ['data'],
    ]);
  });
});

test.each<[what: string, target: string]>([
  ['below the source', 'mnt/real/new'],
  ['above the source', 'mnt'],
])('a target %s through a link is refused', async (_what, target) => {
  const world = openWorld();
  const real = filled(path.join(world.top, 'nfs/real'));
  symlinkSync('nfs', path.join(world.top, 'mnt'));
  const refused = run(world, folder(real), folder(path.join(world.top, target)));
  await expect(refused).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('lies in the other') });
  expect([textOf(real), readdirSync(real)]).toEqual(['A', ['a']]);
});

describe('what cannot be moved out of the way is refused', () => {
  test('a link that leads out of the workspace', async () => {
    const world = openWorld();
    const real = filled(path.join(world.top, 'private'));
    symlinkSync('../private', path.join(world.workspace, '.swamp'));
    const refused = run(world, folder(path.join(world.workspace, '.swamp')), s3('new', 'data'));
    await expect(refused).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(real) });
    expect([textOf(real), existsSync(path.join(world.workspace, 'data'))]).toEqual(['A', false]);
  });

  test.each(['.', '..'])('the folder %s of the workspace', async (place) => {
    const world = openWorld();
    filled(world.workspace);
    const from = folder(path.join(world.workspace, place));
    const refused = run(world, { ...from, directories: ['d'] }, folder(`${world.top}-beside`));
    await expect(refused).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('this workspace') });
    expect(textOf(world.workspace)).toBe('A');
  });
});

test('a root that is a link takes no files, and nothing is sent from there', async () => {
  const world = openWorld();
  const from = filled(path.join(world.workspace, '.swamp'));
  const out = path.join(world.top, 'out');
  mkdirSync(out);
  symlinkSync('../out', path.join(world.workspace, 'data'));
  await expect(run(world, folder(from), s3('new', 'data'))).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('cannot be used'),
  });
  expect([readdirSync(out), textOf(from)]).toEqual([[], 'A']);
});

test.each(['.datastore.yaml', '.gitignore'])('%s that is a link out of the workspace is not written', async (name) => {
  const world = openWorld();
  const from = filled(path.join(world.workspace, '.swamp'));
  const theirs = path.join(world.top, 'theirs');
  writeFileSync(theirs, '# theirs\n');
  symlinkSync('../theirs', path.join(world.workspace, name));
  const refused = run(world, folder(from), folder(path.join(world.workspace, 'data')));
  await expect(refused).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('link') });
  expect([readFileSync(theirs, 'utf8'), textOf(from)]).toEqual(['# theirs\n', 'A']);
});

describe('a share that is mounted twice', () => {
  test('the same folder of it: nothing is moved', async (context) => {
    const world = openWorld();
    const real = filled(path.join(world.top, 'real'));
    const twice = path.join(world.top, 'twice');
    mountTwice(context, world.top, real, twice);
    expect(await run(world, folder(twice), folder(real))).toMatchObject({ files: 1, conflicts: [], notes: [] });
    expect([textOf(real), readdirSync(twice)]).toEqual(['A', ['a']]);
  });

  test.for<[what: string, from: string, to: string]>([
    ['in the source', 'twice', 'real/sub/deep'],
    ['that will be in the source', 'twice', 'real/sub/new/one'],
    ['around the source', 'twice/sub', 'real'],
  ])('a target %s is refused', async ([, from, to], context) => {
    const world = openWorld();
    const real = filled(path.join(world.top, 'real'));
    filled(path.join(real, 'sub/deep'));
    filled(path.join(real, 'sub'));
    mountTwice(context, world.top, real, path.join(world.top, 'twice'));
    const before = readdirSync(real, { recursive: true });
    await expect(
      run(world, folder(path.join(world.top, from)), folder(path.join(world.top, to))),
    ).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('lies in the other'),
    });
    expect(readdirSync(real, { recursive: true })).toEqual(before);
  });
});

/** What is written at the one is seen at the other, which is another device; left out, with the reason, where it cannot be mounted. */
function mountTwice(context: TestContext, top: string, real: string, twice: string): void {
  try {
    for (const name of [twice, path.join(top, 'lower'), path.join(top, 'work')]) mkdirSync(name);
    const layers = `lowerdir=${top}/lower,upperdir=${real},workdir=${top}/work`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, twice], { stdio: 'pipe' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
  onTestFinished(() => void execFileSync('umount', ['-l', twice]));
}
