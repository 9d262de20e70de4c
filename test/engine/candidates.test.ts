import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import type { ParsedShard } from '../../src/core/format/sync-index.ts';
import type { BaseEntry, Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { candidatePaths } from '../../src/engine/cycle/candidates.ts';
import { EMPTY_VIEW, type RemoteView } from '../../src/engine/remote/remote-log.ts';
import { emptyScan, scanRoot } from '../../src/engine/root/scan.ts';
import { openBaseNames } from '../../src/engine/state/base-names.ts';
import { openComparison } from '../../src/engine/state/compared.ts';
import { draftOf } from '../../src/engine/state/draft-tree.ts';
import { type PackedTree, pack } from '../../src/engine/state/packed-tree.ts';
import { at, baseEntry, entry, localEntry, planInput } from '../core/trees.ts';
import { openSandbox } from './fs/sandbox.ts';

/* What a plan need not look at is only what is the same everywhere: with what is known from before it decides as without. */

const none = () => false;
const PATHS = ['a', 'A', 'b', 'd/b', 'd', 'e', 'f/g/h'];
const contents = fc.dictionary(fc.constantFrom(...PATHS), fc.constantFrom('1', '2', '3'), { noNullPrototype: true });
const treeOf = <T>(drawn: Readonly<Record<string, string>>, make: (path: string, content: string) => T) =>
  new Map(Object.entries(drawn).map(([path, content]) => [at(path), make(path, content)]));

/** The same entries are the same shard, as for a process that goes on. */
function shardsOf(tree: ReadonlyMap<SyncPath, Entry>, earlier: ParsedShard[]): readonly ParsedShard[] {
  return PATHS.map((path) => {
    const found = tree.get(at(path));
    const entries = found === undefined ? [] : [found];
    const known = earlier.find((shard) => JSON.stringify(shard.entries) === JSON.stringify(entries));
    if (known === undefined) earlier.push({ entries, refused: [] });
    return known ?? earlier.at(-1) ?? { entries, refused: [] };
  });
}

function changed(from: PackedTree, to: ReadonlyMap<SyncPath, BaseEntry>): PackedTree {
  const draft = draftOf(from);
  for (const path of from.keys()) if (!to.has(path)) draft.delete(path);
  for (const one of to.values()) if (from.get(one.path)?.sha256 !== one.sha256) draft.set(one);
  return pack(draft);
}

test('whatever base, root and remote become from cycle to cycle: the same is planned, and the same is held', () => {
  const round = fc.record({ base: contents, local: contents, remote: contents, noted: contents });
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 6 }), (rounds) => {
      const parts = { compare: openComparison(), names: openBaseNames(() => null) };
      const earlier: ParsedShard[] = [];
      let base = pack(new Map());
      for (const drawn of rounds) {
        base = changed(base, treeOf(drawn.base, baseEntry));
        const remote = treeOf(drawn.remote, entry);
        const files = treeOf(drawn.local, localEntry);
        const view: RemoteView = { ...EMPTY_VIEW, tree: remote, shards: shardsOf(remote, earlier) };
        const candidates = new Set([...base.keys(), ...files.keys()]);
        for (const path of candidates) if (base.get(path)?.sha256 === files.get(path)?.sha256) candidates.delete(path);
        const scan = { ...emptyScan(none, new Map()), files, candidates };
        // As what is settled after the scan: it agrees with what was found.
        const now = draftOf(base);
        for (const path of Object.keys(drawn.noted).map(at)) {
          const found = files.get(path);
          if (found === undefined) now.delete(path);
          else now.set({ ...found, seenAt: 1 });
        }
        const input = { ...planInput({}), base: now, local: scan, remote };
        expect(makePlan({ ...input, ...candidatePaths(parts, now, scan, view) })).toEqual(makePlan(input));
      }
    }),
  );
});

