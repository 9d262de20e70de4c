import { defineConfig } from 'vitest/config';

const quick = ['core', 'engine', 'contract', 'simulation', 'exhaustive', 'hostile', 'crash', 'mutants', 'cli'].map((name) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/properties.ts'],
    globalSetup: name === 'cli' || name === 'crash' ? ['test/cli/build-cli.ts'] : [],
  },
}));

// A window of VS Code at a time.
const slow = ['vscode', 'ui'].map((name) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    globalSetup: ['test/cli/build-cli.ts'],
  },
}));

// Most of the time is spent in programs that tests start: a worker for each core.
export default defineConfig({ test: { maxWorkers: '100%', projects: [...quick, ...slow] } });
