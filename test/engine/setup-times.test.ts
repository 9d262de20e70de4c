import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* A copy keeps the times of its files; where it could not, the files that have them are not deleted. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const YEARS_AGO = 1.5e9;

function world() {
  const opened = openWorld();
  const [x, y] = [path.join(opened.workspace, 'x'), path.join(opened.top, 'y')];
  mkdirSync(x);
  for (const name of ['a', 'b']) {
    writeFileSync(path.join(x, name), name);
    utimesSync(path.join(x, name), YEARS_AGO, YEARS_AGO);
  }
  const parts = opened.parts(folder(x), folder(y), mortality(Number.MAX_SAFE_INTEGER));
  return { ...opened, x, y, parts };
}

test('a target that does not keep times: the source is moved, not deleted', async () => {
  const { parts, x, y, workspace } = world();
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== y) return files;
    const stage: typeof files.stage = (content, how) => files.stage(content, { ...how, mtime: Date.now() });
    return { ...files, stage };
  };
  const report = await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS);
  expect(report.done).toContainEqual({
    kind: 'verify',
    text: expect.stringContaining('2 equal files kept another time'),
  });
  expect(report.notes).toContainEqual(
    expect.stringMatching(/alone has the times of 2 files, which \S+\/y did not keep: delete it when /),
  );
  expect(existsSync(x)).toBe(false);
  const aside = readdirSync(workspace).find((name) => name.startsWith('x.'));
  expect(readdirSync(path.join(workspace, aside ?? ''))).toEqual(expect.arrayContaining(['a', 'b']));
});

test.each([3600, 1.8])(
  'files that were there with a time of their own, %d s apart, keep it: the source is moved',
  async (apart) => {
    const { parts, x, y, workspace } = world();
    mkdirSync(y);
    for (const name of ['a', 'b']) writeFileSync(path.join(y, name), name);
    utimesSync(path.join(y, 'a'), YEARS_AGO, YEARS_AGO);
    utimesSync(path.join(y, 'b'), YEARS_AGO + apart, YEARS_AGO + apart);
    const { notes } = await runSetup(parts, OPTIONS);
    expect(notes.join()).toContain('alone has the times of 1 file');
    expect(existsSync(x)).toBe(false);
    const aside = readdirSync(workspace).find((name) => name.startsWith('x.')) ?? '';
    expect(['a', 'b'].map((name) => statSync(path.join(workspace, aside, name)).mtimeMs)).toEqual([
      YEARS_AGO * 1000,
      YEARS_AGO * 1000,
    ]);
    expect(statSync(path.join(y, 'b')).mtimeMs).toBe((YEARS_AGO + apart) * 1000);
  },
);

test('a target that keeps every other second is no reason to keep the source', async () => {
  const { parts, x, y, workspace } = world();
  utimesSync(path.join(x, 'a'), YEARS_AGO + 1.75, YEARS_AGO + 1.75);
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== y) return files;
    const stage: typeof files.stage = (content, how) =>
      files.stage(content, { ...how, mtime: Math.floor(how.mtime / 2000) * 2000 });
    return { ...files, stage };
  };
  await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS);
  expect(readdirSync(workspace)).not.toContainEqual(expect.stringMatching(/^x/));
  expect(readdirSync(y).toSorted()).toEqual(['a', 'b']);
});
