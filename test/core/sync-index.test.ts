import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/core/format/canonical-json.ts';
import { CAPS, type ShardPointer } from '../../src/core/format/records.ts';
import {
  commitKey,
  cutShards,
  objectKey,
  parseShard,
  type Shard,
  type ShardLine,
  serialiseEntry,
  shardKey,
} from '../../src/core/format/sync-index.ts';
import type { Entry } from '../../src/core/format/tree.ts';
import { compareByUtf8, parseSyncPath } from '../../src/core/paths/sync-path.ts';
import { entry, sha256 } from './trees.ts';

const inOrder = (lines: readonly ShardLine[]) => lines.toSorted((a, b) => compareByUtf8(a.path, b.path));
const lineOf = (entry: Entry): ShardLine => ({ path: entry.path, line: serialiseEntry(entry) });
const pointerTo = ({ sha256, first, last, count }: Shard): ShardPointer => ({
  key: shardKey(sha256, 1),
  sha256,
  first,
  last,
  count,
});

/** Cuts after every eighth path or so, so that small lists have many shards. */
const eager = (text: string): string => `${sha256(text) < '2' ? '000' : 'fff'}${sha256(text)}`;
const shardsOf = (lines: readonly ShardLine[], hash = eager) =>
  [...cutShards([{ shard: null, lines: () => inOrder(lines) }], hash)].filter((shard) => 'text' in shard);
const texts = (shards: readonly Shard[]) => shards.map(({ text }) => text);

const segment = fc.stringMatching(/^[a-c]{1,2}$/);
const paths = fc.uniqueArray(
  fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  {
    maxLength: 60,
  },
);
const treeOf = (names: readonly string[]) => new Map(names.map((path) => [path, lineOf(entry(path, path))]));

