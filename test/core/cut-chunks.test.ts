import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serialiseEntry } from '../../src/core/format/entry-record.ts';
import { CAPS } from '../../src/core/format/records.ts';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import {
  CHUNK_LIMITS,
  type ChunkLimits,
  chunkLength,
  chunkLimitsOf,
  LARGEST_FILE,
  MOST_CHUNKS,
} from '../../src/core/plan/cut-chunks.ts';
import { drawn } from '../support/drawn.ts';

const SMALL: ChunkLimits = { least: 16, average: 80, most: 300 };

test.each<[title: string, bytes: Uint8Array, lengths: readonly number[]]>([
  ['nothing', new Uint8Array(), []],
  ['no more than the least', drawn(16), [16]],
  // These are the cuts of every version: others would send everything again.
  ['what chance gives', drawn(700), [80, 27, 203, 46, 67, 60, 80, 108, 29]],
])('%s', (_title, bytes, lengths) => {
  expect(lengthsOf(bytes, SMALL)).toEqual(lengths);
});

test('what has no place for a cut is cut at the most', () => {
  expect(chunkLength(new Uint8Array(9 << 20), CHUNK_LIMITS)).toBe(8 << 20);
});

test('the cuts do not depend on where in memory the bytes lie, and are those found byte by byte', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 900 }),
    fc.uint8Array({ minLength: 1, maxLength: 9 }).map((part) => repeated(part, 900)),
  );
  const limits = fc
    .record({ least: fc.nat({ max: 60 }), bits: fc.integer({ min: 1, max: 7 }), more: fc.nat({ max: 300 }) })
    .map(({ least, bits, more }) => ({ least, average: least + 2 ** bits, most: least + 1 + more }));
  fc.assert(
    fc.property(bytes, limits, fc.nat({ max: 3 }), (content, { least, average, most }, shift) => {
      const moved = new Uint8Array(content.length + shift).subarray(shift);
      moved.set(content);
      const lengths = lengthsOf(moved, { least, average, most });
      expect(lengths).toEqual(lengthsOf(content, { least, average, most }));
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(content.length);
      for (const length of lengths.slice(0, -1)) {
        expect(length).toBeGreaterThan(least - 1);
        expect(length).toBeLessThanOrEqual(most);
      }
      // One byte more at each look: where a cut is found first, it stays.
      const [first = 0] = lengths;
      for (let seen = 0; seen < first; seen += 1) {
        expect(chunkLength(content.subarray(0, seen), { least, average, most })).toBe(seen);
      }
    }),
  );
});

test.each<[title: string, change: (bytes: Uint8Array) => Uint8Array]>([
  ['other bytes in the middle', (bytes) => joined(bytes.subarray(0, 9_000), drawn(500, 2), bytes.subarray(9_500))],
  ['more bytes in the middle', (bytes) => joined(bytes.subarray(0, 9_000), drawn(77, 3), bytes.subarray(9_000))],
  ['fewer bytes in the middle', (bytes) => joined(bytes.subarray(0, 9_000), bytes.subarray(9_333))],
  ['more bytes at the end', (bytes) => joined(bytes, drawn(200, 4))],
  ['more bytes at the beginning', (bytes) => joined(drawn(200, 5), bytes)],
])('%s leave nearly all chunks as they were', (_title, change) => {
  const bytes = drawn(20_000);
  const before = new Set(chunksOf(bytes, SMALL));
  const fresh = chunksOf(change(bytes), SMALL).filter((chunk) => !before.has(chunk));
  expect(fresh.join('').length / 2).toBeLessThan(2_000);
});

test('the sizes are about those asked for', () => {
  const lengths = lengthsOf(drawn(1 << 20), { least: 256, average: 768, most: 2_048 });
  expect((1 << 20) / lengths.length).toBeGreaterThan(600);
  expect((1 << 20) / lengths.length).toBeLessThan(850);
});

const GIB = 2 ** 30;
const MIB = 2 ** 20;

test.each([
  [12 * MIB, { least: MIB, most: 8 * MIB }],
  [16 * GIB, { least: MIB, most: 8 * MIB }],
  [16 * GIB + 1, { least: 2 * MIB, most: 16 * MIB }],
  [40 * GIB, { least: 4 * MIB, most: 16 * MIB }],
  [128 * GIB, { least: 8 * MIB, most: 16 * MIB }],
  [LARGEST_FILE, { least: 16 * MIB, most: 16 * MIB }],
])(
  'chunks of %i bytes become no more than an entry can name, and none larger than an object may be',
  (size, expected) => {
    const { least, average, most } = chunkLimitsOf(size, CHUNK_LIMITS);
    expect({ least, most }).toEqual(expected);
    expect(Math.ceil(size / least)).toBeLessThanOrEqual(MOST_CHUNKS);
    expect(average).toBeGreaterThan(least);
  },
);

test('a huge file is cut by its content, too', () => {
  const limits = chunkLimitsOf(40_000_000, { least: 1_000, average: 3_048, most: 8_000 });
  expect(limits.least).toBe(4_000);
  const bytes = drawn(400_000);
  const before = new Set(chunksOf(bytes, limits));
  const fresh = chunksOf(joined(drawn(5, 3), bytes), limits).filter((chunk) => !before.has(chunk));
  expect(fresh.length).toBeLessThan(before.size / 4);
});

test('as many chunks as there may be fit into an entry', () => {
  const object = `objects/${'f'.repeat(64)}-${'9'.repeat(16)}`;
  const sha256 = 'f'.repeat(64);
  const slice = { object, offset: Number.MAX_SAFE_INTEGER, length: 16 * MIB, encoding: 'zstd', sha256 };
  const entry: Entry = {
    path: 'p'.repeat(1_024) as SyncPath,
    size: LARGEST_FILE,
    mtime: 1_763_650_000_123.456,
    sha256,
    exec: false,
    by: 'someone@somewhere',
    generation: 2 ** 31,
    slices: Array.from({ length: MOST_CHUNKS }, () => slice),
  };
  expect(serialiseEntry(entry).length).toBeLessThan(CAPS.entry);
});

function lengthsOf(bytes: Uint8Array, limits: ChunkLimits): readonly number[] {
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; at += lengths.at(-1) ?? 0) {
    lengths.push(chunkLength(bytes.subarray(at, at + limits.most), limits));
  }
  return lengths;
}

/** In hex. */
function chunksOf(bytes: Uint8Array, limits: ChunkLimits): readonly string[] {
  let at = 0;
  return lengthsOf(bytes, limits).map((length) => Buffer.from(bytes.subarray(at, (at += length))).toString('hex'));
}

const repeated = (part: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => part[at % part.length] ?? 0);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
