import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildExcludes } from '../../src/adapters/excludes.ts';
import { openWorld } from '../support/replica.ts';

/* What happens when the rules change: to which files, and that nothing goes because of it. */

const rulesOf = (exclude: readonly string[], directories: readonly string[] | null = null) => ({
  skip: buildExcludes({ exclude, directories }),
});

test('included again, what went meanwhile is asked about: here, there, and by either answer', async () => {
  const { alice, bob } = await inStep(['a', 'b', 'c', 'd', 'e']);
  bob.restart(rulesOf(['[abcd]']));
  await bob.sync();
  bob.remove('a');
  bob.remove('b');
  alice.remove('c');
  alice.remove('d');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ deletedLocal: 0, deletedRemote: 0, conflicts: [], problems: [] });
  bob.restart(rulesOf([]));
  const conflicts = [
    { path: 'a', reason: 'deleted-here-while-excluded' },
    { path: 'b', reason: 'deleted-here-while-excluded' },
    { path: 'c', reason: 'deleted-there-while-excluded' },
    { path: 'd', reason: 'deleted-there-while-excluded' },
  ];
  // Twice: reading a file again must not make the question go away.
  for (const again of [1, 2]) {
    bob.write('e', `v${again}`);
    expect(await bob.sync()).toMatchObject({ deletedLocal: 0, deletedRemote: 0, uploaded: 1, conflicts });
  }
  const found = await bob.datastore.conflicts();
  const answer = (path: string, kind: 'mine' | 'theirs') =>
    found
      .filter((one) => one.path === path)
      .map((one) => ({
        path: one.path,
        answer: kind,
        localSha256: one.local?.sha256 ?? null,
        remoteSha256: one.remote?.sha256 ?? null,
      }));
  const choices = [...answer('a', 'mine'), ...answer('b', 'theirs'), ...answer('c', 'mine'), ...answer('d', 'theirs')];
  bob.letGo('d');
  expect(await bob.sync({ choices })).toMatchObject({
    deletedRemote: 1,
    downloaded: 1,
    uploaded: 1,
    deletedLocal: 1,
    conflicts: [],
  });
  await alice.sync();
  expect(Object.keys(bob.files())).toEqual(['b', 'c', 'e']);
  expect(alice.files()).toEqual(bob.files());
});

test('included again unchanged, it is in step as if it had never been left out: later deletions count again', async () => {
  const { world, alice, bob } = await inStep(['a', 'b']);
  bob.restart(rulesOf(['a']));
  await bob.sync();
  bob.restart(rulesOf([]));
  expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0, adopted: 0, conflicts: [] });
  bob.remove('a');
  expect(await bob.sync()).toMatchObject({ deletedRemote: 1, conflicts: [] });
  await alice.sync();
  expect(alice.files()).toEqual({ b: '1' });
  expect(await world.remoteFiles()).toEqual({ b: '1' });
});

test('included again, what changed there meanwhile comes, though the commit was seen before', async () => {
  const { alice, bob } = await inStep(['a', 'b']);
  bob.restart(rulesOf(['a']));
  alice.write('a', '2');
  await alice.sync();
  await bob.sync();
  bob.restart(rulesOf([]));
  bob.letGo('a');
  expect(await bob.sync()).toMatchObject({ downloaded: 1, conflicts: [] });
  expect(bob.read('a')).toBe('2');
});

test('a root of which the rules leave nothing is no emptied root', async () => {
  const { world, bob } = await inStep(['a', 'b']);
  bob.restart(rulesOf(['*']));
  expect(await bob.sync()).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
  expect(bob.files()).toEqual({ a: '1', b: '1' });
  expect(Object.keys(await world.remoteFiles())).toEqual(['a', 'b']);
});

const PATHS = [
  'a.json',
  'b.tmp',
  'data/a.json',
  'data/b.tmp',
  'data/cache/x',
  'logs/keep.txt',
  'logs/x/y.log',
  'out/z',
];
const RULES = [
  '*.tmp',
  'cache/',
  '/data',
  'data/*.json',
  '!data/a.json',
  'logs/**',
  '!logs/keep.txt',
  '*',
  '!*.json',
  'X/',
];
const rules = fc.record({
  exclude: fc.uniqueArray(fc.constantFrom(...RULES), { maxLength: 3 }),
  directories: fc.option(fc.uniqueArray(fc.constantFrom('data', 'logs', 'out/z', 'data/cache'), { minLength: 1 }), {
    freq: 2,
  }),
});
const tree = fc.uniqueArray(fc.constantFrom(...PATHS), { minLength: 1 });
const edits = fc.array(fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom('write', 'remove')), { maxLength: 5 });
const rounds = fc.array(fc.record({ rules, here: edits, there: edits }), { minLength: 2, maxLength: 4 });

test('whatever the trees, the rules and their changes: a sync after a change of rules deletes nothing on either side', async () => {
  let excluded = 0;
  await fc.assert(
    fc.asyncProperty(tree, rounds, async (paths, story) => {
      const { world, alice, bob } = await inStep(paths);
      let version = 2;
      const edit = (who: typeof alice, changes: readonly (readonly [string, string])[]) => {
        for (const [path, what] of changes) {
          if (what === 'write') who.write(path, `${who.name} ${version++}`);
          else if (path in who.files()) who.remove(path);
        }
      };
      for (const { rules: next, here, there } of story) {
        bob.restart(rulesOf(next.exclude, next.directories));
        const before = { bob: Object.keys(bob.files()), remote: Object.keys(await world.remoteFiles()) };
        expect(await bob.sync({ allowMassDelete: true })).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
        expect(Object.keys(bob.files())).toEqual(expect.arrayContaining(before.bob));
        expect(Object.keys(await world.remoteFiles())).toEqual(expect.arrayContaining(before.remote));
        excluded += before.bob.filter((path) => rulesOf(next.exclude, next.directories).skip(path, false)).length;
        edit(alice, there);
        await alice.sync({ allowMassDelete: true });
        edit(bob, here);
        await bob.sync({ allowMassDelete: true });
      }
    }),
    { numRuns: 30 },
  );
  expect(excluded).toBeGreaterThan(0);
});

test('whatever the tree and the rules: what goes up is what comes down', async () => {
  await fc.assert(
    fc.asyncProperty(tree, rules, async (paths, { exclude, directories }) => {
      const sends = openWorld();
      const sender = sends.replica('sender', rulesOf(exclude, directories));
      for (const path of paths) sender.write(path, '1');
      await sender.sync();
      const { bob: taker } = await inStep(paths, rulesOf(exclude, directories));
      const sent = (await sends.store.list('head.json')).objects.length === 0 ? {} : await sends.remoteFiles();
      expect(Object.keys(taker.files())).toEqual(Object.keys(sent).toSorted());
    }),
    { numRuns: 30 },
  );
});

async function inStep(paths: readonly string[], rules = rulesOf([])) {
  const world = openWorld();
  const alice = world.replica('alice');
  const bob = world.replica('bob', rules);
  for (const path of paths) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  return { world, alice, bob };
}