test('of many shards only those that have come are compared, and of the base what has changed', () => {
  const files = Object.fromEntries(PATHS.map((path) => [path, '1']));
  const remote = treeOf(files, entry);
  const earlier: ParsedShard[] = [];
  const first = shardsOf(remote, earlier);
  const compare = openComparison();
  const base = pack(treeOf(files, baseEntry));
  expect([...compare(base, { tree: remote, shards: first })]).toEqual([]);

  const read: string[] = [];
  const watched = first.map((shard) => ({
    ...shard,
    get entries() {
      read.push(...shard.entries.map(({ path }) => path));
      return shard.entries;
    },
  }));
  expect([...compare(base, { tree: remote, shards: watched })]).toEqual([]);
  expect(read).toHaveLength(PATHS.length);
  const next = changed(base, treeOf({ ...files, b: '2' }, baseEntry));
  expect([...compare(next, { tree: remote, shards: watched })]).toEqual(['b']);
  expect(read).toHaveLength(PATHS.length);
  const other = pack(treeOf(files, baseEntry));
  expect([...compare(other, { tree: remote, shards: watched })]).toEqual([]);
  expect(read).toHaveLength(2 * PATHS.length);
});

test.each<[what: string, paths: string, beside: string, isFree: boolean]>([
  ['none', '', '', true],
  ['names apart', 'a b/c b/d', '', true],
  ['twins by case', 'a A', '', false],
  ['a folder and a file', 'a a/b', '', false],
  ['another beside them', 'a b', 'c', true],
  ['a twin beside them', 'a b', 'B', false],
  ['twins beside them', 'a', 'c C', false],
])('the names of a base: %s', (_what, paths, beside, isFree) => {
  const names = openBaseNames(() => null);
  const entries = paths.split(' ').filter((path) => path !== '');
  const base = pack(new Map(entries.map((path) => [at(path), baseEntry(path, '1')])));
  const more = beside.split(' ').flatMap((path) => (path === '' ? [] : [at(path)]));
  for (let time = 0; time < 2; time += 1) expect(names.areFree(base, more)).toBe(isFree);
  expect(names.areFree(base, [])).toBe(beside === '' ? isFree : true);
});

test('what may not travel is asked of a name once, and of those that have come', async () => {
  const asked: string[] = [];
  const names = openBaseNames((path) => {
    asked.push(path);
    return path.startsWith('x') ? 'it is withheld' : null;
  });
  const breathe = async () => {};
  const base = pack(treeOf({ a: '1', x: '1' }, baseEntry));
  expect(await names.withheld(base, breathe)).toEqual(['x']);
  const later = changed(base, treeOf({ a: '2', x: '1' }, baseEntry));
  expect(await names.withheld(later, breathe)).toEqual(['x']);
  expect(asked).toEqual(['a', 'x']);
  const draft = draftOf(later);
  draft.delete(at('x'));
  draft.set(baseEntry('x2', '1'));
  expect(await names.withheld(draft, breathe)).toEqual(['x2']);
  expect(asked).toEqual(['a', 'x', 'x2']);
});

test('a scan names what is other than in the base, and what it cannot know without a look', async () => {
  const box = openSandbox();
  for (const name of ['same', 'other', 'gone', 'left-out', 'young']) writeFileSync(join(box.root, name), name);
  const first = await scanRoot(box.files, new Map(), none, nodeCodec);
  const seenAt = first.at + 10_000;
  const base = new Map(
    [...first.files].map(([path, found]) => [path, { ...found, seenAt: path === 'young' ? 0 : seenAt }]),
  );
  writeFileSync(join(box.root, 'other'), 'it is another');
  writeFileSync(join(box.root, 'new'), 'new');
  rmSync(join(box.root, 'gone'));
  const scan = await scanRoot(box.files, base, (path) => path === 'left-out', nodeCodec);
  expect([...scan.candidates].toSorted()).toEqual(['gone', 'left-out', 'new', 'other', 'young']);
});
