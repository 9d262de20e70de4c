import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* A set-up believes its own record, not what the configuration says meanwhile. */

const LIFE = () => mortality(Number.MAX_SAFE_INTEGER);
const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const dead = async (): Promise<never> => {
  throw new Error('dead');
};

/** A root in step with a bucket, into which a colleague has sent one file more since. */
async function behind() {
  const world = openWorld();
  const from = s3('old', 'a');
  const root = path.join(world.workspace, 'a');
  mkdirSync(root);
  writeFileSync(path.join(root, 'mine'), 'mine');
  await world.noteProbe(from);
  await world.remote(from, false, LIFE()).datastore.sync({});
  mkdirSync(path.join(world.workspace, 'b'));
  writeFileSync(path.join(world.workspace, 'b', 'theirs'), 'theirs');
  const other = s3('old', 'b');
  await world.noteProbe(other);
  await world.remote(other, false, LIFE()).datastore.sync({});
  const to = folder(path.join(world.top, 'y'));
  return { world, root, from, to, parts: world.parts(from, to, LIFE()) };
}

test('the new place was named by hand before anything was pulled: all of the old bucket is brought, then the root goes', async () => {
  const { world, root, to, parts } = await behind();
  const failing = async (...given: Parameters<typeof parts.openRemote>) => {
    const remote = await parts.openRemote(...given);
    return { ...remote, datastore: { ...remote.datastore, sync: dead } };
  };
  await expect(runSetup({ ...parts, openRemote: failing }, OPTIONS)).rejects.toThrow('dead');
  mkdirSync(path.join(world.top, 'y'), { recursive: true });
  const report = await runSetup({ ...parts, from: to }, OPTIONS);
  expect(report.done.map(({ kind }) => kind)).toContain('pull');
  expect(readdirSync(path.join(world.top, 'y')).toSorted()).toEqual(['mine', 'theirs']);
  expect(existsSync(root)).toBe(false);
});

test('stopped after it named the new place itself: only what is left is done', async () => {
  const { world, root, to, parts } = await behind();
  const files = {
    ...parts.files,
    async writeConfig(...given: Parameters<typeof parts.files.writeConfig>) {
      await parts.files.writeConfig(...given);
      return dead();
    },
  };
  await expect(runSetup({ ...parts, files }, OPTIONS)).rejects.toThrow('dead');
  const report = await runSetup({ ...parts, from: to, openRemote: dead }, OPTIONS);
  expect(report.done.map(({ kind }) => kind)).not.toContain('pull');
  expect(readdirSync(path.join(world.top, 'y')).toSorted()).toEqual(['mine', 'theirs']);
  expect(existsSync(root)).toBe(false);
});

test('a dry run says whether a run of before has begun it', async () => {
  const { parts } = await behind();
  const look = () => runSetup(parts, { ...OPTIONS, dryRun: true });
  expect(await look()).toMatchObject({ isResumed: false });
  await expect(runSetup({ ...parts, files: { ...parts.files, writeConfig: dead } }, OPTIONS)).rejects.toThrow('dead');
  expect(await look()).toMatchObject({ isResumed: true });
  expect(await runSetup(parts, OPTIONS)).toMatchObject({ isResumed: true });
});

test('files called like what every object has are gone on with as any other', async () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'sub/__proto__', 'sub/valueOf'];
  const world = openWorld();
  const [from, y] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(path.join(from, 'sub'), { recursive: true });
  for (const name of names) writeFileSync(path.join(from, name), `old ${name}`);
  const parts = world.parts(folder(from), folder(y), LIFE());
  const failing = { ...parts, files: { ...parts.files, writeConfig: dead } };
  await expect(runSetup(failing, OPTIONS)).rejects.toThrow('dead');
  for (const name of names) writeFileSync(path.join(from, name), `new ${name}`);
  expect(await runSetup(parts, { ...OPTIONS, dryRun: true })).toMatchObject({ stopped: null, conflicts: [] });
  expect(await runSetup(parts, OPTIONS)).toMatchObject({ isResumed: true, stopped: null, files: names.length });
  expect(names.map((name) => readFileSync(path.join(y, name), 'utf8'))).toEqual(names.map((name) => `new ${name}`));
  expect(existsSync(from)).toBe(false);
});

test('such a file that the target has otherwise is a conflict, and no crash', async () => {
  const world = openWorld();
  const [from, y] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  for (const [at, text] of [
    [from, 'mine'],
    [y, 'other'],
  ] as const) {
    mkdirSync(at);
    writeFileSync(path.join(at, 'constructor'), text);
  }
  const parts = world.parts(folder(from), folder(y), LIFE());
  expect(await runSetup(parts, { ...OPTIONS, dryRun: true })).toMatchObject({ conflicts: ['constructor'] });
  expect(await runSetup(parts, OPTIONS)).toMatchObject({ conflicts: ['constructor'] });
});
