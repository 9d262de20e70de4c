import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/* How many calls of the system wait for the disk at the same time, and that a program started from here does not hear of it. */

const PROGRAM = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { widenThreadPool } from ${JSON.stringify(new URL('../../src/adapters/thread-pool.ts', import.meta.url))};
  widenThreadPool();
  const names = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'));
  const pool = names.filter((name) => name.startsWith('libuv')).length;
  console.log(JSON.stringify({ pool, told: process.env.UV_THREADPOOL_SIZE ?? null }));`;

const WIDENED = `
  import { stat } from 'node:fs';
  import { widenThreadPool } from ${JSON.stringify(new URL('../../src/adapters/thread-pool.ts', import.meta.url))};
  widenThreadPool();
  stat('.', () => console.log('done'));`;

test.skipIf(process.platform !== 'linux').each([
  ['nobody has said anything', undefined, { pool: 16, told: null }],
  ['somebody wants fewer', '2', { pool: 0, told: '2' }],
])('%s', (_what, size, found) => {
  const { UV_THREADPOOL_SIZE: _inherited, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...env, ...(size !== undefined && { UV_THREADPOOL_SIZE: size }) },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(found);
});

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'who may have few processes is not ended for want of threads',
  () => {
    const { UV_THREADPOOL_SIZE: _inherited, ...env } = process.env;
    const asNobody = ['--reuid=54321', '--regid=54321', '--clear-groups', 'prlimit', '--nproc=18'];
    const run = (program: string) =>
      spawnSync('setpriv', [...asNobody, process.execPath, '--input-type=module', '--eval', program], {
        env,
        cwd: '/',
        encoding: 'utf8',
      });
    const few = run(`import { stat } from 'node:fs'; stat('.', () => console.log('done'));`);
    if (few.stdout !== 'done\n') return;
    expect(run(WIDENED).stdout).toBe('done\n');
  },
);
