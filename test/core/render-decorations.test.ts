import { expect, test } from 'vitest';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { StepKind } from '../../src/core/plan/plan.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import { changedPaths, decorationsOf } from '../../src/vscode/render/file-decorations.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

/* Letters in the Explorer. */

const active = (status: Partial<SyncStatus>): FolderState => ({
  kind: 'active',
  config: SOME_CONFIG,
  status: { ...INITIAL_STATUS, ...status },
});
const NONE = { base: null, local: null, remote: null };
const step = (path: string, kind: StepKind) => ({ ...NONE, path: path as SyncPath, kind });
const conflict = (path: string) => ({ ...NONE, path: path as SyncPath, reason: 'both-changed' as const });

const all = active({
  changes: [step('up', 'upload'), step('down', 'download'), step('same', 'adopt')],
  conflicts: [conflict('a/both')],
  problems: [{ path: '.env', reason: 'it looks like credentials' }],
});

test('each file that is not in step has a letter, and only conflicts show in the folders above', () => {
  const found = [...decorationsOf(all)].map(([path, { badge, propagates }]) => [path, badge, propagates]);
  expect(found).toEqual([
    ['.env', '–', false],
    ['up', '↑', false],
    ['down', '↓', false],
    ['a/both', '!', true],
  ]);
  expect(decorationsOf(all).get('.env')?.tooltip).toBe('Datastore: held back: it looks like credentials');
});

test('nothing is drawn anew while nothing has changed', () => {
  const progress = { phase: 'uploading', files: 1, totalFiles: 2, bytes: 1, totalBytes: 2 } as const;
  const later = all.kind === 'active' ? { ...all, status: { ...all.status, progress } } : all;
  expect(decorationsOf(later)).toBe(decorationsOf(all));
});

test('what has changed is what came, what went, and what looks otherwise', () => {
  const before = decorationsOf(
    active({ changes: [step('up', 'upload'), step('stays', 'upload'), step('turns', 'upload')] }),
  );
  const now = decorationsOf(
    active({ changes: [step('stays', 'upload'), step('turns', 'download'), step('new', 'download')] }),
  );
  expect(changedPaths(before, now).toSorted()).toEqual(['new', 'turns', 'up']);
  expect(changedPaths(now, decorationsOf({ kind: 'loading' })).toSorted()).toEqual(['new', 'stays', 'turns']);
});
