import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_TIMING, timingFields, timingOf } from '../../src/core/config/timing.ts';

test('what is as by default is not written down', () => {
  expect(timingFields(DEFAULT_TIMING)).toBeNull();
  expect(timingFields({ ...DEFAULT_TIMING, pollMs: 5_000, settleMs: 500 })).toEqual({
    pollSeconds: 5,
    settleSeconds: 0.5,
  });
});

test('what is written down is read as it was', () => {
  const names = Object.keys(DEFAULT_TIMING);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 100, max: 100_000 })), (changes) => {
      const timing = { ...DEFAULT_TIMING, ...changes };
      const seconds = timingFields(timing) ?? {};
      const ms = Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, Math.round(value * 1000)]));
      expect(timingOf(ms)).toEqual(timing);
    }),
  );
});
