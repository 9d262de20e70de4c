import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { FAULTS } from './fault-names.ts';
import { type Invariant, titleOf } from './oracle/invariants.ts';
import { type Failure, runSeeds, type SeedsResult } from './run-seeds.ts';

/*
 * npm run sim                                     200 seeds
 * npm run sim -- --seeds N --from S --minutes M --clients C --workers W
 * npm run sim -- --from S --seeds 1 --trace       replays one, with every line
 * npm run sim -- --campaign --minutes M --write   goes on where the last campaign ended, and adds up in docs/safety.md
 */
const print = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    clients: { type: 'string' },
    minutes: { type: 'string' },
    workers: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    campaign: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  print(`"${text}" is no number`);
  process.exit(2);
};

const clients = numberOf(values.clients);
const workers = numberOf(values.workers);
const minutes = numberOf(values.minutes);
const from = numberOf(values.from);

if (values.trace) {
  const { replay } = await import('./replay.ts');
  for (const line of await replay(from ?? 1, clients)) print(line);
} else if (values.campaign) {
  process.exitCode = await runCampaign({ from, minutes: minutes ?? 10, workers, writes: values.write, print, fail });
} else {
  const result = await runSeeds({
    from: from ?? 1,
    count: numberOf(values.seeds) ?? (minutes === undefined ? 200 : Number.MAX_SAFE_INTEGER),
    clients,
    workers,
    forMs: minutes === undefined ? undefined : minutes * 60_000,
    stopsAtFailure: minutes !== undefined,
    onProgress: showProgress,
  });
  process.stderr.write('\n');
  print(inOneLine(result));
  for (const line of faultTable(result)) print(line);
  const [first] = result.failures;
  if (first) await fail(first, result.failures);
}

function showProgress(seeds: number, failures: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${seeds} seeds, ${failures} failed`);
}

function inOneLine({ seeds, operations, commits, virtualHours, failures, seconds, faults }: SeedsResult): string {
  const struck = Object.values(faults).reduce((sum, count) => sum + count, 0);
  return `${seeds} seeds, ${operations} operations, ${commits} commits, ${struck} faults, ${virtualHours.toFixed(0)} simulated hours, ${failures.length} failed, ${seconds.toFixed(0)} s`;
}

/** What strikes how often in a thousand seeds, the rarest first. */
function faultTable({ seeds, faults }: SeedsResult): readonly string[] {
  if (seeds < 100) return [];
  return [...new Set([...FAULTS, ...Object.keys(faults)])]
    .map((name) => ({ name, rate: ((faults[name] ?? 0) * 1_000) / seeds }))
    .toSorted((a, b) => a.rate - b.rate)
    .map(({ name, rate }) => `${rate.toFixed(1).padStart(9)}  ${name}`);
}

/** The first failure with its story, the others by name. */
async function fail(first: Failure, failures: readonly Failure[]): Promise<void> {
  process.exitCode = 1;
  for (const { seed, invariant, detail } of failures.slice(0, 20))
    print(`seed ${seed}: ${titleOf(invariant as Invariant)}: ${detail.split('\n')[0]}`);
  if (!values['no-shrink']) {
    const { explain } = await import('./replay.ts');
    for (const line of await explain(first.seed, clients)) print(`  ${line}`);
  }
  print(titleOf(first.invariant as Invariant));
  print(
    `replay: npm run sim -- --from ${first.seed} --seeds 1 --trace${clients === undefined ? '' : ` --clients ${clients}`}`,
  );
}
