import { expect, test } from 'vitest';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Conflict } from '../../src/core/plan/plan.ts';
import { EMPTY_PREVIEW, EMPTY_REPORT } from '../../src/core/status/sync-report.ts';
import { INITIAL_STATUS, reduceStatus, type StatusEvent } from '../../src/core/status/sync-status.ts';

/* No conflict leaves the list before it is decided, whatever else happens. */

const conflict: Conflict = {
  path: 'a.txt' as SyncPath,
  reason: 'both-changed',
  base: null,
  local: null,
  remote: null,
};
const found = { ...EMPTY_PREVIEW, plan: { ...EMPTY_PREVIEW.plan, conflicts: [conflict] } };
const progress = { phase: 'uploading', files: 1, totalFiles: 2, bytes: 1, totalBytes: 2 } as const;
const error = { kind: 'offline', message: '', remedy: '' } as const;

test.each<[what: string, event: StatusEvent]>([
  ['a failure', { kind: 'failed', error, at: 1 }],
  ['a change on disk', { kind: 'touched', paths: 1 }],
  ['a cycle under way', { kind: 'progress', progress }],
  ['a pause', { kind: 'paused' }],
  ['another commit', { kind: 'register', lease: null, generation: 7, seenAt: 1, latencyMs: 1 }],
  ['a look that finds it again', { kind: 'previewed', preview: found }],
  ['a cycle that leaves it', { kind: 'synced', report: { ...EMPTY_REPORT, conflicts: [conflict] }, at: 1 }],
])('it stays through %s', (_what, event) => {
  const before = reduceStatus(INITIAL_STATUS, { kind: 'previewed', preview: found });
  expect(reduceStatus(before, event).conflicts).toEqual([conflict]);
});

test('out of reach from the start, it is listed by what was last seen of the remote', () => {
  const offline = reduceStatus(INITIAL_STATUS, { kind: 'failed', error, at: 1 });
  expect(reduceStatus(offline, { kind: 'waiting', preview: found })).toMatchObject({
    conflicts: [conflict],
    failure: { kind: 'offline' },
  });
});
