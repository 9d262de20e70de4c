import { expect, test } from 'vitest';
import type { ParsedShard } from '../../src/core/format/sync-index.ts';
import { rememberShards } from '../../src/engine/remote/remember-shards.ts';
import { entry } from '../core/trees.ts';

const POINTER = { key: 'index/a', sha256: 'a'.repeat(64), first: 'a', last: 'z', count: 1 };
const shardOf = (files: number): ParsedShard => ({
  entries: Array.from({ length: files }, (_, nth) => entry(`f${nth}`, 'x', { slices: [] })),
  refused: [],
});

test('a shard is known again by its hash, under the same pointer, until the next view', () => {
  const shards = rememberShards();
  const shard = shardOf(1);
  shards.keep([POINTER, { ...POINTER, sha256: 'b'.repeat(64) }], [shard, 'it is damaged']);
  expect(shards.find(POINTER)).toBe(shard);
  expect(shards.find({ ...POINTER, sha256: 'b'.repeat(64) })).toBeNull();
  for (const other of [{ first: 'b' }, { last: 'y' }, { count: 2 }])
    expect(shards.find({ ...POINTER, ...other })).toBeNull();
  shards.keep([], []);
  expect(shards.find(POINTER)).toBeNull();
});

test('of many entries none stay in memory', () => {
  const shards = rememberShards();
  for (const [files, isKept] of [
    [40_000, true],
    [40_001, false],
  ] as const) {
    shards.keep([POINTER], [shardOf(files)]);
    expect(shards.find(POINTER) !== null).toBe(isKept);
  }
});
