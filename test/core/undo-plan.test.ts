import { expect, test } from 'vitest';
import { chooseUndo, planUndo, type UndoRecord } from '../../src/core/plan/undo-plan.ts';
import { contents, sha256 } from './trees.ts';

/** `a:1>2` the run found 1 and brought 2; nothing before or after `>`: nothing was there, or a deletion. */
function record(changes: string, kept: string, undoes: string | null = null): UndoRecord {
  const hash = (content: string) => (content === '' ? null : sha256(content));
  return {
    undoes,
    changes: changes
      .split(' ')
      .filter(Boolean)
      .map((word) => {
        const [, path = '', expected = '', becomes = ''] = /^(.+):(.*)>(.*)$/.exec(word) ?? [];
        return { path, expected: hash(expected), becomes: hash(becomes) };
      }),
    kept: kept
      .split(' ')
      .filter(Boolean)
      .map((path) => ({ path, name: `run/aside/0/${path}`, size: 1 })),
  };
}

const stamp = { size: 1, mtime: 1, ctime: 1, inode: 1, exec: false };

const rows: readonly [what: string, of: UndoRecord, now: string, steps: readonly string[], left: object][] = [
  ['a replaced file comes back', record('a:1>2', 'a'), 'a=2', ['a for 2'], {}],
  ['a deleted file comes back', record('a:1>', 'a'), '', ['a'], {}],
  ['what a sync brought new stays', record('new:>1 a:1>2', 'a'), 'new=1 a=2', ['a for 2'], {}],
  ['what was edited since stays', record('a:1>2', 'a'), 'a=3', [], { a: 'it changed since' }],
  ['what was removed since stays', record('a:1>2', 'a'), '', [], { a: 'it changed since' }],
  ['what was made anew since stays', record('a:1>', 'a'), 'a=3', [], { a: 'it changed since' }],
  ['what is back is left', record('a:1>2 b:1>', 'a b'), 'a=1 b=1', [], { a: 'back', b: 'back' }],
  ['what was not done needs nothing', record('a:1>2', ''), 'a=1', [], {}],
  ['replaced twice: the first comes back', record('a:1>2 a:2>3', 'a'), 'a=3', ['a for 3'], {}],
  ['replaced once of twice', record('a:1>2 a:2>3', 'a'), 'a=2', ['a for 2'], {}],
  ['an undo of an undo takes away what came back', record('a:>1', '', 'run'), 'a=1', ['- a'], {}],
  ['unless it changed since', record('a:>1', '', 'run'), 'a=2', [], { a: 'it changed since' }],
  ['or is gone', record('a:>1', '', 'run'), '', [], { a: 'back' }],
  ['and brings back what it replaced', record('a:2>1', 'a', 'run'), 'a=1', ['a for 1'], {}],
  ['a hostile name is refused', record('../x:1>2', '../x'), '', [], { '../x': expect.stringContaining('..') }],
  ['a kept file that nothing is written of', record('', 'a'), '', [], { a: 'it changed since' }],
  ['what cannot be read', record('a:1>2', 'a'), 'a=?', [], { a: 'it cannot be read' }],
];

test.each(rows)('%s', (_what, of, now, steps, left) => {
  const files = [...contents(now)].map(
    ([path, content]) => [path, content === '?' ? 'it cannot be read' : { sha256: sha256(content), stamp }] as const,
  );
  const plan = planUndo(of, new Map(files));
  const name = (hash: string) => ['1', '2', '3'].find((content) => sha256(content) === hash);
  expect(
    plan.steps.map(({ path, kept, now: there }) =>
      kept === null ? `- ${path}` : `${path}${there ? ` for ${name(there.sha256)}` : ''}`,
    ),
  ).toEqual(steps);
  expect({
    ...Object.fromEntries(plan.back.map((path) => [path, 'back'])),
    ...Object.fromEntries(plan.left.map(({ path, reason }) => [path, reason])),
  }).toEqual(left);
});

test.each<[what: string, paths: string[] | undefined, chosen: string[]]>([
  ['nothing named: all', undefined, ['a', 'a/b', 'sub/c', 'sub/d/e']],
  ['a file', ['sub/c'], ['sub/c']],
  ['a folder, however deep', ['sub'], ['sub/c', 'sub/d/e']],
  ['the root', [''], ['a', 'a/b', 'sub/c', 'sub/d/e']],
  ['how a name begins: nothing', ['su', 'sub/d/e/f'], []],
  // One run met it as a folder and as a file.
  ['a file, and not what once lay below a folder of its name', ['a'], ['a']],
  ['what once lay below a file of that name', ['a/b'], ['a/b']],
  ['nothing of what is there: nothing', [], []],
])('of %s', (_what, paths, chosen) => {
  const all = ['a', 'a/b', 'sub/c', 'sub/d/e'];
  const record = {
    undoes: null,
    changes: all.map((path) => ({ path, expected: 'x', becomes: null })),
    kept: all.map((path) => ({ path, name: path, size: 1 })),
  };
  const found = chooseUndo(record, paths);
  expect(found.kept.map(({ path }) => path)).toEqual(chosen);
  expect(found.changes.map(({ path }) => path)).toEqual(chosen);
});
