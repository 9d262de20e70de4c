import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { measureBaselines } from './baselines.ts';
import { findContenders } from './contenders.ts';
import { countFlushes } from './flushes.ts';
import { goalsText } from './goals.ts';
import { parseOptions } from './options.ts';
import { type Played, pageText } from './page.ts';
import { playAll } from './play.ts';
import { tableText, tabulate } from './table.ts';
import { keptSection } from './vscode/section.ts';

/** Plays the workloads with the built CLI (`node esbuild.mjs cli`) and its peers, and prints the medians. */
async function main(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv);
  const contenders = findContenders();
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  for (const { name, version } of contenders) say(`${name}: ${version}`);
  const names = contenders.map(({ name }) => name);
  const played: Played[] = [];
  for (const latency of options.latencies) {
    const tables = tabulate(await playAll(contenders, options, latency, say), names);
    process.stdout.write(`With ${latency} ms added:\n\n${tables.map(tableText).join('\n')}\n`);
    played.push({ latency, tables });
  }
  const baselines = measureBaselines(options.files);
  process.stdout.write(`${goalsText(played, baselines).join('\n')}\n`);
  if (options.write === undefined) return;
  const flushes = options.store === 'dev' ? await countFlushes(contenders) : null;
  const command = ['npm run bench --', ...argv].join(' ');
  mkdirSync(dirname(options.write), { recursive: true });
  const kept = keptSection(readIfThere(options.write));
  writeFileSync(
    options.write,
    `${pageText({ played, contenders, options, command, date: new Date(), baselines, flushes })}${kept === '' ? '' : `\n${kept}`}`,
  );
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
