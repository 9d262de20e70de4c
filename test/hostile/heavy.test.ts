import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

/* Records that are large, or say they are, in a process that has no room for more. */

const heavy = async (heapMiB: number, ...words: string[]): Promise<Record<string, unknown>> => {
  const program = fileURLToPath(new URL('heavy.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--max-old-space-size=${heapMiB}`,
    program,
    ...words,
  ]);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('memory stays under its bound', { timeout: 300_000 }, () => {
  test('an index of 1,000,000 entries is written and read back, each entry right, in a heap of 2 GiB', async () => {
    const found = await heavy(2_048, 'entries', '1000000');
    expect(found).toMatchObject({ generation: 1, entries: 1_000_000, wrong: 0, refused: 0, damaged: 0 });
    expect(found['shards']).toBeGreaterThan(1_000_000 / 4_096);
  });

  test.each([
    ['20 KiB', '20 MiB', '2'],
    ['10 MiB', '10 GiB', '1000'],
  ])('gzip of about %s that unzips to %s is refused after 16 MiB', async (_size, _claim, members) => {
    const found = await heavy(128, 'bomb', members);
    expect(found).toMatchObject({
      entries: 0,
      damaged: [{ reason: expect.stringContaining('16777216 bytes') as unknown }],
    });
    expect(found['peakMiB']).toBeLessThan(400);
  });
});
