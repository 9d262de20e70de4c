import type { Played } from './ledger.ts';
import type { Row, Table } from './table.ts';
import type { Workload } from './workload.ts';

/** What every machine has, to measure against. */
export interface Baselines {
  /** An empty program on this Node, milliseconds. */
  readonly nodeMs: number;
  /** `cp -r` of the small files, milliseconds. */
  readonly copyMs: number;
}

interface Goal {
  readonly workload: Workload;
  /** So many times as fast as the best peer, without latency and with it. */
  readonly times?: readonly [near: number, far: number];
  /** Whatever peers do. */
  readonly bound?: {
    readonly text: string;
    /** By requests or bytes, which the server counts. */
    readonly isCounted?: true;
    readonly isMet: (row: Row, latency: number, baselines: Baselines) => boolean;
  };
}

const MB = 1_000_000;
const requests = (most: number): NonNullable<Goal['bound']> => ({
  text: `≤ ${most} requests`,
  isCounted: true,
  isMet: ({ median }) => median.requests <= most,
});
const memory = (most: number): NonNullable<Goal['bound']> => ({
  text: `≤ ${most / MB} MB of memory`,
  isMet: ({ median }) => median.peakBytes <= most,
});

const GOALS: readonly Goal[] = [
  { workload: 'W1', times: [3, 5], bound: requests(40) },
  {
    workload: 'W2',
    times: [3, 4],
    bound: {
      isCounted: true,
      text: '1 request, ≤ an empty Node program + 60 ms + one round trip',
      isMet: ({ median }, latency, { nodeMs }) => median.requests === 1 && median.wallMs <= nodeMs + 60 + latency,
    },
  },
  { workload: 'W3', times: [1.5, 2], bound: requests(30) },
  {
    workload: 'W4',
    times: [3, 5],
    bound: { text: '≤ 2 × `cp -r`', isMet: ({ median }, _latency, { copyMs }) => median.wallMs <= 2 * copyMs },
  },
  { workload: 'W5-UP', times: [1.5, 1.5], bound: memory(300 * MB) },
  { workload: 'W5-DOWN', times: [1.2, 1.2], bound: memory(300 * MB) },
  {
    workload: 'W5B-UP',
    times: [20, 20],
    bound: { text: '≤ 24 MiB sent', isCounted: true, isMet: ({ median }) => median.bytesUp <= 24 << 20 },
  },
  { workload: 'W6', times: [3, 6], bound: { text: '≤ 0.8 s', isMet: ({ median }) => median.wallMs <= 800 } },
  { workload: 'W7-UP', times: [4, 6], bound: memory(500 * MB) },
  { workload: 'W7-DOWN', times: [4, 6], bound: memory(500 * MB) },
  {
    workload: 'W8',
    times: [20, 20],
    bound: { text: 'no content sent: < 4 MiB', isCounted: true, isMet: ({ median }) => median.bytesUp < 4 << 20 },
  },
  {
    workload: 'W9',
    bound: {
      text: '≤ 4 s, ≤ 1 GB of memory',
      isMet: ({ median }) => median.wallMs <= 4_000 && median.peakBytes <= 1000 * MB,
    },
  },
  {
    workload: 'W10',
    bound: {
      isCounted: true,
      text: '≤ 8 requests, ≤ 150 ms after settling without latency',
      isMet: ({ median }, latency) => median.requests <= 8 && (latency > 0 || median.wallMs <= 150),
    },
  },
];

/** All that was measured with one store and latency. */
export interface Column {
  /** For people. */
  readonly name: string;
  readonly latency: number;
  readonly played: readonly Pick<Played, 'tables' | 'baselines' | 'profiles'>[];
}

/** Markdown: each goal, against the best peer of its row, and whether it is met. Empty when nothing was played that has one. */
export function goalsText(columns: readonly Column[]): readonly string[] {
  const rows = GOALS.flatMap((goal) => {
    const cells = columns.map(({ latency, played }) =>
      played
        .flatMap(({ tables, baselines }) => tables.map((table) => ({ table, baselines })))
        .filter(({ table }) => table.workload === goal.workload)
        .map(({ table, baselines }) => verdict(goal, table, latency, baselines))
        .join(),
    );
    return cells.every((cell) => cell === '')
      ? []
      : [`| ${[goal.workload, goal.bound?.text ?? '', ...cells].join(' | ')} |`];
  });
  if (rows.length === 0) return [];
  const head = ['', 'bound', ...columns.map(({ name }) => name)];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows, ''];
}

/** Whether a workload has a goal that was not met. */
export const isMissed = (table: Table, latency: number, baselines: Baselines): boolean =>
  GOALS.some((goal) => goal.workload === table.workload && verdict(goal, table, latency, baselines).includes(NOT_MET));

function verdict({ times, bound }: Goal, { rows }: Table, latency: number, baselines: Baselines): string {
  const [ours, ...peers] = rows;
  if (ours === undefined) return '';
  const best = peers.toSorted((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0))[0];
  const words: string[] = [];
  if (times !== undefined && best !== undefined) {
    const wanted = times[latency === 0 ? 0 : 1];
    const reached = 1 / (best.ratio ?? Number.NaN);
    words.push(`${reached.toFixed(1)} × ${best.name} (goal ${wanted}): ${metText(reached >= wanted)}`);
  }
  if (bound !== undefined) {
    // Ceph says neither requests nor bytes.
    const isKnown = bound.isCounted !== true || !Number.isNaN(ours.median.requests);
    words.push(`bound: ${isKnown ? metText(bound.isMet(ours, latency, baselines)) : 'not counted'}`);
  }
  return words.join('; ');
}

const NOT_MET = '**not met**';
const metText = (isMet: boolean): string => (isMet ? 'met' : NOT_MET);

const NOTHING_TO_DO = { W2: 'files', W6: 'many', W9: 'million' } as const;

/** What one entry costs when there is nothing to do, by how many there are. Empty where that is known of one number only. */
export function flatnessText(played: readonly Pick<Played, 'tables' | 'sizes'>[]): string {
  const parts = Object.entries(NOTHING_TO_DO).flatMap(([workload, size]) =>
    played.flatMap(({ tables, sizes }) => {
      const wallMs = tables.find((table) => table.workload === workload)?.rows[0]?.median.wallMs;
      const count = sizes[size];
      return wallMs === undefined
        ? []
        : [`${((wallMs * 1000) / count).toFixed(1)} µs with ${count.toLocaleString('en')}`];
    }),
  );
  return parts.length < 2
    ? ''
    : `With nothing to do an entry costs ${parts.join(', ')} (the start of the program included).`;
}
