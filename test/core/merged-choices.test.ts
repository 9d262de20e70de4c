import { expect, it } from 'vitest';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Conflict } from '../../src/core/plan/plan.ts';
import { mergedChoices } from '../../src/vscode/merged-choices.ts';

/* What was merged replaces the version that went into the merge, and no other. */

const entry = (sha256: string | null) => (sha256 === null ? null : ({ sha256 } as Entry));
const conflict = (local: string | null, remote: string | null): Conflict => ({
  path: 'a.txt' as SyncPath,
  reason: 'both-changed',
  base: null,
  local: (local === null ? null : { sha256: local }) as Conflict['local'],
  remote: entry(remote),
});

const MERGED = { path: 'a.txt', answer: 'mine', localSha256: 'now' } as const;

it.each<[string, string | null, string | null, string | null | undefined, object[], string[], string[]?]>([
  ['never opened: as the row has it', 'now', 't1', undefined, [{ ...MERGED, remoteSha256: 't1' }], []],
  ['merged with the version of the row', 'now', 't1', 't1', [{ ...MERGED, remoteSha256: 't1' }], []],
  ['a row that was drawn anew since the merge', 'now', 't2', 't1', [], ['a.txt']],
  ['a question about an older merge than the last', 'now', 't1', 't2', [], ['a.txt']],
  ['deleted there since the merge', 'now', null, 't1', [], ['a.txt']],
  ['compared with a deletion, and there again since', 'now', 't2', null, [], ['a.txt']],
  ['compared with a deletion', 'now', null, null, [{ ...MERGED, remoteSha256: null }], []],
  ['deleted here', null, 't1', 't1', [], [], ['a.txt']],
])('%s', (_, local, remote, merged, choices, moved, skipped = []) => {
  const shown = conflict('before', remote);
  const now = new Map([['a.txt', conflict(local, remote)]]);
  const mergedWith = () => (merged === undefined ? undefined : entry(merged));
  expect(mergedChoices([shown], now, mergedWith)).toEqual({ choices, moved, skipped });
});
