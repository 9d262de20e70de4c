import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BaseEntry, BaseTree } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { draftOf } from '../../src/engine/state/draft-tree.ts';
import { bytesOf, pack, someExcluded, unpack } from '../../src/engine/state/packed-tree.ts';

/* A base with some entries changed is as a copy with those changed, also on disk, whatever it was made from. */

const PATHS = ['a', 'b', 'ü/c', 'd'] as SyncPath[];
const path = fc.constantFrom(...PATHS);
const entry = fc.record({ path, nth: fc.nat(9), excluded: fc.boolean() }).map(
  (drawn): BaseEntry => ({
    path: drawn.path,
    sha256: String(drawn.nth).repeat(64),
    stamp: { size: drawn.nth, mtime: drawn.nth + 0.5, ctime: -drawn.nth, inode: drawn.nth, exec: drawn.nth % 2 === 0 },
    seenAt: drawn.nth,
    ...(drawn.excluded ? { excluded: true } : {}),
  }),
);
type Change = { readonly set: BaseEntry } | { readonly delete: SyncPath } | { readonly clear: true };
const change = fc.oneof(
  { weight: 6, arbitrary: entry.map((set): Change => ({ set })) },
  { weight: 3, arbitrary: path.map((gone): Change => ({ delete: gone })) },
  { weight: 1, arbitrary: fc.constant<Change>({ clear: true }) },
);

const sorted = (tree: Iterable<readonly [SyncPath, BaseEntry]>) => [...tree].toSorted(([a], [b]) => (a < b ? -1 : 1));

test.each<[what: string, from: (tree: BaseTree) => BaseTree]>([
  ['a map', (tree) => tree],
  ['columns', pack],
  ['columns as they lie on disk', (tree) => unpack(bytesOf(pack(tree))) ?? new Map()],
  ['another one', draftOf],
])('made from %s', (_what, made) => {
  fc.assert(
    fc.property(fc.array(entry), fc.array(change), (entries, changes) => {
      const plain = new Map(entries.map((one) => [one.path, one]));
      const from = made(new Map(plain));
      const draft = draftOf(from);
      for (const one of changes) {
        if ('set' in one) {
          plain.set(one.set.path, one.set);
          draft.set(one.set);
        } else if ('delete' in one) {
          plain.delete(one.delete);
          draft.delete(one.delete);
        } else {
          plain.clear();
          draft.clear();
        }
      }
      const packed = pack(draft);
      for (const tree of [draft, packed, unpack(bytesOf(packed)) ?? new Map()]) {
        expect(sorted(tree)).toEqual(sorted(plain));
        expect([...tree.keys()]).toEqual([...tree.values()].map((one) => one.path));
        expect(tree.size).toBe(plain.size);
        expect(someExcluded(tree)).toBe([...plain.values()].some(({ excluded }) => excluded));
        for (const one of PATHS) {
          expect(tree.get(one)).toEqual(plain.get(one));
          expect(tree.has(one)).toBe(plain.has(one));
          expect((tree as BaseTree).hashOf?.(one)).toBe(plain.get(one)?.sha256);
        }
      }
      expect(sorted(from)).toEqual(sorted(new Map(entries.map((one) => [one.path, one]))));
    }),
    { numRuns: 300 },
  );
});
