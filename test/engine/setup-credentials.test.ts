import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* Files that look like credentials go to a folder of a team only when somebody allowed each by name. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };

function world(allow: readonly string[] = []) {
  const opened = openWorld();
  const [x, y] = [path.join(opened.workspace, 'x'), path.join(opened.top, 'y')];
  mkdirSync(path.join(x, '.aws'), { recursive: true });
  for (const [name, text] of [
    ['a', 'A'],
    ['.env', 'PASSWORD=1'],
    ['.aws/credentials', 'k'],
  ] as const)
    writeFileSync(path.join(x, name), text);
  const parts = (from: ReturnType<typeof folder>, to = folder(y)) =>
    opened.parts(from, { ...to, allow }, mortality(Number.MAX_SAFE_INTEGER));
  return { ...opened, x, y, parts };
}

const byPath = <T extends { readonly path: string }>(found: readonly T[]): readonly T[] =>
  found.toSorted((one, other) => (one.path < other.path ? -1 : 1));

const below = (at: string): readonly string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.datastore-staging'))
    .map((entry) => path.relative(at, path.join(entry.parentPath, entry.name)))
    .toSorted();

test.each([
  ['moved aside', false],
  ['deleted', true],
])('are held back and named, and the folder that has them is not %s', async (_what, deleteSource) => {
  const { parts, x, y, workspace } = world();
  const report = await runSetup(parts(folder(x)), { ...OPTIONS, deleteSource });
  expect(byPath(report.problems)).toMatchObject([
    { path: '.aws/credentials', reason: expect.stringContaining('"allow"') },
    { path: '.env', reason: expect.stringContaining('"allow"') },
  ]);
  expect(report).toMatchObject({ conflicts: [], stopped: null, files: 1 });
  expect(below(y)).toEqual(['a']);
  expect(readdirSync(workspace).filter((name) => name.startsWith('x'))).toEqual(['x']);
  expect(below(x)).toEqual(['.aws/credentials', '.env', 'a']);
  expect(readFileSync(path.join(workspace, '.gitignore'), 'utf8').split('\n')).toContain('/x.[0-9]*/');
  expect(report.notes).toContainEqual(
    expect.stringMatching(/\/x alone has 2 files that may hold credentials: before you delete it, /),
  );
  expect(report.notes).toContain(`${x} stays where it was: what may hold credentials is not moved.`);
  expect(report.notes.some((note) => note.includes('is not deleted'))).toBe(deleteSource);
  expect(report.done).not.toContainEqual({ kind: 'clean-up', text: expect.stringContaining('delete it when') });
});

test('a dry run names the same, and takes none of them for a conflict', async () => {
  const { parts, x, y } = world();
  mkdirSync(y);
  writeFileSync(path.join(y, '.env'), 'of another');
  const dry = await runSetup(parts(folder(x)), { ...OPTIONS, dryRun: true });
  expect(byPath(dry.problems).map((one) => one.path)).toEqual(['.aws/credentials', '.env']);
  expect(dry).toMatchObject({
    stopped: null,
    done: expect.arrayContaining([{ kind: 'copy', text: '1 file (1 B) to copy' }]),
  });
  const report = await runSetup(parts(folder(x)), OPTIONS);
  expect(byPath(report.problems)).toEqual(byPath(dry.problems));
  for (const { notes } of [dry, report])
    expect(notes).toContain(`${x} stays where it was: what may hold credentials is not moved.`);
  expect(readFileSync(path.join(y, '.env'), 'utf8')).toBe('of another');
});

test('what is allowed by name comes along, and with all of it the folder goes', async () => {
  const { parts, x, y } = world(['.env', '.aws/credentials']);
  const report = await runSetup(parts(folder(x)), OPTIONS);
  expect(report).toMatchObject({ problems: [], files: 3 });
  expect(below(y)).toEqual(['.aws/credentials', '.env', 'a']);
  expect(existsSync(x)).toBe(false);
});

test('on the way to a bucket they are in the new root, and the sync holds them back', async () => {
  const opened = world();
  const to = s3('new', 'data');
  await opened.noteProbe(to);
  const report = await runSetup(opened.parts(folder(opened.x), to), OPTIONS);
  expect(report.problems.map((one) => one.path).toSorted()).toEqual(['.aws/credentials', '.env']);
  expect(existsSync(path.join(opened.workspace, 'data', '.env'))).toBe(true);
});
