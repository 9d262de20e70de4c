import { expect, it } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import { contextValues } from '../../src/vscode/context-values.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';

const active = (status: Partial<SyncStatus>): FolderState => ({
  kind: 'active',
  config: {} as Config,
  status: { ...INITIAL_STATUS, ...status },
});
const looked = active({ looked: true, pending: { up: 0, down: 0 } });
const unknown = active({});
const failure = { kind: 'offline', message: 'no answer', remedy: '', at: 0, since: 0 } as const;

/** “No conflicts” is only said where it is known. */
it.each([
  ['a folder that was looked at', [looked], true],
  ['a folder that was not looked at yet', [unknown], false],
  ['a folder out of reach before its first look', [active({ failure })], false],
  ['a folder of which only the watcher has told', [active({ pending: { up: 2, down: 0 } })], false],
  ['a folder out of reach after it', [active({ looked: true, failure })], true],
  ['two folders of which one was not looked at', [looked, unknown], false],
  ['a folder in step beside one used in place, which has none', [looked, active({ inPlace: true })], true],
])('that there are no conflicts in %s is known or not', (_, states, known) => {
  expect(contextValues(states)).toMatchObject({ conflictsKnown: known, conflicts: false });
});

it('a folder of which only the watcher has told is still being looked at', () => {
  expect(contextValues([active({ pending: { up: 2, down: 0 } })])).toMatchObject({ state: 'looking' });
  expect(contextValues([looked])).toMatchObject({ state: 'active' });
});

it('a first set-up that was cut off has a place to be told', () => {
  expect(contextValues([{ kind: 'not-set-up' }])).toMatchObject({ state: 'not-set-up', unfinished: false });
  expect(contextValues([{ kind: 'not-set-up', isUnfinished: true }])).toMatchObject({
    state: 'not-set-up',
    unfinished: true,
  });
});