describe('entries are cut into shards by content', () => {
  test('the shards together are the entries, each once and in order', () => {
    fc.assert(
      fc.property(paths, (names) => {
        const lines = inOrder([...treeOf(names).values()]);
        const shards = shardsOf(lines);
        expect(texts(shards).join('')).toBe(lines.map(({ line }) => `${line}\n`).join(''));
        for (const shard of shards) {
          expect(shard.count).toBe(shard.text.split('\n').length - 1);
          expect(shard.sha256).toBe(eager(shard.text));
        }
      }),
    );
  });

  test('the same entries give the same shards, whatever came and went before', () => {
    const history = fc.array(fc.tuple(segment, fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(paths, history, (names, changes) => {
        const tree = new Map<string, ShardLine>();
        for (const [path, stays] of changes) {
          if (stays) tree.set(path, lineOf(entry(path, 'other')));
          else tree.delete(path);
        }
        for (const path of tree.keys()) if (!names.includes(path)) tree.delete(path);
        for (const path of names.toReversed()) tree.set(path, lineOf(entry(path, path)));
        expect(texts(shardsOf([...tree.values()]))).toEqual(texts(shardsOf([...treeOf(names).values()])));
      }),
    );
  });

  test('a changed entry changes one shard; one that comes or goes, those beside it', () => {
    fc.assert(
      fc.property(paths, segment, (names, path) => {
        const tree = treeOf(names);
        const before = new Set(texts(shardsOf([...tree.values()])));
        const isThere = tree.has(path);
        tree.set(path, lineOf(entry(path, 'changed')));
        const changed = texts(shardsOf([...tree.values()]));
        expect(changed.filter((text) => !before.has(text)).length).toBeLessThanOrEqual(isThere ? 1 : 2);
        tree.delete(path);
        const without = texts(shardsOf([...tree.values()]));
        expect(without.filter((text) => !before.has(text)).length).toBeLessThanOrEqual(isThere ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  const numbered = (count: number, more: Partial<Entry> = {}) =>
    Array.from({ length: count }, (_, index) => lineOf(entry(`f${String(index).padStart(6, '0')}`, 'x', more)));

  test.each<[what: string, hash: string, expected: number[]]>([
    ['after ten zero bits', `003f${'f'.repeat(60)}`, [1, 1, 1]],
    ['not after nine', `0040${'0'.repeat(60)}`, [3]],
    ['not where zeros come later', `0f00${'0'.repeat(60)}`, [3]],
  ])('%s', (_what, hash, expected) => {
    expect(shardsOf(numbered(3), () => hash).map(({ count }) => count)).toEqual(expected);
  });

  test('at 4,096 entries', () => {
    expect(shardsOf(numbered(8_193), () => 'f'.repeat(64)).map(({ count }) => count)).toEqual([4_096, 4_096, 1]);
  });

  test('before 8 MiB of bytes, never of letters', () => {
    // Three bytes a letter: 3 MiB each.
    const shards = shardsOf(numbered(5, { by: '語'.repeat(1 << 20) }), () => 'f'.repeat(64));
    expect(shards.map(({ count }) => count)).toEqual([2, 2, 1]);
    for (const { text } of shards) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8 << 20);
  });

  test('with the real hash, thousands of files give a few shards and one change moves one of them', () => {
    const lines = numbered(6_000);
    const before = new Set(texts(shardsOf(lines, sha256)));
    lines[3_000] = lineOf(entry('f003000', 'changed'));
    const after = texts(shardsOf(lines, sha256));
    expect(before.size).toBeGreaterThan(2);
    expect(after.filter((text) => !before.has(text))).toHaveLength(1);
  });

  test('nothing gives no shard', () => {
    expect(shardsOf([])).toEqual([]);
  });
});

describe('a shard is read back', () => {
  const anyEntry: fc.Arbitrary<Entry> = fc
    .record({
      path: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
      content: fc.string(),
      mtime: fc.integer({ min: -1e15, max: 8e15 }).map((micros) => micros / 1000),
      exec: fc.boolean(),
      by: fc.string({ unit: 'binary' }),
      unknown: fc.dictionary(fc.string(), travelled(3), { maxKeys: 3 }),
      sliceUnknown: fc.dictionary(fc.stringMatching(/^x[a-z]*$/), travelled(1), { maxKeys: 1 }),
      encoding: fc.option(fc.string(), { nil: undefined }),
    })
    .filter(({ path }) => parseSyncPath(path).ok)
    .map(({ path, content, unknown, sliceUnknown, encoding, ...more }) => {
      const made = entry(path, content, more);
      // As a newer version's line would be read: through its text.
      const extra = Object.entries(unknown).filter(([name]) => !(name in made));
      const slices = made.slices.map((slice) => ({ ...slice, ...(encoding === undefined ? {} : { encoding }) }));
      return {
        ...made,
        slices: slices.map((slice) =>
          Object.keys(sliceUnknown).length > 0 ? { ...slice, unknown: sliceUnknown } : slice,
        ),
        ...(extra.length > 0
          ? { unknown: JSON.parse(JSON.stringify(Object.fromEntries(extra))) as Record<string, unknown> }
          : {}),
      };
    });

  test('every entry comes back as it was, and its line to the byte, with what this version does not know', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyEntry, { selector: ({ path }) => path, minLength: 1 }), (entries) => {
        const lines = inOrder(entries.map(lineOf));
        for (const shard of shardsOf(lines)) {
          const parsed = parseShard(shard.text, pointerTo(shard));
          if (!parsed.ok) throw new Error(parsed.problem.message);
          expect(parsed.value.refused).toEqual([]);
          expect(parsed.value.entries).toEqual(
            parsed.value.entries.map(({ path }) => entries.find((entry) => entry.path === path)),
          );
          expect(parsed.value.entries.map((entry) => `${serialiseEntry(entry)}\n`).join('')).toBe(shard.text);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the fast line is the canonical one', () => {
    fc.assert(
      fc.property(anyEntry, ({ unknown: _unknown, ...made }) => {
        const plain = { ...made, slices: made.slices.map(({ unknown: _more, ...slice }) => slice) };
        expect(serialiseEntry(plain)).toBe(canonicalJson(plain));
      }),
    );
  });
});

describe('one bad entry is refused by itself, and its line is kept', () => {
  const good = JSON.parse(serialiseEntry(entry('m', 'text'))) as Record<string, unknown>;
  const slice = (good['slices'] as Record<string, unknown>[])[0];
  const withSlice = (change: Record<string, unknown>) => ({ slices: [{ ...slice, ...change }] });
  const object = `objects/${sha256('x')}-1`;

  test.each<[what: string, change: Record<string, unknown>, reason: RegExp]>([
    ['a way out of the root', { path: 'l/../../m' }, /segment/],
    ['an absolute path', { path: '/m' }, /absolute/],
    ['a device', { path: 'l/con.txt' }, /Windows/],
    ['Git’s folder', { path: '.git/hooks/m' }, /reserved/],
    ['a size that is no count', { size: -4 }, /size/],
    ['a size beyond what is exact', { size: 2 ** 53 }, /size/],
    ['a size as text', { size: '4' }, /size/],
    ['an mtime as text', { mtime: 'now' }, /mtime/],
    ['an mtime with four decimals', { mtime: 0.1234 }, /mtime/],
    ['an mtime beyond all digits', { mtime: 1e300 }, /mtime/],
    ['a hash in capitals', { sha256: sha256('text').toUpperCase() }, /sha256/],
    ['a short hash', { sha256: 'ab' }, /sha256/],
    ['no exec', { exec: undefined }, /exec/],
    ['by nobody', { by: null }, /by/],
    ['half a generation', { generation: 1.5 }, /generation/],
    ['no slices', { slices: undefined }, /list/],
    ['slices that are no objects', { slices: [null] }, /slice/],
    ['an object elsewhere', withSlice({ object: '../head.json' }), /no object/],
    ['an object with a path in it', withSlice({ object: `objects/../${sha256('x')}-1` }), /no object/],
    ['the register as an object', withSlice({ object: 'head.json' }), /no object/],
    ['an object without an epoch', withSlice({ object: `objects/${sha256('x')}` }), /no object/],
    ['a negative offset', withSlice({ offset: -1 }), /offset/],
    ['a length that is no number', withSlice({ length: null }), /length/],
    ['a number as encoding', withSlice({ encoding: 1 }), /encoding/],
    ['slices that do not add up', withSlice({ length: 5 }), /add up/],
    ['slices missing for its size', { slices: [] }, /add up/],
    [
      'depth that would break a writer',
      { more: JSON.parse(`${'['.repeat(99)}${']'.repeat(99)}`) as unknown },
      /deeply/,
    ],
    ['more than 4 MiB', { by: 'x'.repeat(CAPS.entry) }, /4 MiB/],
  ])('%s', (_what, change, reason) => {
    const bad = canonicalJson({ ...good, ...change });
    const path = typeof change['path'] === 'string' ? change['path'] : 'm';
    const lines = inOrder([{ path, line: bad }, lineOf(entry('a', '1')), lineOf(entry('z', '2'))]);
    const [shard] = shardsOf(lines, () => 'f'.repeat(64));
    if (!shard) throw new Error('no shard');
    const parsed = parseShard(shard.text, pointerTo(shard));
    if (!parsed.ok) throw new Error(parsed.problem.message);
    expect(parsed.value.entries.map((entry) => entry.path)).toEqual(['a', 'z']);
    expect(parsed.value.refused).toEqual([{ path, line: bad, reason: expect.stringMatching(reason) }]);
  });

  test.each<[what: string, line: string]>([
    ['a space', serialiseEntry(entry('m', 'text')).replace(':', ': ')],
    ['another order', JSON.stringify(entry('m', 'text'))],
    ['a key twice', serialiseEntry(entry('m', 'text')).replace('{', '{"by":"mallory",')],
    ['a number beyond a double', serialiseEntry(entry('m', 'text')).replace(/\}$/, ',"x":9007199254740993}')],
  ])('a line that could not be carried on as it is: %s', (_what, line) => {
    const parsed = parseShard(`${line}\n`, { key: '', sha256: '', first: 'm', last: 'm', count: 1 });
    expect(parsed).toEqual({
      ok: true,
      value: { entries: [], refused: [{ path: 'm', line, reason: expect.stringMatching(/canonical/) }] },
    });
  });

  test('taken as they are: an empty file, chunks, packs, and an encoding yet unknown', () => {
    const entries = [
      entry('a', '', { slices: [] }),
      entry('b', '1234', {
        slices: [
          { object, offset: 0, length: 3 },
          { object, offset: 9, length: 1 },
        ],
      }),
      entry('c', '1234', { slices: [{ object, offset: 0, length: 9, encoding: 'brotli' }] }),
    ];
    const [shard] = shardsOf(entries.map(lineOf), () => 'f'.repeat(64));
    if (!shard) throw new Error('no shard');
    expect(parseShard(shard.text, pointerTo(shard))).toEqual({ ok: true, value: { entries, refused: [] } });
  });
});

describe('a shard that is not what its commit names cannot be used', () => {
  const [shard] = shardsOf(
    ['a', 'b', 'c'].map((path) => lineOf(entry(path, path))),
    () => 'f'.repeat(64),
  );
  if (!shard) throw new Error('no shard');
  const [a, b, c] = shard.text.split('\n');
  const pointer = pointerTo(shard);

  test.each<[what: string, text: string, change: Partial<ShardPointer>]>([
    ['it is empty', '', {}],
    ['its last line is cut', shard.text.slice(0, -9), {}],
    ['its last newline is missing', shard.text.slice(0, -1), {}],
    ['an entry is missing', `${a}\n${c}\n`, {}],
    ['an entry is missing, and the count agrees', `${a}\n${b}\n`, { count: 2 }],
    ['its first entry is missing, and the count agrees', `${b}\n${c}\n`, { count: 2 }],
    ['two stand in the wrong order', `${b}\n${a}\n${c}\n`, { first: 'b' }],
    ['one stands there twice', `${a}\n${a}\n${c}\n`, {}],
    ['a line is no JSON', `${a}\nb\n${c}\n`, {}],
    ['a line is no object', `${a}\n["b"]\n${c}\n`, {}],
    ['a line has no path', `${a}\n{}\n${c}\n`, {}],
  ])('%s', (_what, text, change) => {
    expect(parseShard(text, { ...pointer, ...change })).toEqual({
      ok: false,
      problem: { kind: 'corrupt', message: expect.any(String) },
    });
  });
});

test('keys', () => {
  const hash = sha256('x');
  expect(objectKey(hash, 7)).toBe(`objects/${hash}-7`);
  expect(shardKey(hash, 7)).toBe(`index/${hash}-7.jsonl.gz`);
  expect(commitKey(12, 'id')).toBe('commits/0000000012-id.json');
});

/** Any value as it is after it was read: JSON has no -0. */
function travelled(maxDepth: number): fc.Arbitrary<unknown> {
  return fc.jsonValue({ maxDepth }).map((made): unknown => JSON.parse(JSON.stringify(made)));
}
