import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const CORES = availableParallelism();

// Two for each core where tests wait for programs and for leases to run out.
const WORKERS: Readonly<Record<string, number>> = { cli: 2 * CORES, crash: 2 * CORES };

// Pure functions, and programs and windows of their own: the files of a worker share what they have loaded, which takes longer than most of them.
// Those of `ui` share a VS Code, too.
// One that mocks a module resets what is loaded, before and after.
const SHARING: ReadonlySet<string> = new Set(['core', 'engine', 'contract', 'hostile', 'cli', 'ui']);

const quick = ['core', 'engine', 'contract', 'simulation', 'exhaustive', 'hostile', 'crash', 'mutants', 'cli'].map((name) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: WORKERS[name] ?? CORES,
    // Of different sizes, so they run one after the other.
    sequence: { groupOrder: WORKERS[name] === undefined ? 0 : 1 },
    setupFiles: ['test/support/properties.ts'],
    isolate: !SHARING.has(name),
    globalSetup: name === 'cli' || name === 'crash' ? ['test/cli/build-cli.ts'] : [],
  },
}));

// Two windows of VS Code at a time: while one waits, another is drawn.
const slow = ['vscode', 'ui'].map((name) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    sequence: { groupOrder: 2 },
    isolate: !SHARING.has(name),
    globalSetup: [
      'test/cli/build-cli.ts',
      name === 'ui' ? 'test/ui/install-extension.ts' : 'test/vscode/build-extension.ts',
    ],
  },
}));

export default defineConfig({ test: { sequence: { sequencer: LongestFirst }, projects: [...quick, ...slow] } });
