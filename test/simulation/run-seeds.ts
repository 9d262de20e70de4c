import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Pace } from './watch-requests.ts';
import type { Job, SeedResult } from './worker.ts';

export interface SeedsOptions {
  readonly from: number;
  /** How many at most. */
  readonly count: number;
  /** Fixes the number of clients. */
  readonly clients?: number | undefined;
  /** Begins no more after this, milliseconds of this machine's time. */
  readonly forMs?: number | undefined;
  readonly workers?: number | undefined;
  /** Begins no more after a failure. */
  readonly stopsAtFailure?: boolean;
  readonly onProgress?: (seeds: number, failures: number) => void;
}

export interface SeedsResult {
  /** Of the seeds from `from` on that were all played: no gaps. */
  readonly seeds: number;
  readonly operations: number;
  readonly commits: number;
  readonly virtualHours: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly pace: Pace;
  /** In the order of their seeds. */
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** By seed. */
  readonly digests: ReadonlyMap<number, string>;
}

export interface Failure {
  readonly seed: number;
  readonly invariant: number;
  readonly detail: string;
}

const PORTION = 5;
/** A seed leaves hardly anything behind: the less often it is looked for, the better. */
const YOUNG_MB = 192;

/** Plays seeds on all cores. */
export async function runSeeds(options: SeedsOptions): Promise<SeedsResult> {
  const started = performance.now();
  const end = options.from + options.count;
  const results: SeedResult[] = [];
  let failures = 0;
  let next = options.from;

  const isOver = () =>
    next >= end ||
    (options.forMs !== undefined && performance.now() - started > options.forMs) ||
    (options.stopsAtFailure === true && failures > 0);

  function takeJob(): Job | null {
    if (isOver()) return null;
    const job = { from: next, count: Math.min(PORTION, end - next), clients: options.clients };
    next += job.count;
    return job;
  }

  function keep(found: readonly SeedResult[]): void {
    results.push(...found);
    failures += found.filter(({ invariant }) => invariant !== null).length;
    options.onProgress?.(results.length, failures);
  }

  const workers = options.workers ?? availableParallelism();
  await Promise.all(Array.from({ length: workers }, () => employ(takeJob, keep)));
  return summarise(results, (performance.now() - started) / 1000);
}

async function employ(takeJob: () => Job | null, keep: (found: readonly SeedResult[]) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  try {
    for (let job = takeJob(); job !== null; job = takeJob()) {
      const found = new Promise<readonly SeedResult[]>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      worker.postMessage(job, []);
      keep(await found);
      worker.removeAllListeners('error');
    }
  } finally {
    await worker.terminate();
  }
}

function summarise(results: readonly SeedResult[], seconds: number): SeedsResult {
  const faults: Record<string, number> = {};
  const ordered = results.toSorted((a, b) => a.seed - b.seed);
  for (const { faults: struck } of ordered)
    for (const [name, count] of struck) faults[name] = (faults[name] ?? 0) + count;
  const sum = (of: (result: SeedResult) => number) => ordered.reduce((total, result) => total + of(result), 0);
  return {
    seeds: ordered.length,
    operations: sum(({ operations }) => operations),
    commits: sum(({ commits }) => commits),
    virtualHours: sum(({ virtualMs }) => virtualMs) / 3_600_000,
    faults,
    pace: { more: sum(({ pace }) => pace.more), fewer: sum(({ pace }) => pace.fewer) },
    failures: ordered.flatMap(({ seed, invariant, detail }) =>
      invariant === null ? [] : [{ seed, invariant, detail }],
    ),
    seconds,
    digests: new Map(ordered.map(({ seed, digest }) => [seed, digest])),
  };
}
