import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

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
