import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Progress } from '../../src/core/status/sync-report.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { setupFailureOf } from '../../src/engine/setup/setup-failure.ts';
import { readNote } from '../../src/engine/setup/setup-note.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* What everybody can see of a set-up that has not ended. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };

/** Three files to copy, of which the last is never installed. */
function cutOff() {
  const world = openWorld();
  const [x, y] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(x);
  for (const name of ['a', 'b', 'c']) writeFileSync(path.join(x, name), name);
  const parts = world.parts(folder(x), folder(y), mortality(Number.MAX_SAFE_INTEGER));
  let left = 2;
  let told = (): void => {};
  const others = new Promise<void>((resolve) => {
    told = resolve;
  });
  const open = (of: string) => {
    const files = parts.folders.open(of);
    return {
      ...files,
      async install(...given: Parameters<typeof files.install>) {
        if (left === 0) {
          await others;
          throw new Error('dead');
        }
        left -= 1;
        return files.install(...given);
      },
    };
  };
  const dead = { ...parts, folders: { ...parts.folders, open } };
  const onProgress = ({ files }: Progress): void => void (files === 2 && told());
  return { x, y, parts, dead, onProgress };
}

test('how far one came that was cut off, until it has ended', async () => {
  const { x, y, parts, dead, onProgress } = cutOff();
  expect(await readNote(parts.state)).toBeNull();
  await expect(runSetup(dead, { ...OPTIONS, onProgress })).rejects.toThrow('dead');
  expect(await readNote(parts.state)).toMatchObject({
    from: parts.from,
    to: parts.to,
    flags: { skipMigration: false, deleteSource: true },
    step: { number: 2, of: 6, text: `copy ${x} to ${y}` },
    files: { done: 2, total: 3 },
  });
  await runSetup(parts, OPTIONS);
  expect(await readNote(parts.state)).toBeNull();
});

test('one that fails says which steps are left', async () => {
  const { dead, onProgress, parts } = cutOff();
  const kinds = async (failing: typeof parts) => {
    const error = await runSetup(failing, { ...OPTIONS, onProgress }).catch((thrown: unknown) => thrown);
    return setupFailureOf(error)?.todo.map(({ kind }) => kind);
  };
  expect(await kinds(dead)).toEqual(['copy', 'verify', 'configure', 'ignore', 'clean-up']);
  const unlocked = { ...parts.folders, drop: async () => Promise.reject(new Error('dead')) };
  expect(await kinds({ ...parts, folders: unlocked })).toEqual(['clean-up']);
});

test('a dry run leaves no trace', async () => {
  const { parts } = cutOff();
  await runSetup(parts, { ...OPTIONS, dryRun: true });
  expect(await readNote(parts.state)).toBeNull();
});

test('one that is given up for another is told, with what it brought', async () => {
  const { x, y, parts, dead, onProgress } = cutOff();
  await expect(runSetup(dead, { ...OPTIONS, onProgress })).rejects.toThrow('dead');
  const { notes } = await runSetup({ ...parts, to: folder(x) }, OPTIONS);
  expect(notes).toContainEqual(
    expect.stringMatching(
      `^This takes the place of the set-up to ${y}, begun at \\S+: 3 files that it may have brought there stay\\.$`,
    ),
  );
  expect(await readNote(parts.state)).toBeNull();
});
