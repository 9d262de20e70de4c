import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* What would delete most of a side: a set-up names a way out that a person can go. */

const LIFE = () => mortality(Number.MAX_SAFE_INTEGER);
const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };
const NAMES = Array.from({ length: 30 }, (_, index) => `f${index}`);
const dead = async (): Promise<never> => {
  throw new Error('dead');
};

function fill(at: string): void {
  mkdirSync(at, { recursive: true });
  for (const name of NAMES) writeFileSync(path.join(at, name), `content ${name}`);
}
function empty(at: string): void {
  for (const name of NAMES.slice(0, 25)) rmSync(path.join(at, name));
}

test('deleted between two attempts: both sides are joined, and the files are back', async () => {
  const world = openWorld();
  const root = path.join(world.workspace, 'data');
  fill(root);
  const to = s3('new', 'data');
  await world.noteProbe(to);
  const parts = world.parts(null, to, LIFE());
  await expect(runSetup({ ...parts, files: { ...parts.files, writeConfig: dead } }, OPTIONS)).rejects.toThrow('dead');
  empty(root);
  const dry = await runSetup(parts, { ...OPTIONS, dryRun: true });
  expect(dry).toMatchObject({ stopped: null, conflicts: [] });
  const report = await runSetup(parts, OPTIONS);
  expect(report).toMatchObject({ stopped: null, conflicts: [], files: 30 });
  expect(report.notes).toContainEqual(expect.stringContaining('25 files'));
  expect(readdirSync(root)).toEqual(expect.arrayContaining(NAMES));
});

test.each([false, true])(
  'most of the old bucket was deleted by a colleague: the pull that decides it is named (dry run: %s)',
  async (dryRun) => {
    const world = openWorld();
    const from = s3('old', 'data');
    fill(path.join(world.workspace, 'data'));
    await world.noteProbe(from);
    await world.remote(from, false, LIFE()).datastore.sync({});
    const other = world.remote(s3('old', 'b'), false, LIFE());
    await other.datastore.sync({ direction: 'pull' });
    empty(path.join(world.workspace, 'b'));
    await world.noteProbe(s3('old', 'b'));
    await other.datastore.sync({ allowMassDelete: true });
    const parts = world.parts(from, folder(path.join(world.top, 'y')), LIFE());
    await expect(runSetup(parts, { ...OPTIONS, dryRun })).rejects.toMatchObject({
      kind: 'veto',
      remedy:
        'First look: datastore pull --dry-run. If that is meant: datastore pull --allow-mass-delete. Then run this again.',
    });
  },
);

/** In step with the old bucket, and then without `gone` of its files. */
async function inStepBut(gone: readonly string[]) {
  const world = openWorld();
  const from = s3('old', 'data');
  const root = path.join(world.workspace, 'data');
  fill(root);
  await world.noteProbe(from);
  await world.remote(from, false, LIFE()).datastore.sync({});
  for (const name of gone) rmSync(path.join(root, name));
  return { world, from, configured: path.join(world.workspace, '.datastore.yaml') };
}

const TARGETS = [
  ['a folder', (top: string) => folder(path.join(top, 'y'))],
  ['another bucket', () => s3('new', 'data')],
] as const;

describe.each(TARGETS)('on the way to %s', (_what, targetIn) => {
  test.each([
    ['an emptied root', NAMES, false],
    ['an emptied root, in a dry run', NAMES, true],
    ['a root that lost most of its files', NAMES.slice(0, 25), false],
    ['a root that lost most of its files, in a dry run', NAMES.slice(0, 25), true],
  ] as const)('%s is not moved as if that were all', async (_case, gone, dryRun) => {
    const { world, from, configured } = await inStepBut(gone);
    const to = targetIn(world.top);
    await world.noteProbe(to);
    await expect(runSetup(world.parts(from, to, LIFE()), { ...OPTIONS, dryRun })).rejects.toMatchObject({
      kind: 'veto',
      remedy:
        'First look: datastore sync --dry-run. If that is meant: datastore sync --allow-mass-delete. Then run this again.',
    });
    expect(existsSync(configured)).toBe(false);
  });

  test.each([false, true])('a few deleted files are counted (dry run: %s)', async (dryRun) => {
    const { world, from } = await inStepBut(NAMES.slice(0, 3));
    const to = targetIn(world.top);
    await world.noteProbe(to);
    const report = await runSetup(world.parts(from, to, LIFE()), { ...OPTIONS, dryRun });
    expect(report.notes).toContainEqual(
      expect.stringMatching(/^Deleted here, and not brought along: 3 files\. \S+ keeps its copies\.$/),
    );
  });
});

test('a root that is emptied while it is moved is not moved as if that were all', async () => {
  const { world, from, configured } = await inStepBut([]);
  const parts = world.parts(from, s3('new', 'data'), LIFE());
  await world.noteProbe(parts.to);
  const onTold = (kind: string): void => {
    if (kind === 'pull') for (const name of NAMES) rmSync(path.join(world.workspace, 'data', name));
  };
  await expect(runSetup(parts, { ...OPTIONS, onTold })).rejects.toMatchObject({ kind: 'veto' });
  expect(existsSync(configured)).toBe(false);
});

test.each([false, true])('a root that has vanished is named as such (dry run: %s)', async (dryRun) => {
  const { world, from, configured } = await inStepBut([]);
  renameSync(path.join(world.workspace, 'data'), path.join(world.workspace, 'elsewhere'));
  const target = path.join(world.top, 'y');
  const parts = world.parts(from, folder(target), LIFE());
  await expect(runSetup(parts, { ...OPTIONS, dryRun })).rejects.toMatchObject({
    kind: 'veto',
    message: expect.stringContaining('has vanished; 30 files were in step'),
    remedy: expect.stringContaining('Bring the folder back.'),
  });
  expect(existsSync(configured)).toBe(false);
  expect(existsSync(target)).toBe(false);
});

test.each([false, true])(
  'what was renamed in the root comes along under its new name, and is no deletion (dry run: %s)',
  async (dryRun) => {
    const world = openWorld();
    const [from, to] = [s3('old', 'data'), path.join(world.top, 'y')];
    const root = path.join(world.workspace, 'data');
    fill(root);
    await world.noteProbe(from);
    await world.remote(from, false, LIFE()).datastore.sync({});
    for (const name of ['f0', 'f1']) renameSync(path.join(root, name), path.join(root, `new ${name}`));
    rmSync(path.join(root, 'f2'));
    const { notes } = await runSetup(world.parts(from, folder(to), LIFE()), { ...OPTIONS, dryRun });
    expect(notes.filter((note) => /Deleted|Renamed/.test(note))).toEqual([
      expect.stringMatching(/^Deleted here, and not brought along: 1 file\. \S+ keeps its copies\.$/),
      expect.stringMatching(
        /^Renamed here, and brought along under the new name: 2 files\. \S+ keeps them under the old one\.$/,
      ),
    ]);
  },
);
