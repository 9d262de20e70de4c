import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { commitHere } from '../support/provenance.ts';
import { measureBaselines } from './baselines.ts';
import { findContenders } from './contenders.ts';
import { countFlushes } from './flushes.ts';
import { goalsText } from './goals.ts';
import { added, type Ledger, readLedger, writeLedger } from './ledger.ts';
import { removeFolders } from './litter.ts';
import { parseOptions } from './options.ts';
import { columnsOf, pageText } from './page.ts';
import { playRounds } from './play.ts';
import { profileStory } from './profile.ts';
import { tableText, tabulate } from './table.ts';
import { keptSection } from './vscode/section.ts';
import { stories } from './workload.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Plays the workloads with the built CLI (`node esbuild.mjs cli`) and its peers, and prints the medians. */
async function main(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv);
  const { store, write, latencies: _latencies, only: _only, ...sizes } = options;
  const contenders = findContenders();
  const programs = Object.fromEntries(contenders.map(({ name, version }) => [name, version]));
  for (const [name, version] of Object.entries(programs)) say(`${name}: ${version}`);
  const baselines = measureBaselines(options.files);
  let now: Ledger = { played: [], flushes: null };
  for (const latency of options.latencies) {
    for (const story of stories) {
      const results = await playRounds({ story, contenders, options, latency, say });
      const tables = tabulate(results, Object.keys(programs));
      if (tables.length === 0) continue;
      const isProfiled = write !== undefined && store === 'dev' && latency === 0;
      const where = { store, latency, story, ...provenance() };
      const profiles = isProfiled ? await profileStory(story, options, say) : {};
      const played = { ...where, sizes, programs, baselines, tables, profiles };
      process.stdout.write(`With ${latency} ms added:\n\n${tables.map(tableText).join('\n')}\n`);
      now = added(now, played);
      if (write !== undefined) keep(write, (ledger) => added(ledger, played));
    }
  }
  process.stdout.write(`${goalsText(columnsOf(now)).join('\n')}\n`);
  if (write === undefined || store !== 'dev' || !now.played.some(({ story }) => story === 'files')) return;
  const flushes = await countFlushes(contenders);
  keep(write, (ledger) => ({ ...ledger, flushes: flushes && Object.fromEntries(flushes) }));
}

/** What this run says of every story. */
const provenance = () => ({
  commit: commitHere(),
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform}`,
  load: loadavg()[2] ?? 0,
});

function keep(page: string, change: (ledger: Ledger) => Ledger): void {
  const ledger = change(readLedger(page));
  writeLedger(page, ledger);
  const kept = keptSection(existsSync(page) ? readFileSync(page, 'utf8') : '');
  writeFileSync(page, `${pageText(ledger)}${kept === '' ? '' : `\n${kept}`}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  removeFolders();
}
