import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * npm run test:long       every pair of datastores with 5,000 files and ten kills, on every store this machine can run
 * SEED=N                  other moments
 */
const project = fileURLToPath(new URL('..', import.meta.url));
const words = ['run', '--project', 'cli', 'test/cli/migration.test.ts'];
const { status } = spawnSync(process.execPath, [`${project}node_modules/vitest/vitest.mjs`, ...words], {
  cwd: project,
  stdio: 'inherit',
  env: { ...process.env, MIGRATION: 'long' },
});
process.exit(status ?? 1);
