import { expect, test } from 'vitest';
import { isWorthIt, sampleOf } from '../../src/core/plan/compression.ts';

const KIB = 1 << 10;

test('of a large content a part of its beginning, middle and end is looked at, of a small one nothing', () => {
  expect(sampleOf(new Uint8Array(128 * KIB - 1))).toBeNull();
  const content = Uint8Array.from({ length: 160 * KIB }, (_, at) => at / KIB);
  const sample = sampleOf(content);
  const looked = [0, 72, 144].flatMap((begin) => Array.from({ length: 16 }, (_, nth) => begin + nth));
  expect([...new Set(sample)]).toEqual(looked);
  expect(sample).toHaveLength(48 * KIB);
});

test.each([
  [1_000, 900, true],
  [1_000, 901, false],
  [1_000, 1_020, false],
  [1, 0, true],
])('of %i bytes, %i when compressed: %s', (plain, stored, isWorth) => {
  expect(isWorthIt(plain, stored)).toBe(isWorth);
});
