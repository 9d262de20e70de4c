import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* Who could not look into a folder before cannot do so after it was copied. */

const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };
const modeOf = (at: string): string => (statSync(at).mode & 0o777).toString(8);

function world() {
  const opened = openWorld();
  const x = path.join(opened.workspace, 'x');
  for (const [name, mode] of [
    ['', 0o700],
    ['open', 0o755],
    ['group', 0o770],
    ['group/private', 0o700],
    ['kept', 0o500],
  ] as const) {
    mkdirSync(path.join(x, name));
    writeFileSync(path.join(x, name, 'a'), name, { mode: 0o644 });
    chmodSync(path.join(x, name), mode);
  }
  const run = (to: ReturnType<typeof folder>, life = mortality(Number.MAX_SAFE_INTEGER)) =>
    runSetup(opened.parts(folder(x), to, life), OPTIONS);
  return { ...opened, x, run };
}

const below = (at: string): readonly string[] =>
  ['', 'open', 'group', 'group/private', 'kept'].map((name) => modeOf(path.join(at, name)));

test('folders that are made have the bits of those they are copies of; their owner can always write', async () => {
  const { run, top } = world();
  const y = path.join(top, 'y');
  await run(folder(y));
  expect(below(y)).toEqual(['700', '755', '770', '700', '700']);
});

test('so it is in another root of a bucket', async () => {
  const { run, workspace, noteProbe } = world();
  const to = s3('new', 'data');
  await noteProbe(to);
  await run(to);
  expect(below(path.join(workspace, 'data'))).toEqual(['700', '755', '770', '700', '700']);
});

test('whichever write a run died at before the first file came, the next gives them those bits', async () => {
  const seen: string[] = [];
  for (let lives = 0; seen.at(-1) !== 'copied'; lives += 1) {
    const { run, top } = world();
    const y = path.join(top, 'y');
    await expect(run(folder(y), mortality(lives))).rejects.toThrow('dead');
    seen.push(existsSync(path.join(y, 'a')) ? 'copied' : existsSync(y) ? 'made' : 'nothing');
    await run(folder(y));
    expect([lives, ...below(y)]).toEqual([lives, '700', '755', '770', '700', '700']);
  }
  expect(new Set(seen)).toEqual(new Set(['nothing', 'made', 'copied']));
});

test('folders that are there keep theirs', async () => {
  const { run, top } = world();
  const y = path.join(top, 'y');
  mkdirSync(path.join(y, 'group'), { recursive: true });
  chmodSync(y, 0o750);
  chmodSync(path.join(y, 'group'), 0o751);
  await run(folder(y));
  expect(below(y)).toEqual(['750', '755', '751', '700', '700']);
});

test.each([
  ['could be run alone', 0o755, 0o644],
  ['could not be run', 0o644, 0o755],
])(
  'a file that was there, and that %s at the source, keeps its mode: the source is moved, not deleted',
  async (_what, here, there) => {
    const { parts, top, workspace } = openWorld();
    const [x, y] = [path.join(workspace, 'x'), path.join(top, 'y')];
    for (const [at, mode] of [
      [x, here],
      [y, there],
    ] as const) {
      mkdirSync(at);
      writeFileSync(path.join(at, 'a'), 'same');
      utimesSync(path.join(at, 'a'), 1.5e9, 1.5e9);
      chmodSync(path.join(at, 'a'), mode);
    }
    const report = await runSetup(parts(folder(x), folder(y), mortality(Number.MAX_SAFE_INTEGER)), {
      ...OPTIONS,
      deleteSource: true,
    });
    expect(existsSync(x)).toBe(false);
    const aside = readdirSync(workspace).find((name) => name.startsWith('x.')) ?? 'none';
    expect([modeOf(path.join(workspace, aside, 'a')), modeOf(path.join(y, 'a'))]).toEqual([
      here.toString(8),
      there.toString(8),
    ]);
    expect(report.notes.join()).toMatch(/alone has the mode of 1 file, which \S+\/y has otherwise: /);
    expect(report.done).toContainEqual({
      kind: 'verify',
      text: expect.stringContaining('1 equal file kept another mode there'),
    });
  },
);
