import { expect, it } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import type { ConfigProblem } from '../../src/core/config/config-problem.ts';
import { configuredBy } from '../../src/vscode/configured-by.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import { statusRows } from '../../src/vscode/render/status-rows.ts';

/* What is opened to change a configuration is what has a say in it. */

const by = (source: string): FolderState => ({
  kind: 'declined',
  config: { source, root: 'data', backend: { type: 'filesystem', path: '/x' } } as Config,
});
const problem = (source: string): ConfigProblem => ({ kind: 'config', source, line: null, field: 'x', message: 'no' });

it.each<[string, FolderState, string | undefined, object]>([
  ['the file of the team', by('.datastore.yaml'), undefined, { kind: 'file' }],
  ['the file of another tool', by('.swamp.yaml'), undefined, { kind: 'file' }],
  ['nothing yet', { kind: 'not-set-up' }, undefined, { kind: 'file' }],
  ['a setting', by('datastore.url'), undefined, { kind: 'setting', id: 'datastore.url' }],
  ['a variable', by('DATASTORE_URL'), undefined, { kind: 'variable', name: 'DATASTORE_URL' }],
  [
    'a mistake in a setting',
    { kind: 'invalid', problems: [problem('datastore.maxUpload')] },
    undefined,
    { kind: 'setting', id: 'datastore.maxUpload' },
  ],
  [
    'the mistake of the row',
    { kind: 'invalid', problems: [problem('datastore.maxUpload'), problem('.datastore.yaml')] },
    '.datastore.yaml',
    { kind: 'file' },
  ],
])('%s', (_, state, named, expected) => {
  expect(configuredBy(state, named)).toEqual(expected);
});

it('rows name what they were set by', () => {
  const sources = (state: FolderState) => statusRows(state, [], 0).map(({ source }) => source);
  expect(sources({ kind: 'invalid', problems: [problem('datastore.maxUpload'), problem('.datastore.yaml')] })).toEqual([
    'datastore.maxUpload',
    '.datastore.yaml',
  ]);
  expect(sources({ ...by('DATASTORE_URL'), kind: 'unsupported', found: 'x' } as FolderState)).toContain(
    'DATASTORE_URL',
  );
});
