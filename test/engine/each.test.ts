import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { each } from '../../src/engine/each.ts';

interface Row {
  readonly describes: string;
  readonly items: number;
  readonly atOnce: number;
  /** Whose work fails, after a turn of the event loop. */
  readonly fails: readonly number[];
  readonly begun: number;
  readonly mostAtOnce: number;
  readonly rejects?: string;
}

const rows: readonly Row[] = [
  { describes: 'nothing to do', items: 0, atOnce: 4, fails: [], begun: 0, mostAtOnce: 0 },
  { describes: 'fewer items than workers', items: 2, atOnce: 4, fails: [], begun: 2, mostAtOnce: 2 },
  { describes: 'more items than workers', items: 10, atOnce: 4, fails: [], begun: 10, mostAtOnce: 4 },
  { describes: 'one at a time', items: 5, atOnce: 1, fails: [], begun: 5, mostAtOnce: 1 },
  { describes: 'none begins after a failure', items: 9, atOnce: 1, fails: [2], begun: 3, mostAtOnce: 1, rejects: '2' },
  {
    describes: 'the rest of those under way ends',
    items: 4,
    atOnce: 4,
    fails: [1],
    begun: 4,
    mostAtOnce: 4,
    rejects: '1',
  },
  {
    describes: 'of two failures one is told',
    items: 2,
    atOnce: 2,
    fails: [0, 1],
    begun: 2,
    mostAtOnce: 2,
    rejects: '0',
  },
];

describe('each', () => {
  it.for(rows)('$describes', check);
});

async function check(row: Row): Promise<void> {
  let [begun, underWay, mostAtOnce] = [0, 0, 0];
  const order: number[] = [];
  const done = each(Array(row.items).keys(), row.atOnce, async (item) => {
    begun += 1;
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    order.push(item);
    await turn();
    // Those that succeed take longer: they must have come to rest all the same.
    if (!row.fails.includes(item)) await turn();
    underWay -= 1;
    if (row.fails.includes(item)) throw new Error(String(item));
  });
  if (row.rejects === undefined) await done;
  else await expect(done).rejects.toThrow(row.rejects);
  expect({ begun, mostAtOnce, underWay }).toEqual({ begun: row.begun, mostAtOnce: row.mostAtOnce, underWay: 0 });
  expect(order).toEqual(order.toSorted((a, b) => a - b));
}
