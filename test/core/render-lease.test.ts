import { expect, test } from 'vitest';
import type { LeaseHolder } from '../../src/core/format/lease-holder.ts';
import { leaseText } from '../../src/vscode/render/lease-text.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const record: LeaseHolder = {
  nonce: 'n',
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 77,
  workspace: null,
  tool: null,
  purpose: 'models',
  acquiredAt: '2026-11-21T11:58:00Z',
  renewedAt: '2026-11-21T11:59:58Z',
  ttlMs: 30_000,
};

test.each([
  ['no', false, 'alice@build-7 · models · 2 min ago'],
  ['no', true, 'alice@build-7 · models · 2 min ago · its process is gone'],
  ['this-workspace', false, 'held in this workspace by alice@build-7 (process 77) for models'],
  ['this-workspace', true, 'held in this workspace by alice@build-7 (process 77) for models · its process is gone'],
  ['this-process', false, 'held by this window for models'],
] as const)('a lock, ours: %s, gone: %s', (ours, isGone, text) => {
  expect(leaseText({ record: { ...record, isGone }, ours }, NOW)).toBe(text);
});
