import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAgain, type Count, countOf, type FileResult, readReport } from './layer-report.ts';

/*
 * npm test                all layers, then one line `N passed, N failed, N skipped`
 * npm test -- core cli    some of them
 */
const LAYERS = [
  'core',
  'engine',
  'contract',
  'simulation',
  'exhaustive',
  'hostile',
  'crash',
  'mutants',
  'cli',
  'vscode',
  'ui',
];
const project = fileURLToPath(new URL('..', import.meta.url));
const results = `${project}test-results`;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Layers that drive a window of VS Code. */
const WINDOWS: ReadonlySet<string> = new Set(['vscode', 'ui']);
/** Files of a layer that are run again; where more fail it is no accident. */
const MOST_AGAIN = 3;

interface LayerRun {
  /** Exit code of vitest. */
  readonly status: number;
  readonly files: readonly FileResult[];
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !LAYERS.includes(name));
if (unknown.length > 0) {
  print(`unknown layer ${unknown.join(', ')}; there are: ${LAYERS.join(', ')}`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
mkdirSync(results, { recursive: true });
if (run('build', [process.execPath, 'esbuild.mjs']) !== 0) total.failed += 1;
for (const layer of asked.length > 0 ? asked : LAYERS) {
  const count = runLayer(layer);
  print(`${layer}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += count[key];
}
print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

/** Counts come from vitest's own report. A layer without tests, or one that ended badly for a reason no test names, has failed. */
function runLayer(layer: string): Count {
  const tests = readdirSync(`${project}test/${layer}`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const first = tests.length === 0 ? { status: 1, files: [] } : runFiles(layer, []);
  const { status, files } = WINDOWS.has(layer) ? onceMore(layer, first) : first;
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
function onceMore(layer: string, first: LayerRun): LayerRun {
  const bad = first.files.filter(({ bad }) => bad);
  if (bad.length === 0 || bad.length > MOST_AGAIN) return first;
  const again = runFiles(
    layer,
    bad.map(({ path }) => path),
  );
  for (const { path, failures } of bad)
    if (again.files.some((file) => file.path === path && !file.bad))
      print(`${layer}: passed only when run again: ${[basename(path), ...failures].join(' > ')}`);
  return { status: again.status, files: afterAgain(first.files, again.files) };
}

function runFiles(layer: string, files: readonly string[]): LayerRun {
  const report = `${results}/${layer}${files.length > 0 ? '-again' : ''}.json`;
  rmSync(report, { force: true });
  const vitest = `${project}node_modules/vitest/vitest.mjs`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const status = run(layer, [process.execPath, vitest, 'run', '--project', layer, ...reporters, ...files]);
  return { status, files: readReport(report) };
}

function run(name: string, [program = '', ...words]: readonly string[]): number {
  const started = Date.now();
  const { status } = spawnSync(program, words, { cwd: project, stdio: 'inherit' });
  print(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status ?? 1;
}
