import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRememberedWalk, type RememberedWalk } from '../../../src/adapters/fs/remembered-walk.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import { walkFolder } from '../../../src/adapters/fs/walk.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* A walk may take from memory what nobody has told of; what it gives is what is there. */

/** So long after a change that the next one has another time. */
const tick = () => systemClock.sleep(12);
/** As a filesystem that is asked years later: no change is as young as the look at it. */
const LATER = Date.now() + 1e11;
/** What happens when a walk comes to a path, once. */
const meeting = new Map<string, () => void>();
const none = (path: string): boolean => {
  meeting.get(path)?.();
  meeting.delete(path);
  return false;
};

async function walk(
  box: Sandbox,
  memory: RememberedWalk,
  options: { skip?: typeof none; at?: number; mayRecall?: boolean } = {},
) {
  const { skip = none, at = LATER, mayRecall = true } = options;
  const root = openRootFolder(box.workspace, 'data').folder();
  const begun = memory.begin({ root, skip, at, mayRecall });
  const found = await walkFolder(root, { skip, clock: systemClock, memory: begun });
  await tick();
  return { found, hasRecalled: begun.hasRecalled };
}

const now = async (box: Sandbox) =>
  walkFolder(openRootFolder(box.workspace, 'data').folder(), { skip: none, clock: systemClock });

async function remembering(): Promise<{ readonly box: Sandbox; readonly memory: RememberedWalk }> {
  const box = openSandbox();
  for (const path of ['top', 'a/one', 'a/two', 'a/deep/three', 'b/four']) box.write(path, path);
  symlinkSync('four', join(box.root, 'b/link'));
  const memory = openRememberedWalk(box.root);
  memory.trust();
  await tick();
  expect((await walk(box, memory)).hasRecalled).toBe(false);
  return { box, memory };
}

test('what nobody has told of is recalled', async () => {
  const { box, memory } = await remembering();
  const again = await walk(box, memory);
  expect(again).toEqual({ found: await now(box), hasRecalled: true });
  appendFileSync(join(box.root, 'a/one'), 'in its place, and told to nobody');
  const unaware = await walk(box, memory);
  expect(unaware.found).toEqual(again.found);
  const whole = await walk(box, memory, { mayRecall: false });
  expect(whole).toEqual({ found: await now(box), hasRecalled: false });
  expect(whole.found).not.toEqual(again.found);
  // The next one recalls what that has found.
  expect(await walk(box, memory)).toEqual({ found: whole.found, hasRecalled: true });
});

test.each<{ what: string; act: (at: (path: string) => string, memory: RememberedWalk) => void }>([
  {
    what: 'written in its place',
    act: (at, { touch }) => (appendFileSync(at('a/deep/three'), 'x'), touch(at('a/deep/three'))),
  },
  {
    what: 'written in its place, its folder told',
    act: (at, { touch }) => (appendFileSync(at('a/one'), 'x'), touch(at('a'))),
  },
  {
    what: 'written in its place at the top',
    act: (at, { touch }) => (appendFileSync(at('top'), 'x'), touch(at('top'))),
  },
  { what: 'new, and not told', act: (at) => writeFileSync(at('a/deep/new'), 'x') },
  { what: 'new at the top, and not told', act: (at) => writeFileSync(at('new'), 'x') },
  { what: 'gone, and not told', act: (at) => rmSync(at('b/four')) },
  { what: 'renamed, and not told', act: (at) => renameSync(at('a/one'), at('b/one')) },
  {
    what: 'replaced, and not told',
    act: (at) => (writeFileSync(at('new'), 'x'), renameSync(at('new'), at('a/deep/three'))),
  },
  { what: 'a folder gone, and not told', act: (at) => rmSync(at('a'), { recursive: true }) },
  {
    what: 'a folder in place of a file, and not told',
    act: (at) => (rmSync(at('b/four')), mkdirSync(at('b/four')), writeFileSync(at('b/four/x'), '')),
  },
  {
    what: 'a link in place of a folder, and not told',
    act: (at) => (renameSync(at('a/deep'), at('b/deep')), symlinkSync('../b/deep', at('a/deep'))),
  },
  {
    what: 'below a folder that was away for a while, and not told',
    act: (at) => {
      renameSync(at('a'), at('away'));
      appendFileSync(at('away/deep/three'), 'x');
      renameSync(at('away'), at('a'));
    },
  },
  {
    what: 'below a folder with another mode, and not told',
    act: (at) => (chmodSync(at('a'), 0o700), appendFileSync(at('a/one'), 'x')),
  },
  {
    what: 'told by another name for the same place',
    act: (at, { touch }) => (appendFileSync(at('a/one'), 'x'), touch(at('b/../a/one'))),
  },
])('$what', async ({ act }) => {
  const { box, memory } = await remembering();
  act((path) => join(box.root, path), memory);
  expect((await walk(box, memory)).found).toEqual(await now(box));
});

