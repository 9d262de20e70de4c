import type { Selection } from './deaths.ts';
import { tapDisk } from './disk-tap.ts';
import type { CallKind } from './life.ts';
import { goThrough, type Ordeal } from './ordeal.ts';
import { RECOVERIES, STORIES } from './stories.ts';

/** Goes through all stories. */
export async function allOrdeals(selection: Selection, onStory: (done: Ordeal) => void): Promise<Ordeal[]> {
  const ordeals: Ordeal[] = [];
  for (const story of [...STORIES, ...RECOVERIES]) {
    const ordeal = await goThrough(tapDisk(), story, selection);
    ordeals.push(ordeal);
    onStory(ordeal);
  }
  return ordeals;
}

/** Markdown: calls and deaths, a row for each cycle. */
export function pointsTable(origin: string, ordeals: readonly Ordeal[]): string {
  const kinds: readonly CallKind[] = ['look', 'change', 'write', 'request'];
  const row = (title: string, of: readonly Ordeal[]): string => {
    const sum = (value: (ordeal: Ordeal) => number) => of.reduce((total, ordeal) => total + value(ordeal), 0);
    const cells = [
      ...kinds.map((kind) => sum(({ calls }) => calls[kind])),
      sum(({ points }) => points),
      sum(({ executed }) => executed),
      sum(({ told }) => told),
      sum(({ failures }) => failures.length),
    ];
    return `| ${title} | ${cells.join(' | ')} |`;
  };
  return [
    origin,
    '',
    'A point is a death after a change, in the middle of a write and after it, or after a request. Looks change nothing, and a death before a call leaves what the call before it left.',
    '',
    '| Cycle | Looks and flushes | Changes | Writes | Requests | Points | Executed | The next start told of it | Failures |',
    '|---|---|---|---|---|---|---|---|---|',
    ...ordeals.map((ordeal) => row(ordeal.story, [ordeal])),
    row('together', ordeals),
  ].join('\n');
}
