import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/* Records that are large, or say they are, in a process that has no room for more. */

const heavy = (heapMiB: number, ...words: string[]): Record<string, unknown> => {
  const program = fileURLToPath(new URL('heavy.ts', import.meta.url));
  const said = execFileSync(process.execPath, [`--max-old-space-size=${heapMiB}`, program, ...words], {
    encoding: 'utf8',
  });
  return JSON.parse(said) as Record<string, unknown>;
};

describe('memory stays under its bound', () => {
  test('an index of 1,000,000 entries is written and read back, each entry right, in a heap of 2 GiB', () => {
    const found = heavy(2_048, 'entries', '1000000');
    expect(found).toMatchObject({ generation: 1, entries: 1_000_000, wrong: 0, refused: 0, damaged: 0 });
    expect(found['shards']).toBeGreaterThan(1_000_000 / 4_096);
  });

  test.each([
    ['20 KiB', '20 MiB', '2'],
    ['10 MiB', '10 GiB', '1000'],
  ])('gzip of about %s that unzips to %s is refused after 16 MiB', (_size, _claim, members) => {
    const found = heavy(128, 'bomb', members);
    expect(found).toMatchObject({
      entries: 0,
      damaged: [{ reason: expect.stringContaining('16777216 bytes') as unknown }],
    });
    expect(found['peakMiB']).toBeLessThan(400);
  });
});
