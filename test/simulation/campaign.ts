import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFigures } from '../support/figures.ts';
import { commitHere } from '../support/provenance.ts';
import { type Failure, runSeeds, type SeedsResult } from './run-seeds.ts';

/** Seeds that were all played on one commit, without a failure. */
interface Entry {
  readonly commit: string;
  readonly date: string;
  readonly from: number;
  /** Included. */
  readonly to: number;
  readonly operations: number;
  readonly commits: number;
  readonly virtualHours: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
}

export interface CampaignOptions {
  /** The next free seed otherwise. */
  readonly from: number | undefined;
  readonly minutes: number;
  readonly workers: number | undefined;
  readonly writes: boolean;
  readonly print: (line: string) => void;
  readonly fail: (first: Failure, failures: readonly Failure[]) => Promise<void>;
}

const LEDGER = fileURLToPath(new URL('../../docs/safety-campaigns.json', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** What is done is written down this often. */
const ROUND_MS = 300_000;

/** Plays seeds nobody has played, adds them to the ledger and the page, and gives the exit code. */
export async function runCampaign({ from, minutes, workers, writes, print, fail }: CampaignOptions): Promise<number> {
  const changed = git('status', '--porcelain', '--', 'src', 'test/simulation');
  if (writes && changed !== '') {
    print(`these are not committed, so the figures would be of no commit:\n${changed}`);
    return 2;
  }
  const commit = commitHere();
  const end = performance.now() + minutes * 60_000;
  let ledger = readLedger();
  let next = from ?? Math.max(0, ...ledger.map(({ to }) => to)) + 1;
  if (ledger.some((entry) => entry.to >= next)) {
    print(`seed ${next} was counted already; the next free one is ${Math.max(...ledger.map(({ to }) => to)) + 1}`);
    return 2;
  }
  while (performance.now() < end) {
    const forMs = Math.min(ROUND_MS, end - performance.now());
    const result = await runSeeds({ from: next, count: Number.MAX_SAFE_INTEGER, forMs, workers, stopsAtFailure: true });
    const [first] = result.failures;
    if (first) {
      await fail(first, result.failures);
      return 1;
    }
    ledger = added(ledger, entryOf(result, commit, next));
    next += result.seeds;
    print(`${result.seeds} seeds in ${result.seconds.toFixed(0)} s, all green; up to ${next - 1}`);
    if (!writes) continue;
    writeFileSync(LEDGER, `${JSON.stringify(ledger, null, 2)}\n`);
    writeFigures('simulation', figures(ledger));
  }
  return 0;
}

const git = (...words: string[]): string => execFileSync('git', words, { cwd: PROJECT, encoding: 'utf8' }).trim();

const readLedger = (): readonly Entry[] =>
  existsSync(LEDGER) ? (JSON.parse(readFileSync(LEDGER, 'utf8')) as readonly Entry[]) : [];

const entryOf = (result: SeedsResult, commit: string, from: number): Entry => ({
  commit,
  date: new Date().toISOString().slice(0, 10),
  from,
  to: from + result.seeds - 1,
  operations: result.operations,
  commits: result.commits,
  virtualHours: Math.round(result.virtualHours),
  seconds: Math.round(result.seconds),
  faults: result.faults,
});

/** Goes into the entry of the same commit where that ends just before. */
export function added(ledger: readonly Entry[], entry: Entry): readonly Entry[] {
  const last = ledger.at(-1);
  if (last?.commit !== entry.commit || last.to + 1 !== entry.from) return [...ledger, entry];
  return [...ledger.slice(0, -1), { ...sum([last, entry]), commit: entry.commit, date: entry.date }];
}

function sum(entries: readonly Entry[]): Omit<Entry, 'commit' | 'date'> {
  const faults: Record<string, number> = {};
  for (const entry of entries)
    for (const [name, count] of Object.entries(entry.faults)) faults[name] = (faults[name] ?? 0) + count;
  const total = (of: (entry: Entry) => number) => entries.reduce((all, entry) => all + of(entry), 0);
  return {
    from: Math.min(...entries.map(({ from }) => from)),
    to: Math.max(...entries.map(({ to }) => to)),
    operations: total(({ operations }) => operations),
    commits: total(({ commits }) => commits),
    virtualHours: total(({ virtualHours }) => virtualHours),
    seconds: total(({ seconds }) => seconds),
    faults,
  };
}

const seedsOf = ({ from, to }: Pick<Entry, 'from' | 'to'>): number => to - from + 1;

/** The section of docs/safety.md. */
export function figures(ledger: readonly Entry[]): string {
  const all = sum(ledger);
  const seeds = ledger.reduce((count, entry) => count + seedsOf(entry), 0);
  const digits = (number: number) => number.toLocaleString('en-US');
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    `\`npm run sim -- --campaign --write\` has played **${digits(seeds)} seeds** without a violation: ${digits(all.operations)} operations, ${digits(all.commits)} commits, ${digits(all.virtualHours)} simulated hours, in ${digits(all.seconds)} s.`,
    '',
    row(['Commit', 'Date', 'Seeds', 'Operations', 'Commits', 'Simulated hours', 'Seconds']),
    row(['---', '---', '---', '---', '---', '---', '---']),
    ...ledger.map((entry) =>
      row([
        `\`${entry.commit}\``,
        entry.date,
        `${entry.from} to ${entry.to}`,
        digits(entry.operations),
        digits(entry.commits),
        digits(entry.virtualHours),
        digits(entry.seconds),
      ]),
    ),
    '',
    row(['Fault', 'Struck']),
    row(['---', '---']),
    ...Object.entries(all.faults)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => row([name, digits(count)])),
  ].join('\n');
}
