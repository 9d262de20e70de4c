import { expect, it } from 'vitest';
import { figuresOf, figureTable, overLimit } from '../bench/vscode/figures.ts';

const MB = 1e6;
const held = {
  bundles: { activation: 112_356, withoutSdk: 736_000, sdk: 496_000 },
  windows: {
    activationMs: 100,
    firstRowMs: 500,
    firstPageMs: 900,
    one: { kept: 46 * MB, resident: 132 * MB },
    all: { kept: 196 * MB, resident: 900 * MB },
  },
  files: 100_000,
};

it('what is at its limit is within it, and what has none is never over it', () => {
  expect(overLimit(figuresOf(held))).toEqual([]);
});

it.each([
  ['activation', { ...held, windows: { ...held.windows, activationMs: 101 } }],
  ['what activation loads', { ...held, bundles: { ...held.bundles, activation: 150_400 } }],
  ['first row of Contents at 100,000 files', { ...held, windows: { ...held.windows, firstRowMs: 501 } }],
  [
    'kept above that at 100,000 files',
    { ...held, windows: { ...held.windows, all: { ...held.windows.all, kept: 196.1 * MB } } },
  ],
])('%s is over its limit, and the table says so', (what, measured) => {
  const figures = figuresOf(measured);
  expect(overLimit(figures).map((figure) => figure.what.startsWith(what))).toEqual([true]);
  expect(figureTable(figures).filter((row) => row.endsWith('**over** |'))).toHaveLength(1);
});
