import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openFolders } from '../../src/adapters/folders.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* What lies under names like ours in a source that is deleted, and was never brought anywhere. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  writeFileSync(path.join(from, 'a'), 'content a');
  const parts = world.parts({ ...folder(from), exclude: ['*.tmp'] }, folder(to), mortality(Number.MAX_SAFE_INTEGER));
  return { world, from, to, parts };
}

function put(top: string, name: string, text = 'precious'): void {
  mkdirSync(path.dirname(path.join(top, name)), { recursive: true });
  writeFileSync(path.join(top, name), text);
}

const PERSONS = [
  '.datastore.lock.d/x.tmp',
  'sub/.git/HEAD',
  '.git',
  'sub/.datastore.lock',
  'sub/.datastore-try-abcdef/a',
  '.datastore-try-abcdef/mine',
  '.datastore.lock.aside-abcdef/x',
  '.datastore.lock.aside-abcdef/.datastore.lock/x',
  '.datastore-staging/notes.txt',
  '.datastore-staging/mine/notes',
  '.datastore-staging/mine/in/notes',
  '.datastore-staging/mine/aside/notes',
  '.datastore-staging/mine/aside/0/a/notes',
  '.datastore-staging/mine/part.json',
  '.datastore-staging/lock.aside-abcdef/notes',
];

test.each(PERSONS)(
  '%s is nobody but the person may delete: the folder stays with it, and that is told',
  async (name) => {
    const { from, to, parts } = moving();
    put(from, name);
    const report = await runSetup(parts, OPTIONS);
    expect(readFileSync(path.join(from, name), 'utf8')).toBe('precious');
    expect(report.notes).toContain(`${from} stays: it still has ${name}, which no rule brings along.`);
    expect([existsSync(path.join(from, 'a')), readFileSync(path.join(to, 'a'), 'utf8')]).toEqual([false, 'content a']);
  },
);

test.each(PERSONS)('%s in a folder that was moved aside: nobody is told to delete that', async (name) => {
  const { world, from, parts } = moving();
  put(from, name);
  const report = await runSetup(parts, { ...OPTIONS, deleteSource: false });
  const aside = readdirSync(world.workspace).find((found) => found.startsWith('x.'));
  expect(readFileSync(path.join(world.workspace, aside ?? '', name), 'utf8')).toBe('precious');
  expect(report.notes.join()).toContain('alone has 1 file left out by rule');
  expect(report.done).not.toContainEqual({ kind: 'clean-up', text: expect.stringContaining('delete it when') });
});

test.each([
  '.datastore.lock.new-mine/x',
  '.datastore.lock.new-mine',
  '.datastore-try-this/x',
  '.datastore.lock.aside-x',
])('%s is no name of ours: it is brought along', async (name) => {
  const { from, to, parts } = moving();
  put(from, name);
  await runSetup(parts, OPTIONS);
  expect([existsSync(from), readFileSync(path.join(to, name), 'utf8')]).toEqual([false, 'precious']);
});

test('a link under such a name stays, and so does what it leads to', async () => {
  const { world, from, parts } = moving();
  put(world.top, 'theirs/x');
  symlinkSync(path.join(world.top, 'theirs'), path.join(from, '.datastore.lock.aside-abcdef'));
  await runSetup(parts, OPTIONS);
  expect([readFileSync(path.join(world.top, 'theirs/x'), 'utf8'), existsSync(from)]).toEqual(['precious', true]);
});

test.each([true, false])('what processes of ours have left goes with the folder, delete: %s', async (deleteSource) => {
  const { from, parts } = moving();
  for (const name of [
    '.datastore.lock.new-7-0',
    '.datastore.lock.aside-claim.new-7-0',
    '.datastore.lock.aside-a1B2c3/.datastore.lock',
    '.datastore-staging/clock.new-7-0',
    '.datastore-staging/root.json',
    '.datastore-staging/root.json.new-7-0',
    '.datastore-staging/lock.new-7-0',
    '.datastore-staging/lock.aside-a1B2c3/lock',
    '.datastore-staging/a-run/intents.jsonl',
    '.datastore-staging/a-run/in/0',
    '.datastore-staging/a-run/in/settled',
    '.datastore-try-a1B2c3/a',
  ])
    put(from, name, '');
  mkdirSync(path.join(from, '.datastore-staging/a-run/aside/0/b'), { recursive: true });
  const report = await runSetup(parts, { ...OPTIONS, deleteSource });
  expect(existsSync(from)).toBe(false);
  expect(report.notes).toEqual([]);
});

test('a removal that was cut off gives back what is not ours', async () => {
  const { world } = moving();
  const gone = path.join(world.top, 'gone');
  const room = `.gone.deleted-${'setup-run'.slice(-8)}-abcdef`;
  put(world.top, `${room}/gone/.datastore-staging/mine/aside/0/a`);
  const folders = openFolders({ run: 'setup-run', clock: systemClock, log: SILENT, roots: new Map() });
  expect(await folders.settleDrop(gone)).toBe('back');
  expect(readFileSync(path.join(gone, '.datastore-staging/mine/aside/0/a'), 'utf8')).toBe('precious');
});
