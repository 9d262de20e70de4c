import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAgain, type Count, countOf, type FileResult, readReport } from './layer-report.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
export const results = `${project}test-results`;

/** How a lane runs its layers. */
export interface Lane {
  /** Prints as it goes; else what a layer prints is kept in `test-results/LAYER.log`, and printed whole when it has ended. */
  readonly live: boolean;
  /** Takes only what others leave of the processors. */
  readonly low: boolean;
}

/** Layers that drive a window of VS Code. */
const WINDOWS: ReadonlySet<string> = new Set(['vscode', 'ui']);
/** Files of a layer that are run again; where more fail it is no accident. */
const MOST_AGAIN = 3;
/** Of the niceness: a third of the share of another, where both want all. */
const LOW = 5;

interface LayerRun {
  /** Exit code of vitest. */
  readonly status: number;
  readonly files: readonly FileResult[];
}

/** Counts come from vitest's own report. A layer without tests, or one that ended badly for a reason no test names, has failed. */
export async function runLayer(layer: string, lane: Lane): Promise<Count> {
  const tests = readdirSync(`${project}test/${layer}`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const first = tests.length === 0 ? { status: 1, files: [] } : await runFiles(layer, lane, []);
  const { status, files } = WINDOWS.has(layer) ? await onceMore(layer, lane, first) : first;
  const count = countOf(files);
  if (count.passed + count.failed === 0) {
    print(`${layer}: no test was run`);
    return { ...count, failed: count.skipped > 0 && process.env['CI'] !== 'true' ? 0 : 1 };
  }
  if (status !== 0 && count.failed === 0) return { ...count, failed: 1 };
  // Where everything can be installed, leaving something out is a failure.
  if (process.env['CI'] === 'true' && count.skipped > 0) {
    print(`${layer}: ${count.skipped} skipped, which is a failure here`);
    return { ...count, failed: count.failed + count.skipped, skipped: 0 };
  }
  return count;
}

/**
 * Where a real window on a busy machine is driven, a file that failed is run once more, in a fresh window, and counted as then.
 * What passed only then is named: it is a weakness of the test or of the product, and no reason to stop everything else.
 */
async function onceMore(layer: string, lane: Lane, first: LayerRun): Promise<LayerRun> {
  const bad = first.files.filter(({ bad }) => bad);
  if (bad.length === 0 || bad.length > MOST_AGAIN) return first;
  const again = await runFiles(
    layer,
    lane,
    bad.map(({ path }) => path),
  );
  for (const { path, failures } of bad)
    if (again.files.some((file) => file.path === path && !file.bad))
      print(`${layer}: passed only when run again: ${[basename(path), ...failures].join(' > ')}`);
  return { status: again.status, files: afterAgain(first.files, again.files) };
}

async function runFiles(layer: string, lane: Lane, files: readonly string[]): Promise<LayerRun> {
  const report = `${results}/${layer}${files.length > 0 ? '-again' : ''}.json`;
  rmSync(report, { force: true });
  const vitest = `${project}node_modules/vitest/vitest.mjs`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const status = await run(layer, lane, [vitest, 'run', '--project', layer, ...reporters, ...files]);
  return { status, files: readReport(report) };
}

/** Runs Node with these words to the end, and prints how long it took. Resolves with its exit code. */
export async function run(name: string, lane: Lane, words: readonly string[]): Promise<number> {
  const started = performance.now();
  const log = `${results}/${name}.log`;
  const output = lane.live ? null : openSync(log, 'w');
  const stdio = output ?? ('inherit' as const);
  const child = spawn(process.execPath, words, { cwd: project, stdio: ['inherit', stdio, stdio] });
  if (lane.low && child.pid !== undefined) setPriority(child.pid, LOW);
  const status = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  if (output !== null) {
    closeSync(output);
    process.stdout.write(readFileSync(log));
  }
  print(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return status;
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
