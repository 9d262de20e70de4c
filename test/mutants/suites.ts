import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './catalogue.ts';

export interface SuiteVerdict {
  /** Full names of tests that ran and went red. A file that could not be loaded has none, and kills nothing. */
  readonly red: readonly string[];
  readonly passed: number;
}

/** Runs a part of the suite as it stands in `folder`. Throws where no test of it has run. */
export function runSuite(folder: string, { layer, file, test }: Suite): SuiteVerdict {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', '--project', layer, '--reporter=json', `--outputFile=${report}`];
  if (file !== undefined) args.push(`test/${layer}/${file}`);
  if (test !== undefined) args.push('--testNamePattern', test);
  const run = spawnSync(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const results = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report).testResults : [];
  const tests = results.flatMap(({ assertionResults }) => assertionResults);
  const red = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  if (red.length + passed === 0) throw new Error(`${layer}/${file ?? ''} ran no test:\n${run.stdout}${run.stderr}`);
  return { red, passed };
}

export interface SimulationVerdict {
  /** Of the first seed that went red, with its invariant. */
  readonly seed: number;
  readonly invariant: string;
}

/**
 * Plays seeds from 1 on until one goes red. `green`: none did in these minutes; `endless`: a seed never came to its end.
 * Throws where the simulation could not play.
 */
export function runSimulation(folder: string, minutes: number): SimulationVerdict | 'green' | 'endless' {
  const args = ['test/simulation/main.ts', '--from', '1', '--minutes', String(minutes), '--no-shrink'];
  const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: (minutes + 2) * 60_000 });
  const first = /^seed (\d+): (invariant \d+: [^:]+): /m.exec(run.stdout);
  if (first) return { seed: Number(first[1]), invariant: first[2] ?? '' };
  if (run.status === null) return 'endless';
  if (run.status !== 0) throw new Error(`the simulation did not play:\n${run.stdout}${run.stderr}`);
  return 'green';
}

/** As vitest's JSON reporter writes it. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** What the compiler says of the tree's `src`; empty: it compiles. */
export function compileErrors(folder: string): string {
  const tsc = join(folder, 'node_modules/typescript/bin/tsc');
  const config = join(folder, 'tsconfig.mutant.json');
  // What a defect leaves unused is no error of it.
  const options = { noUnusedLocals: false, noUnusedParameters: false };
  writeFileSync(
    config,
    JSON.stringify({ extends: './tsconfig.json', compilerOptions: options, include: ['src'], references: [] }),
  );
  const run = spawnSync(process.execPath, [tsc, '-p', config], { cwd: folder, encoding: 'utf8' });
  return run.status === 0 ? '' : `${run.stdout}${run.stderr}`;
}
