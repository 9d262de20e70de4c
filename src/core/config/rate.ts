import { bad, ok, type Result } from '../errors.ts';
import type { ConfigProblem } from './config-problem.ts';
import { shown } from './config-shape.ts';

/** The most that may travel to a remote and from it, bytes a second; absent: no limit. */
export interface Rates {
  readonly maxUpload?: number;
  readonly maxDownload?: number;
}

/** Slower, one object of the format would take a quarter of an hour. */
const LEAST = 16 << 10;
const UNITS: Readonly<Record<string, number>> = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Bytes a second from `500k`, `2M` or `1.5G`, which are 1,024-fold as rclone has them; null from `off`. A number without a unit is
 * refused: to rclone it would be KiB.
 */
export function parseRate(text: string): Result<number | null> {
  if (text === 'off') return ok(null);
  const parts = /^(\d{1,9}(?:\.\d{1,6})?)([bkmg])$/i.exec(text);
  const rate = Math.round(Number(parts?.[1]) * (UNITS[parts?.[2]?.toUpperCase() ?? ''] ?? Number.NaN));
  return rate >= LEAST
    ? ok(rate)
    : bad(`${shown(text)} is not a rate (bytes a second such as 500k, 2M or 1G, 1024-fold, from 16k on; or off)`);
}

/** As `parseRate` takes it. */
export function rateText(rate: number): string {
  const [unit, bytes] = Object.entries(UNITS).findLast(([, size]) => rate % size === 0) ?? ['B', 1];
  return `${rate / bytes}${unit}`;
}

/** The same with what is said elsewhere. */
export function withRates<T extends Rates>(
  { maxUpload, maxDownload, ...config }: T,
  said: SaidRates,
): Omit<T, keyof Rates> & Rates {
  const up = said.maxUpload === undefined ? maxUpload : said.maxUpload;
  const down = said.maxDownload === undefined ? maxDownload : said.maxDownload;
  return { ...config, ...(up == null ? {} : { maxUpload: up }), ...(down == null ? {} : { maxDownload: down }) };
}

/** As a person set them; empty: nothing is said. */
export type RateTexts = { readonly [Name in keyof Rates]-?: string };

/** What is said of them elsewhere than in the file: null takes a limit away, undefined leaves it. */
export type SaidRates = { readonly [Name in keyof Rates]?: number | null | undefined };

/** The settings of a window. `prefix` stands before their names, as in `datastore.`. */
export function readRates(prefix: string, texts: RateTexts): Result<SaidRates, readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const read: { maxUpload?: number | null; maxDownload?: number | null } = {};
  for (const name of ['maxUpload', 'maxDownload'] as const) {
    const text = texts[name].trim();
    if (text === '') continue;
    const rate = parseRate(text);
    if (rate.ok) read[name] = rate.value;
    else problems.push({ kind: 'config', source: `${prefix}${name}`, line: null, field: null, message: rate.problem });
  }
  return problems.length === 0 ? ok(read) : bad(problems);
}
