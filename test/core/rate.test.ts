import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRate, rateText, readRates, withRates } from '../../src/core/config/rate.ts';

describe('a rate is bytes a second, with a unit', () => {
  test.each([
    ['16k', 16_384],
    ['500K', 512_000],
    ['2M', 2_097_152],
    ['1.5M', 1_572_864],
    ['1G', 1_073_741_824],
    ['20000B', 20_000],
    ['off', null],
  ])('%s', (text, rate) => expect(parseRate(text)).toEqual({ ok: true, value: rate }));

  test.each(['', '2', '2000000', '0', '15k', '-1M', '1e9', '2MB', '2 M', '2M/s', 'none', 'OFF'])('not %j', (text) => {
    const read = parseRate(text);
    expect(read.ok ? '' : read.problem).toBe(
      `${JSON.stringify(text)} is not a rate (bytes a second such as 500k, 2M or 1G, 1024-fold, from 16k on; or off)`,
    );
  });

  test('what is written down is read as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16_384, max: 2 ** 38 }), fc.constantFrom(1, 2 ** 10, 2 ** 20), (count, unit) => {
        const rate = Math.min(count * unit, 999_999_999 * unit);
        const text = rateText(rate);
        fc.pre(text.length <= 10);
        expect(parseRate(text)).toEqual({ ok: true, value: rate });
      }),
    );
  });
});

test('what is said elsewhere wins over the file, and off takes a limit away', () => {
  const file = { root: 'data', maxUpload: 1, maxDownload: 2 };
  expect(withRates(file, {})).toEqual(file);
  expect(withRates(file, { maxUpload: 9 })).toEqual({ ...file, maxUpload: 9 });
  expect(withRates(file, { maxDownload: null })).toEqual({ root: 'data', maxUpload: 1 });
});

test('settings of a window: empty says nothing, and each mistake is named', () => {
  expect(readRates('datastore.', { maxUpload: ' 2M ', maxDownload: '' })).toEqual({
    ok: true,
    value: { maxUpload: 2 ** 21 },
  });
  const read = readRates('datastore.', { maxUpload: '2', maxDownload: 'fast' });
  expect(read.ok ? [] : read.problem.map(({ source }) => source)).toEqual([
    'datastore.maxUpload',
    'datastore.maxDownload',
  ]);
});
