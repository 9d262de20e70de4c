import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
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
  const run = (to: ReturnType<typeof folder>) =>
    runSetup(opened.parts(folder(x), to, mortality(Number.MAX_SAFE_INTEGER)), OPTIONS);
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

test('folders that are there keep theirs', async () => {
  const { run, top } = world();
  const y = path.join(top, 'y');
  mkdirSync(path.join(y, 'group'), { recursive: true });
  chmodSync(y, 0o750);
  chmodSync(path.join(y, 'group'), 0o751);
  await run(folder(y));
  expect(below(y)).toEqual(['750', '755', '751', '700', '700']);
});
