import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STORES, type StoreName } from './stores.ts';
import type { TormentResult } from './torment.ts';

/** One round: the same torment on each store, on buckets of its own. */
export interface TortureRound {
  readonly commit: string;
  /** ISO day. */
  readonly date: string;
  readonly seed: number;
  /** Of the lease, seconds. */
  readonly ttl: number;
  /** Workspaces. */
  readonly members: number;
  readonly results: { readonly [Name in StoreName]?: TormentResult };
}

const LEDGER = fileURLToPath(new URL('../../docs/safety-torture.json', import.meta.url));

export const readRounds = (): readonly TortureRound[] =>
  existsSync(LEDGER) ? (JSON.parse(readFileSync(LEDGER, 'utf8')) as readonly TortureRound[]) : [];

export const writeRounds = (rounds: readonly TortureRound[]): void =>
  writeFileSync(LEDGER, `${JSON.stringify(rounds, null, 1)}\n`);

/** All rounds together, by store. A store that was in none is left out. */
export function sumOfRounds(rounds: readonly TortureRound[]): ReadonlyMap<StoreName, TormentResult> {
  return new Map(
    STORES.flatMap((name) => {
      const results = rounds.flatMap(({ results: { [name]: result } }) => result ?? []);
      return results.length === 0 ? [] : [[name, results.reduce(sum)] as const];
    }),
  );
}

function sum(a: TormentResult, b: TormentResult): TormentResult {
  const together = { ...a } as Record<string, unknown>;
  for (const [key, value] of Object.entries(b)) {
    const before = together[key];
    if (typeof value === 'number') together[key] = (before as number) + value;
    else if (Array.isArray(value)) together[key] = [...(before as string[]), ...(value as string[])];
    else together[key] = sumOfCounts(before as Counts, value as Counts);
  }
  return together as unknown as TormentResult;
}

type Counts = Readonly<Record<string, number>>;

function sumOfCounts(a: Counts, b: Counts): Counts {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}
