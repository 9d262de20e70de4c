import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { everyEntry } from '../support/every-entry.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

const LONG_AGO = 1.5e9;

test('a dry run from folder to folder writes nothing in either, not for a moment', async () => {
  const world = openWorld();
  const [from, to] = [path.join(world.top, 'x'), path.join(world.top, 'y')];
  for (const at of [from, to]) mkdirSync(at);
  for (const name of [path.join(from, 'a'), path.join(from, 'b'), path.join(to, 'a')]) writeFileSync(name, 'content');
  for (const at of [from, to]) utimesSync(at, LONG_AGO, LONG_AGO);
  const parts = world.parts(folder(from), folder(to), mortality(Number.MAX_SAFE_INTEGER));
  const { done } = await runSetup(parts, { skipMigration: false, deleteSource: false, dryRun: true });
  expect(done).toContainEqual({ kind: 'copy', text: expect.stringContaining('2 files') });
  expect([from, to].map((at) => statSync(at).mtimeMs)).toEqual([LONG_AGO * 1000, LONG_AGO * 1000]);
});

const LOOK = { skipMigration: false, deleteSource: false, dryRun: true };

test.each(['a folder', 'a root that is there', 'another bucket'])(
  'a dry run from %s to a bucket writes nothing on this machine, not for a moment',
  async (what) => {
    const world = openWorld();
    const life = () => mortality(Number.MAX_SAFE_INTEGER);
    const [from, root, to] = [path.join(world.workspace, 'x'), path.join(world.workspace, 'data'), s3('new', 'data')];
    const at = what === 'a folder' ? from : root;
    mkdirSync(at);
    for (const name of ['a', 'b']) writeFileSync(path.join(at, name), `content ${name}`);
    const old = s3('old', 'data');
    await world.noteProbe(old);
    if (what === 'another bucket') await runSetup(world.parts(null, old, life()), { ...LOOK, dryRun: false });
    const source = { 'a folder': folder(from), 'a root that is there': null, 'another bucket': old }[what] ?? null;
    const before = everyEntry(world.top);
    const { done } = await runSetup(world.parts(source, to, life()), LOOK);
    expect(done).toContainEqual({ kind: 'share', text: '0 files there, 2 here, 0 equal' });
    expect(everyEntry(world.top)).toEqual(before);
  },
);
