import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
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
