import { expect, it } from 'vitest';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Preview } from '../../src/core/status/sync-report.ts';
import { leftText } from '../../src/vscode/render/left-text.ts';
import { stoppedItems, stoppedLines } from '../../src/vscode/render/stopped-items.ts';

/* A plan that is stopped is the largest there is: what is listed of it stays short, and the rest is counted. */

const previewOf = (count: number): Preview => {
  const paths = Array.from({ length: count }, (_, index) => `runs/${index}.log` as SyncPath);
  const steps = paths.map((path) => ({ path, kind: 'delete-remote', base: null, local: null, remote: null }));
  return { plan: { steps, conflicts: [] }, vetoes: [], generation: 1 } as unknown as Preview;
};

it('of 100,000 files a page is listed, and a line leads to all', () => {
  const items = stoppedItems(previewOf(100_000));
  expect(items[0]?.label).toBe('Up (100000)');
  expect(items.length).toBeLessThan(200);
  expect(items.at(-1)).toMatchObject({ label: '$(ellipsis) and 99900 more', does: { kind: 'show-all' } });
  const lines = stoppedLines(previewOf(100_000));
  expect(lines).toHaveLength(100_002);
  expect(lines.at(-1)).toContain('runs/99999.log');
});

it('of a page no line says that there is more', () => {
  const kinds = stoppedItems(previewOf(100)).map(({ does }) => does.kind);
  expect(kinds).toEqual(['heading', ...Array<string>(100).fill('show')]);
});

it.each([
  [1, /^Left as found: 0\.log \(is open\)$/],
  [14, /, 11\.log \(is open\), and 2 more$/],
])('%i files that an undo leaves are told in one sentence', (count, text) => {
  const left = Array.from({ length: count }, (_, index) => ({ path: `${index}.log`, reason: 'is open' }));
  expect(leftText(left)).toMatch(text);
});
