import { expect, it } from 'vitest';
import { meterRate, timeLeft } from '../../src/core/status/rate.ts';
import type { Progress } from '../../src/core/status/sync-report.ts';
import { progressText } from '../../src/vscode/render/progress-text.ts';

const moving = (bytes: number, more: Partial<Progress> = {}): Progress => ({
  phase: 'uploading',
  files: 12,
  totalFiles: 40,
  bytes,
  totalBytes: 9_000_000,
  ...more,
});

it.each<readonly [string, Progress, number | null, string]>([
  ['files, bytes and time left', moving(3_000_000), 300_000, 'uploading, 12/40, 3.0 MB of 9.0 MB, 20 s left'],
  ['no time while it is a guess', moving(3_000_000), null, 'uploading, 12/40, 3.0 MB of 9.0 MB'],
  ['no time at a standstill', moving(3_000_000), 0, 'uploading, 12/40, 3.0 MB of 9.0 MB'],
  [
    'nothing but the phase while nothing is counted',
    moving(0, { phase: 'scanning', totalFiles: 0, totalBytes: 0 }),
    null,
    'scanning',
  ],
  ['whom it waits for', moving(0, { phase: 'waiting', holder: 'alice@build-7' }), null, 'waiting for alice@build-7'],
  [
    'a store that asks for less',
    moving(9_000_000, { patienceMs: 4_000 }),
    1,
    'uploading, 12/40, 9.0 MB of 9.0 MB, the store asks for patience, 4.0 s',
  ],
])('%s', (_, progress, rate, text) => {
  expect(progressText(progress, rate)).toBe(text);
});

it('the rate is that of the last seconds of one phase, and none before half a second', () => {
  const rate = meterRate();
  expect(rate(moving(0), 0)).toBeNull();
  expect(rate(moving(100_000), 400)).toBeNull();
  expect(rate(moving(1_000_000), 1_000)).toBe(1_000_000);
  for (let at = 2_000; at <= 10_000; at += 500) rate(moving(1_000_000 + (at - 1_000) * 100), at);
  expect(rate(moving(1_950_000), 10_500)).toBe(100_000);
  expect(rate(moving(0, { phase: 'downloading' }), 11_000)).toBeNull();
});

it('time left is whole seconds, and none when all has arrived', () => {
  expect(timeLeft(moving(8_999_999), 1_000_000)).toBe(1_000);
  expect(timeLeft(moving(9_000_000), 1_000_000)).toBeNull();
});
