import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { asOrdinaryUser } from './fs/sandbox.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* How a source is deleted to its end, and what is said where that cannot be. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  writeFileSync(path.join(from, 'a'), 'content');
  const parts = world.parts(folder(from), folder(to), mortality(Number.MAX_SAFE_INTEGER));
  return { world, from, to, parts };
}

test('names of one file are deleted one after the other', async () => {
  const { from, to, parts } = moving();
  const names = Array.from({ length: 9 }, (_, index) => `link ${index}`);
  for (const name of names) linkSync(path.join(from, 'a'), path.join(from, name));
  await runSetup(parts, OPTIONS);
  expect(existsSync(from)).toBe(false);
  expect(names.map((name) => readFileSync(path.join(to, name), 'utf8'))).toEqual(names.map(() => 'content'));
});

test('a file written to through another of its names, after one was deleted, is not', async () => {
  const { from, to, parts } = moving();
  linkSync(path.join(from, 'a'), path.join(from, 'b'));
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== from) return files;
    return {
      ...files,
      async remove(...given: Parameters<typeof files.remove>) {
        const answer = await files.remove(...given);
        if (given[0] === 'a') writeFileSync(path.join(from, 'b'), 'another');
        return answer;
      },
    };
  };
  await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS).catch(() => null);
  const there = [path.join(from, 'b'), path.join(to, 'b')].filter((at) => existsSync(at));
  expect(there.map((at) => readFileSync(at, 'utf8'))).toContain('another');
});

test('all that went is counted, whatever made it begin again', async () => {
  const { from, parts } = moving();
  for (const name of ['b', 'c']) writeFileSync(path.join(from, name), 'content');
  let waits = true;
  const open = (of: string) => {
    const files = parts.folders.open(of);
    return {
      ...files,
      async remove(...given: Parameters<typeof files.remove>) {
        if (given[0] === 'b' && waits) writeFileSync(path.join(from, 'b'), 'another');
        waits &&= given[0] !== 'b';
        return files.remove(...given);
      },
    };
  };
  mkdirSync(path.join(from, 'empty'));
  const { done } = await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS);
  expect(done).toContainEqual({ kind: 'clean-up', text: `${from}: 3 files deleted` });
});

test('what may not be deleted fails, is named, and the same command ends it later', async () => {
  const { world, from, to, parts } = moving();
  mkdirSync(path.join(from, 'shut'));
  writeFileSync(path.join(from, 'shut/b'), 'content');
  if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', world.top]);
  chmodSync(path.join(from, 'shut'), 0o500);
  await asOrdinaryUser(async () => {
    await expect(runSetup(parts, OPTIONS)).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringMatching(/x stays: shut\/b: .*permission denied/),
      remedy: expect.stringContaining('run this again'),
    });
    expect([existsSync(path.join(from, 'a')), existsSync(path.join(from, 'shut/b'))]).toEqual([false, true]);
    chmodSync(path.join(from, 'shut'), 0o700);
    await runSetup({ ...parts, from: parts.to }, OPTIONS);
  });
  expect([existsSync(from), readFileSync(path.join(to, 'shut/b'), 'utf8')]).toEqual([false, 'content']);
});

test('a folder that may not be removed after its files went fails, and the same command ends it later', async () => {
  const world = openWorld();
  const [above, to] = [path.join(world.top, 'p'), path.join(world.top, 'y')];
  const from = path.join(above, 'x');
  mkdirSync(from, { recursive: true });
  writeFileSync(path.join(from, 'a'), 'content');
  const parts = world.parts(folder(from), folder(to), mortality(Number.MAX_SAFE_INTEGER));
  if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', world.top]);
  chmodSync(above, 0o555);
  await asOrdinaryUser(async () => {
    await expect(runSetup(parts, OPTIONS)).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringMatching(/\/x stays, with nothing in it: it may not be removed: permission denied/),
      remedy: expect.stringContaining('run this again'),
      details: { done: expect.arrayContaining([{ kind: 'clean-up', text: `${from}: 1 file deleted` }]) },
    });
    expect(readdirSync(from)).toEqual([]);
    chmodSync(above, 0o755);
    const { notes } = await runSetup({ ...parts, from: parts.to }, OPTIONS);
    expect(notes).toEqual([]);
  });
  expect([existsSync(from), readFileSync(path.join(to, 'a'), 'utf8')]).toEqual([false, 'content']);
});
