import { expect, it } from 'vitest';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Conflict } from '../../src/core/plan/plan.ts';
import { conflictGroupRow, conflictRow, groupConflicts } from '../../src/vscode/render/conflict-rows.ts';

/* The Conflicts view, from what a look has found to rows. */

const NOW = 1_763_650_000_000;
const conflict = (path: string, more: Partial<Conflict> = {}): Conflict => ({
  path: path as SyncPath,
  reason: 'both-changed',
  base: null,
  local: {
    path: path as SyncPath,
    sha256: 'l',
    stamp: { size: 3, mtime: NOW - 60_000, ctime: NOW, inode: 1, exec: false },
  },
  remote: {
    path: path as SyncPath,
    size: 2_000,
    mtime: NOW - 120_000,
    sha256: 'r',
    exec: false,
    by: 'bob@desk',
    generation: 1,
    slices: [],
  },
  ...more,
});

it('conflicts stand by folder, the top first, and none is left out', () => {
  const all = ['z/1', 'a/b/1', 'top', 'a/2', 'z/2'].map((path) => conflict(path));
  expect(groupConflicts(all).map(({ folder, conflicts }) => [folder, conflicts.map(({ path }) => path)])).toEqual([
    ['', ['top']],
    ['a', ['a/2']],
    ['a/b', ['a/b/1']],
    ['z', ['z/1', 'z/2']],
  ]);
});

it('a folder says how many are in it', () => {
  const group = { folder: 'a/b', conflicts: [conflict('a/b/1'), conflict('a/b/2')] };
  expect(conflictGroupRow(group)).toMatchObject({ label: 'a/b', description: '2', spoken: 'a/b, 2 conflicts' });
});

it.each([
  [
    'both changed',
    conflict('a/x'),
    'bob@desk',
    'warning',
    /Mine: 3 B, changed 1 min ago\nTheirs: 2\.0 kB, changed 2 min ago by bob@desk/,
  ],
  [
    'deleted here',
    conflict('a/x', { reason: 'deleted-here-changed-there', local: null }),
    'deleted here, changed on the remote · bob@desk',
    'trash',
    /Mine: deleted/,
  ],
  [
    'deleted there',
    conflict('a/x', { reason: 'changed-here-deleted-there', remote: null }),
    'changed here, deleted on the remote',
    'trash',
    /Theirs: deleted/,
  ],
] as const)('%s: who, and what happened on each side', (_, one, description, icon, tooltip) => {
  const row = conflictRow(one, NOW);
  expect(row).toMatchObject({ label: 'x', description, icon, context: `conflict-${one.reason}` });
  expect(row.tooltip).toMatch(tooltip);
});
