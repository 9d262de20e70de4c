import { parseArgs } from 'node:util';
import { type Workload, workloads, workloadsOf } from './workload.ts';

const STORES = ['dev', 'ceph'] as const;
export type StoreName = (typeof STORES)[number];

export interface Options {
  /** Measured rounds; the medians of these are shown. */
  readonly runs: number;
  /** One round before that counts for nothing. */
  readonly warmUp: boolean;
  readonly files: number;
  /** Small files of the story with many. */
  readonly many: number;
  /** Of the large file, bytes. */
  readonly largeBytes: number;
  /** Files of the story with the most. */
  readonly million: number;
  readonly store: StoreName;
  readonly only: ReadonlySet<Workload>;
  /** Added to every answer of the server, milliseconds: all is played with one after the other. */
  readonly latencies: readonly number[];
  /** Page to write; none by default. */
  readonly write: string | undefined;
}

export const usage = `usage: npm run bench -- [--runs N] [--files N] [--many N] [--million N] [--only W1,W2,…] [--latency MS,…]
       [--store dev|ceph] [--quick] [--write PAGE]
  --runs N      measured rounds after a warm-up (5); slow programs, and what takes long, have fewer
  --files N     small files of 1 to 4 KiB (10000)
  --many N      small files of W6 and W7 (100000)
  --million N   tiny files of W9 (1000000)
  --only LIST   of ${workloads.map(({ id }) => id).join(', ')}
  --latency MS  added to every answer of the server (0,20: all of it twice)
  --store NAME  the dev S3 server, or a throwaway Ceph (dev); ceph has no latency to add, and counts nothing
  --quick       one round without warm-up and latency: 500 files, 64 MiB, 2000 files, 5000 tiny ones
  --write PAGE  writes the page, for example docs/performance.md`;

/** Throws with a message for people. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string' },
      files: { type: 'string' },
      many: { type: 'string' },
      million: { type: 'string' },
      store: { type: 'string', default: 'dev' },
      only: { type: 'string' },
      latency: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
    },
  });
  const { quick } = values;
  const store = STORES.find((name) => name === values.store);
  if (store === undefined) throw new Error(`--store: there is no ${values.store}\n${usage}`);
  return {
    store,
    runs: count('--runs', values.runs, quick ? 1 : 5, 1),
    warmUp: !quick,
    // W3 changes 100 of them.
    files: count('--files', values.files, quick ? 500 : 10_000, 100),
    many: count('--many', values.many, quick ? 2000 : 100_000, 100),
    million: count('--million', values.million, quick ? 5000 : 1_000_000, 1000),
    largeBytes: quick ? 64 << 20 : 1 << 30,
    only: new Set(values.only === undefined ? workloads.map(({ id }) => id) : values.only.split(',').flatMap(named)),
    latencies: (store === 'ceph' ? '0' : (values.latency ?? (quick ? '0' : '0,20')))
      .split(',')
      .map((text) => count('--latency', text, 0, 0)),
    write: values.write,
  };
}

function count(flag: string, text: string | undefined, otherwise: number, least: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${flag} takes a whole number from ${least} on\n${usage}`);
}

function named(name: string): readonly Workload[] {
  const found = workloadsOf(name.trim());
  if (found.length > 0) return found;
  throw new Error(`--only: there is no ${name}\n${usage}`);
}