test.each<{ what: string; act: (memory: RememberedWalk, box: Sandbox) => Promise<unknown> | void }>([
  { what: 'a watcher has ended', act: ({ distrust }) => distrust() },
  { what: 'a watcher begins anew', act: ({ trust }) => trust() },
  { what: 'other things are skipped', act: (memory, box) => walk(box, memory, { skip: () => false }) },
  {
    what: 'the root was another folder for a while',
    act: async (memory, box) => {
      const away = `${box.root}-away`;
      renameSync(box.root, away);
      mkdirSync(box.root);
      await walk(box, memory);
      rmSync(box.root, { recursive: true });
      renameSync(away, box.root);
      for (let nth = 0; nth < 2; nth += 1) await walk(box, memory);
    },
  },
  { what: 'the root is another folder', act: (_, { root }) => (renameSync(root, `${root}-old`), mkdirSync(root)) },
  {
    what: 'something could not be seen',
    act: async (memory, box) => {
      meeting.set('a', () => rmSync(join(box.root, 'a'), { recursive: true }));
      await walk(box, memory, { mayRecall: false });
    },
  },
  {
    what: 'too much was told',
    act: ({ touch }, { root }) => void Array.from({ length: 10_001 }, (_, nth) => touch(join(root, `${nth}`))),
  },
])('nothing is recalled when $what', async ({ act }) => {
  const { box, memory } = await remembering();
  await act(memory, box);
  expect(await walk(box, memory)).toEqual({ found: await now(box), hasRecalled: false });
});

test('nothing is recalled before a watcher tells', async () => {
  const box = openSandbox();
  box.write('a/one', 'x');
  const memory = openRememberedWalk(box.root);
  for (let nth = 0; nth < 3; nth += 1) expect((await walk(box, memory)).hasRecalled).toBe(false);
});

test('a folder that changed as it was listed is listed again, and what lies below it recalled', async () => {
  const { box, memory } = await remembering();
  const at = box.lstat('a').mtimeMs + 1;
  await walk(box, memory, { at, mayRecall: false });
  expect(await walk(box, memory, { at })).toEqual({ found: await now(box), hasRecalled: false });
  await walk(box, memory, { mayRecall: false });
  memory.touch(join(box.root, 'a/one'));
  appendFileSync(join(box.root, 'a/deep/three'), 'told to nobody');
  const { found } = await walk(box, memory);
  expect(found.files.get('a/deep/three')?.size).toBe('a/deep/three'.length);
});

test('what is told during a walk is for the next', async () => {
  const { box, memory } = await remembering();
  const path = join(box.root, 'a/one');
  // After that file was looked at.
  meeting.set('b/four', () => {
    appendFileSync(path, 'x');
    memory.touch(path);
  });
  await walk(box, memory, { mayRecall: false });
  expect(meeting.size).toBe(0);
  expect((await walk(box, memory)).found).toEqual(await now(box));
});

test('a name that comes while its folder is listed, and is told to nobody, is found by the next', async () => {
  const { box, memory } = await remembering();
  meeting.set('a/one', () => writeFileSync(join(box.root, 'a/new'), ''));
  await walk(box, memory, { mayRecall: false });
  expect(meeting.size).toBe(0);
  expect((await walk(box, memory)).found).toEqual(await now(box));
});

test.each<{ what: string; act: (memory: RememberedWalk, box: Sandbox) => Promise<unknown> | void }>([
  {
    what: 'another walk has begun since',
    act: async (memory, box) => {
      const path = join(box.root, 'a/one');
      appendFileSync(path, 'x');
      memory.touch(path);
      await walk(box, memory);
    },
  },
  {
    what: 'too much was told meanwhile',
    act: ({ touch }, { root }) => {
      for (let nth = 0; nth <= 10_000; nth += 1) touch(join(root, `${nth}`));
      appendFileSync(join(root, 'a/one'), 'x');
      touch(join(root, 'a/one'));
    },
  },
  {
    what: 'a watcher has begun meanwhile',
    act: ({ trust }, { root }) => (appendFileSync(join(root, 'a/one'), 'x'), trust()),
  },
])('what a walk has found is not remembered when $what', async ({ act }) => {
  const { box, memory } = await remembering();
  const root = openRootFolder(box.workspace, 'data').folder();
  const begun = memory.begin({ root, skip: none, at: LATER, mayRecall: false });
  // Its end comes late.
  const late = { ...begun, end: () => {} };
  await walkFolder(root, { skip: none, clock: systemClock, memory: late });
  await act(memory, box);
  begun.end();
  expect((await walk(box, memory)).found).toEqual(await now(box));
});

test('whatever is done, a walk from memory finds what is there when only writes in place are told', async () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
  const act = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), path }),
    fc.record({ kind: fc.constant('remove' as const), path }),
    fc.record({ kind: fc.constant('rename' as const), path, to: path }),
    fc.record({ kind: fc.constant('walk' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
      const box = openSandbox();
      const memory = openRememberedWalk(box.root);
      memory.trust();
      await walk(box, memory);
      for (const step of acts) {
        if (step.kind === 'walk') {
          expect((await walk(box, memory)).found).toEqual(await now(box));
          continue;
        }
        const target = join(box.root, step.path);
        try {
          if (step.kind === 'remove') rmSync(target, { recursive: true });
          else if (step.kind === 'rename') renameSync(target, join(box.root, step.to));
          else {
            mkdirSync(dirname(target), { recursive: true });
            appendFileSync(target, 'x');
            memory.touch(target);
          }
        } catch {
          // Not possible there.
        }
        await tick();
      }
      expect((await walk(box, memory)).found).toEqual(await now(box));
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('a folder that changed after a walk began, and was given back its time, is listed again', async () => {
  const box = openSandbox();
  box.write('a/one', 'x');
  const folder = join(box.root, 'a');
  utimesSync(folder, new Date('2026-01-01'), new Date('2026-01-01'));
  const memory = openRememberedWalk(box.root);
  memory.trust();
  // In the same step of the clock a second name may come, and its time be given back again.
  await walk(box, memory, { at: lstatSync(folder).ctimeMs - 1 });
  const again = memory.begin({
    root: openRootFolder(box.workspace, 'data').folder(),
    skip: none,
    at: LATER,
    mayRecall: true,
  });
  expect(again.recall('a', folder)).toEqual({ kind: 'folders' });
});
