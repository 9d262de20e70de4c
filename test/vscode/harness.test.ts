import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it as test } from 'vitest';
import { describe, type HostReport, it, runSuites, type Test } from './harness.ts';

type Row = {
  readonly describes: string;
  readonly made: Test;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly says?: RegExp;
};

const rows: readonly Row[] = [
  { describes: 'a body that returns passes', made: it('a', () => {}), outcome: 'passed' },
  {
    describes: 'a promise is awaited',
    made: it('a', () => Promise.reject(new Error('late'))),
    outcome: 'failed',
    says: /late\n.*at /,
  },
  {
    describes: 'a throw is a failure',
    made: it('a', () => {
      throw new Error('at once');
    }),
    outcome: 'failed',
    says: /at once/,
  },
  {
    describes: 'a body that hangs is failed',
    made: it('a', () => new Promise(() => {}), { timeoutMs: 20 }),
    outcome: 'failed',
    says: /20 ms/,
  },
  {
    describes: 'a skipped test keeps its reason',
    made: it('a', () => {}, { skip: 'no disk' }),
    outcome: 'skipped',
    says: /no disk/,
  },
];

for (const row of rows)
  test(row.describes, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'datastore-harness-'));
    try {
      const path = join(folder, 'report.json');
      await runSuites([describe('suite', [row.made])], path);
      const report: HostReport = JSON.parse(await readFile(path, 'utf8'));
      const counts = { passed: 0, failed: 0, skipped: 0, [row.outcome]: 1 };
      expect(report).toMatchObject({ ...counts, complete: true });
      expect(report.tests.map((one) => one.name)).toEqual(['suite > a']);
      if (row.says !== undefined) expect(report.tests[0]?.error ?? report.tests[0]?.skipped).toMatch(row.says);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
