import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextStretches } from '../../src/core/format/next-stretches.ts';
import type { ShardPointer } from '../../src/core/format/records.ts';
import { cutShards, type Stretch, serialiseEntry, shardKey } from '../../src/core/format/sync-index.ts';
import type { Entry } from '../../src/core/format/tree.ts';
import { compareByUtf8 } from '../../src/core/paths/sync-path.ts';
import { entry, sha256 } from './trees.ts';

/* Of the next commit's index only what changes is made anew; what comes out is as if all of it had been. */

type Tree = ReadonlyMap<string, Entry>;
type Made = Pick<ShardPointer, 'sha256' | 'first' | 'last' | 'count'>;

/** Cuts after every eighth path or so, so that small lists have many shards. */
const eager = (text: string): string => `${sha256(text) < '2' ? '000' : 'fff'}${sha256(text)}`;

const made = ({ sha256: hash, first, last, count }: Made): Made => ({ sha256: hash, first, last, count });
const cut = (stretches: Iterable<Stretch>, hash: (text: string) => string) => [...cutShards(stretches, hash)];

function whole(tree: Tree, hash: (text: string) => string = eager): readonly ShardPointer[] {
  const lines = [...tree.values()]
    .toSorted((a, b) => compareByUtf8(a.path, b.path))
    .map((one) => ({ path: one.path, line: serialiseEntry(one) }));
  return cut([{ shard: null, lines: () => lines }], hash).map((shard) => ({
    ...made(shard),
    key: shardKey(shard.sha256, 1),
  }));
}

/** `carried`: paths whose lines are carried over unread. */
function next(before: Tree, after: Tree, shards: readonly ShardPointer[], carried: ReadonlySet<string> = new Set()) {
  const index = nextStretches(shards);
  for (const [path, one] of after)
    if (carried.has(path)) index.carry({ path, line: serialiseEntry(one) });
    else index.add(one);
  for (const path of new Set([...before.keys(), ...after.keys()]))
    if (before.get(path) !== after.get(path)) index.touch(path);
  return index.stretches();
}

const treeOf = (paths: readonly string[], more: Partial<Entry> = {}): Map<string, Entry> =>
  new Map(paths.map((path) => [path, entry(path, path, more)]));
const numbered = (count: number) => Array.from({ length: count }, (_, nth) => `f${String(nth).padStart(6, '0')}`);

const name = fc.stringMatching(/^[a-c\u{FFFD}\u{10000}]{1,3}$/u);
const names = fc.uniqueArray(name, { maxLength: 60 });

describe('the index of the next commit', () => {
  test('has the shards that all of its lines cut anew would give', () => {
    const changes = fc.uniqueArray(fc.tuple(name, fc.boolean()), { selector: ([path]) => path, maxLength: 6 });
    const some = fc.uniqueArray(name, { maxLength: 10 });
    fc.assert(
      fc.property(names, changes, some, (paths, changed, carried) => {
        const before = treeOf(paths);
        const after = new Map(before);
        for (const [path, stays] of changed)
          if (stays) after.set(path, entry(path, 'changed'));
          else after.delete(path);
        const found = cut(next(before, after, whole(before), new Set(carried)), eager);
        expect(found.map(made)).toEqual(whole(after).map(made));
      }),
      { numRuns: 1_000 },
    );
  });

  test('neither reads nor hashes the lines of shards that stay', () => {
    const before = treeOf(numbered(6_000));
    const shards = whole(before, sha256);
    expect(shards.length).toBeGreaterThan(3);
    const after = new Map(before).set('f003000', entry('f003000', 'changed'));
    let hashed = 0;
    const counting = (text: string) => {
      hashed += 1;
      return sha256(text);
    };
    const stretches = next(before, after, shards);
    const found = cut(stretches, counting);
    const moved = found.filter((shard) => 'text' in shard);
    expect(moved).toHaveLength(1);
    // Each of its paths, and its text.
    expect(hashed).toBe((moved[0]?.count ?? 0) + 1);
    expect(found.filter((shard) => !('text' in shard))).toEqual(
      shards.filter(({ first, last }) => !(first <= 'f003000' && 'f003000' <= last)),
    );
  });

  test('a line that shrinks behind a shard of 8 MiB is taken into it', () => {
    const never = (text: string) => `fff${sha256(text)}`;
    const large = { by: 'x'.repeat(3 << 20) };
    const before = treeOf(['a', 'b', 'c', 'd'], large);
    const shards = whole(before, never);
    expect(shards.map(({ count }) => count)).toEqual([2, 2]);
    const after = new Map(before).set('c', entry('c', 'small'));
    const found = cut(next(before, after, shards), never);
    expect(found.map(({ count }) => count)).toEqual([3, 1]);
    expect(found.map(made)).toEqual(whole(after, never).map(made));
  });

  test('a pointer that counts other lines than are there is not named again', () => {
    const tree = treeOf(numbered(40));
    const [first, ...others] = whole(tree);
    if (first === undefined) throw new Error('no shard');
    const found = cut(next(tree, tree, [{ ...first, count: first.count + 1 }, ...others]), eager);
    expect('text' in (found[0] ?? {})).toBe(true);
    expect(found.map(made)).toEqual(whole(tree).map(made));
  });

  test.each([0, 1, 2])('a damaged shard (%i) that is no longer named is made anew, from its lines', (damaged) => {
    const tree = treeOf(numbered(60));
    const shards = whole(tree);
    const named = shards.filter((_, nth) => nth !== damaged);
    const found = cut(next(tree, tree, named), eager);
    expect(found.map(made)).toEqual(shards.map(made));
    expect(found.some((shard) => 'text' in shard && shard.sha256 === shards[damaged]?.sha256)).toBe(true);
  });
});
