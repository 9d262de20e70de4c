import { expect, test } from 'vitest';
import { added, figures } from './campaign.ts';

const entry = (commit: string, from: number, to: number) => ({
  commit,
  date: '2026-01-02',
  from,
  to,
  operations: 100,
  commits: 10,
  virtualHours: 3,
  seconds: 2,
  faults: { EIO: 5 },
});

test('what the same commit has played next is added to its entry; another commit begins its own', () => {
  const once = added([], entry('aaa', 1, 50));
  const twice = added(once, entry('aaa', 51, 80));
  expect(twice).toEqual([
    { ...entry('aaa', 1, 80), operations: 200, commits: 20, virtualHours: 6, seconds: 4, faults: { EIO: 10 } },
  ]);
  expect(added(twice, entry('bbb', 81, 90))).toEqual([...twice, entry('bbb', 81, 90)]);
  // A gap is no range that was played.
  expect(added(twice, entry('aaa', 90, 99))).toHaveLength(2);
});

test('the page counts every entry, by seeds that were played', () => {
  const page = figures([entry('aaa', 1, 80), entry('bbb', 101, 120)]);
  expect(page).toContain('**100 seeds**');
  expect(page).toContain('200 operations');
  expect(page).toContain('| `bbb` | 2026-01-02 | 101 to 120 |');
  expect(page).toContain('| EIO | 10 |');
});
