import { expect, it } from 'vitest';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { lockAnswer } from '../../src/vscode/tools/answers.ts';

const folderOf = (status: Partial<SyncStatus>) =>
  ({
    workspace: { name: 'models', uri: {} },
    running: () => null,
    state: () => ({ kind: 'active', status: { ...INITIAL_STATUS, ...status } }),
  }) as unknown as Folder;

it.each([
  ['was never read', { seenAt: null }, null, 'unknown'],
  ['was free when it was read', { seenAt: Date.parse('2026-01-02T03:00:00Z') }, '2026-01-02T03:00:00.000Z', 'free'],
] as const)('of a lock that %s a model is told so', (_, status, asOf, lock) => {
  expect(lockAnswer([folderOf(status)])).toMatchObject({ folders: [{ asOf, lock }] });
});
