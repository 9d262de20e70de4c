import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !LAYERS.includes(name));
if (unknown.length > 0) {
  print(`unknown layer ${unknown.join(', ')}; there are: ${LAYERS.join(', ')}`);
  process.exit(2);
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };
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
  const report = `${results}/${layer}.json`;
  rmSync(report, { force: true });
  const tests = readdirSync(`${project}test/${layer}`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const vitest = `${project}node_modules/vitest/vitest.mjs`;
  const status =
    tests.length === 0
      ? 1
      : run(layer, [
          process.execPath,
          vitest,
          'run',
          '--project',
          layer,
          '--reporter=default',
          '--reporter=json',
          `--outputFile=${report}`,
        ]);
  const count = countOf(report);
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

function countOf(report: string): Count {
  try {
    const found = JSON.parse(readFileSync(report, 'utf8')) as Record<
      'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
      number
    >;
    return {
      passed: found.numPassedTests,
      failed: found.numFailedTests,
      skipped: found.numPendingTests + found.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function run(name: string, [program = '', ...words]: readonly string[]): number {
  const started = Date.now();
  const { status } = spawnSync(program, words, { cwd: project, stdio: 'inherit' });
  print(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status ?? 1;
}
