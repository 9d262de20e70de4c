import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHead, serialiseHead } from '../../src/core/format/head-record.ts';
import { firstHead, withCollected, withRelease } from '../../src/core/format/lease-record.ts';
import { commitKey, objectKey, shardKey } from '../../src/core/format/sync-index.ts';
import { isGarbage, keysIn } from '../../src/core/garbage/garbage-key.ts';
import { isDanglingKept, isKept } from '../../src/core/garbage/keep.ts';
import { createKeySet } from '../../src/core/garbage/key-set.ts';

const hash = (letter: string) => letter.repeat(64);

describe('what is garbage, by its key', () => {
  const named = new Set([objectKey(hash('a'), 3), shardKey(hash('b'), 4), commitKey(7, 'kept')]);
  const givenUp = new Set([commitKey(12, 'given-up')]);
  const reach = { named, epoch: 9, generation: 8, givenUp };
  const rows: readonly [what: string, key: string, goes: boolean][] = [
    ['an object that nobody names', objectKey(hash('c'), 3), true],
    ['an object that is named', objectKey(hash('a'), 3), false],
    ['the same content of another epoch', objectKey(hash('a'), 4), true],
    ['an object of the collector’s own epoch', objectKey(hash('c'), 9), false],
    ['an object of a later epoch', objectKey(hash('c'), 10), false],
    ['a shard that nobody names', shardKey(hash('c'), 8), true],
    ['a shard that is named', shardKey(hash('b'), 4), false],
    ['a shard of its own epoch', shardKey(hash('c'), 9), false],
    ['a commit that is kept', commitKey(7, 'kept'), false],
    ['a commit that is not', commitKey(7, 'other'), true],
    ['a commit beside the one that stands', commitKey(8, 'other'), true],
    ['a commit that may still come', commitKey(9, 'other'), false],
    ['a later commit that was given up', commitKey(12, 'given-up'), true],
    ['another of its generation', commitKey(12, 'other'), false],
    ['the register', 'head.json', false],
    ['a probe', 'probe/1', false],
    ['a key of another form', `objects/${hash('c')}`, false],
    ['a key that goes on', `${objectKey(hash('c'), 3)}.tmp`, false],
  ];
  test.each(rows)('%s', (_what, key, goes) => expect(isGarbage(key, reach)).toBe(goes));
});

describe('how far back commits stay', () => {
  const rows: readonly [later: number, replacedMs: number | null, kept: boolean][] = [
    [0, 9_999, true],
    [1, 9_999, true],
    [2, 9_999, false],
    [2, 1_000, true],
    [2, 1_001, false],
    [2, null, true],
  ];
  test('with no age at all, only their number counts', () => {
    const limits = { commits: 2, ms: 0 };
    expect([1, 2].map((later) => isKept(later, 0, limits))).toEqual([true, false]);
    expect(isKept(2, null, limits)).toBe(false);
  });
  test.each(rows)('%i later ones, replaced %s ms ago: %s', (later, replacedMs, kept) =>
    expect(isKept(later, replacedMs, { commits: 2, ms: 1_000 })).toBe(kept),
  );
  test.each<[above: number, replacedMs: number | null, ms: number, kept: boolean]>([
    [1, 9_999, 0, true],
    [0, 9_999, 1_000, false],
    [0, 1_000, 1_000, true],
    [-50, 1_000, 1_000, true],
    [-50, null, 1_000, true],
    [0, null, 0, false],
  ])('outside the chain, %i above head, replaced %s ms ago of %i: %s', (above, replacedMs, ms, kept) =>
    expect(isDanglingKept(above, replacedMs, { commits: 100, ms })).toBe(kept),
  );
});

test('a set of keys has all that were added, and of others next to none', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 64, maxLength: 64 });
  const key = fc.tuple(hex, fc.nat({ max: 1_000_000 })).map(([sha256, epoch]) => objectKey(sha256, epoch));
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 3_000 }), key, (keys, other) => {
      const set = createKeySet();
      for (const one of keys) set.add(one);
      for (const one of keys) set.add(one);
      expect(keys.filter((one) => !set.has(one))).toEqual([]);
      expect(set.size).toBe(keys.length);
      expect(set.has(other)).toBe(keys.includes(other));
    }),
    { numRuns: 30 },
  );
});

test('equal contents of two epochs are two keys', () => {
  const set = createKeySet();
  set.add(objectKey(hash('a'), 3));
  expect([3, 2, 4, 30].map((epoch) => set.has(objectKey(hash('a'), epoch)))).toEqual([true, false, false, false]);
});

test('keys are found wherever they stand in a text', () => {
  const text = JSON.stringify({ x: [{ later: objectKey(hash('a'), 12) }], y: `see ${shardKey(hash('b'), 1)}!` });
  expect(keysIn(text)).toEqual([objectKey(hash('a'), 12), shardKey(hash('b'), 1)]);
  expect(keysIn('objects/none')).toEqual([]);
});

describe('the note of a collection in the register', () => {
  const lease = {
    nonce: 'l'.repeat(32),
    holder: 'a@b',
    hostname: 'b',
    pid: 1,
    workspace: 'w',
    tool: 'cli' as const,
    purpose: 'gc',
    acquiredAt: '',
    renewedAt: '',
    ttlMs: 1_000,
  };
  const head = firstHead('id', 'n1', lease);
  const collected = { before: 5, at: commitKey(9, 'x') };

  test('is written under the lease alone, and read again', () => {
    const noted = withCollected(head, 'n2', lease.nonce, collected);
    expect(noted).toMatchObject({ collected, epoch: head.epoch, nonce: 'n2' });
    expect(parseHead(serialiseHead(noted ?? head))).toEqual({ ok: true, value: noted });
    expect(withCollected(head, 'n2', 'another', collected)).toBeNull();
  });

  test('goes on with every other write', () => {
    const noted = withCollected(head, 'n2', lease.nonce, collected);
    expect(noted && withRelease(noted, 'n3', lease.nonce)).toMatchObject({ collected, lease: null });
  });

  test('of another form is kept as it is, and is none of ours', () => {
    const text = serialiseHead({ ...head, unknown: { collected: { before: 5, at: commitKey(9, 'x'), more: 1 } } });
    const parsed = parseHead(text);
    expect(parsed).toMatchObject({ ok: true, value: { unknown: { collected: { before: 5, more: 1 } } } });
    expect(parsed.ok && serialiseHead(parsed.value)).toBe(text);
  });
});
