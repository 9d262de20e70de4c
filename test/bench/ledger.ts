import { readFileSync, writeFileSync } from 'node:fs';
import type { Baselines } from './goals.ts';
import type { Options, StoreName } from './options.ts';
import type { Profiles } from './profile.ts';
import type { Table } from './table.ts';
import { type Story, stories } from './workload.ts';

/** One story as it was measured the last time, with one store and latency. */
export interface Played {
  readonly store: StoreName;
  /** Milliseconds added to every answer. */
  readonly latency: number;
  readonly story: Story;
  readonly commit: string;
  /** ISO day. */
  readonly date: string;
  readonly machine: string;
  /** Of the machine over the 15 minutes before the end. */
  readonly load: number;
  readonly sizes: Pick<Options, 'files' | 'many' | 'million' | 'largeBytes' | 'runs' | 'warmUp'>;
  /** Versions by name, ours first. */
  readonly programs: Readonly<Record<string, string>>;
  readonly baselines: Baselines;
  readonly tables: readonly Table[];
  /** Of our program, on the dev server without latency. */
  readonly profiles: Profiles;
}

export interface Ledger {
  readonly played: readonly Played[];
  /** How often each program asks for a flush, by its name; null: not counted. */
  readonly flushes: Readonly<Record<string, number>> | null;
}

const placeOf = ({ store, latency, story }: Played): number =>
  (store === 'dev' ? 0 : 1e9) + latency * 1e3 + stories.indexOf(story);

/** In place of the one before of the same story, store and latency. */
export function added(ledger: Ledger, one: Played): Ledger {
  const others = ledger.played.filter((other) => placeOf(other) !== placeOf(one));
  return { ...ledger, played: [...others, one].toSorted((a, b) => placeOf(a) - placeOf(b)) };
}

/** Beside the page. Empty where there is none. */
export function readLedger(page: string): Ledger {
  try {
    return parseLedger(readFileSync(fileOf(page), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { played: [], flushes: null };
    throw error;
  }
}

export const writeLedger = (page: string, ledger: Ledger): void => writeFileSync(fileOf(page), ledgerText(ledger));

export const ledgerText = (ledger: Ledger): string => `${JSON.stringify(ledger, null, 1)}\n`;

/** JSON has no NaN, which is what nobody counted; null by itself stands in two places only. */
export const parseLedger = (text: string): Ledger =>
  JSON.parse(text, (key, value: unknown) =>
    value === null && key !== 'ratio' && key !== 'flushes' ? Number.NaN : value,
  ) as Ledger;

const fileOf = (page: string): string => page.replace(/\.md$/, '.json');
