import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* A set-up that dies while the folder of its source, emptied, is on its way out under another name. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };

/** Gives the folder under its other name. `named`: what leads to it. */
async function cutOff(named?: string) {
  const world = openWorld();
  const [x, y] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(x);
  writeFileSync(path.join(x, 'a'), 'content a');
  const from = named === undefined ? x : path.join(world.top, named);
  if (named !== undefined) symlinkSync(x, from);
  const parts = world.parts(folder(from), folder(y), mortality(Number.MAX_SAFE_INTEGER));
  let away = '';
  const holdFolder: SetupParts['holdFolder'] = async (...given) => {
    const held = await parts.holdFolder(...given);
    return {
      ...held,
      async release(movedTo) {
        await held.release(movedTo);
        if (movedTo === undefined) return;
        away = movedTo;
        // What a kill leaves: nobody renews it.
        writeFileSync(path.join(away, '.datastore.lock'), '{}');
        throw new Error('dead');
      },
    };
  };
  await expect(runSetup({ ...parts, holdFolder }, OPTIONS)).rejects.toThrow('dead');
  expect([existsSync(x), existsSync(away)]).toEqual([false, true]);
  const again = () => runSetup({ ...parts, from: parts.to }, OPTIONS);
  return { world, x, y, away, parts, again };
}

const litter = (at: string): readonly string[] => readdirSync(at).filter((name) => name.includes('.deleted-'));

test.each([
  ['', undefined],
  [' that was named by a link', 'link'],
])('it%s goes when the set-up is gone on with, which is said', async (_what, named) => {
  const { world, x, again } = await cutOff(named);
  const { done } = await again();
  const text = expect.stringMatching(/\/(x|link) deleted: the run before was cut off at that$/);
  expect(done).toContainEqual({ kind: 'clean-up', text });
  expect([existsSync(x), litter(world.workspace)]).toEqual([false, []]);
});

test('it goes when another set-up is begun', async () => {
  const { world, x, y, parts } = await cutOff();
  const other = world.parts(folder(y), folder(path.join(world.top, 'z')), mortality(Number.MAX_SAFE_INTEGER));
  await runSetup({ ...parts, from: other.from, to: other.to, written: other.written }, OPTIONS);
  expect([existsSync(x), litter(world.workspace)]).toEqual([false, []]);
});

test('what came to it at the last moment is back at its place, and comes along', async () => {
  const { world, x, y, away, again } = await cutOff();
  writeFileSync(path.join(away, 'late'), 'late');
  const { notes } = await again();
  expect(notes).toContain(`${x} had come back to its place: something came to it while it was deleted.`);
  expect([readFileSync(path.join(y, 'late'), 'utf8'), existsSync(x), litter(world.workspace)]).toEqual([
    'late',
    false,
    [],
  ]);
});

test('what came to it is never put over another folder of its name', async () => {
  const { x, away, again } = await cutOff();
  writeFileSync(path.join(away, 'late'), 'late');
  mkdirSync(x);
  writeFileSync(path.join(x, 'b'), 'content b');
  await expect(again()).rejects.toMatchObject({ kind: 'local', message: expect.stringContaining(away) });
  expect([readFileSync(path.join(away, 'late'), 'utf8'), readdirSync(x)]).toEqual(['late', ['b']]);
});

test('a dry run leaves it where it is', async () => {
  const { parts, away } = await cutOff();
  await runSetup({ ...parts, from: parts.to }, { ...OPTIONS, dryRun: true });
  expect(existsSync(away)).toBe(true);
});
