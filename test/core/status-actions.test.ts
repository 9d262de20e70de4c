import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { SyncErrorKind } from '../../src/core/errors.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import type { Row } from '../../src/vscode/render/row.ts';
import { statusRows } from '../../src/vscode/render/status-rows.ts';
import { unfinishedRow } from '../../src/vscode/render/unfinished-row.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

interface MenuItem {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly icon?: string }[];
    readonly menus: { readonly 'view/item/context': readonly MenuItem[] };
  };
};
const inline = manifest.contributes.menus['view/item/context'].filter(({ group }) => group.startsWith('inline'));

/** Commands at the end of a row of the Status view, by its context. */
function actionsOf(context: string): readonly string[] {
  return inline.filter(({ when }) => fits(when, context)).map(({ command }) => command);
}

function fits(when: string, context: string): boolean {
  const parts = /^view (?:== (\S+)|=~ \/(.+?)\/) && viewItem (?:== (\S+)|=~ \/(.+)\/)$/.exec(when);
  if (parts === null) throw new TypeError(`unread: ${when}`);
  const [, view, views, item, items] = parts;
  const isHere = view === undefined ? new RegExp(views ?? '').test('datastore.status') : view === 'datastore.status';
  return isHere && (item === undefined ? new RegExp(items ?? '').test(context) : item === context);
}

const config = SOME_CONFIG;
const record = {
  nonce: 'n',
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 77,
  workspace: 'models',
  tool: 'cli',
  purpose: 'a test',
  acquiredAt: new Date(0).toISOString(),
  renewedAt: new Date(0).toISOString(),
  ttlMs: 30_000,
};
const active = (status: Partial<SyncStatus>): FolderState => ({
  kind: 'active',
  config,
  status: { ...INITIAL_STATUS, pending: { up: 0, down: 0 }, seenAt: 1, latencyMs: 12, ...status },
});
const failed = (kind: SyncErrorKind) => active({ failure: { kind, message: 'why', remedy: 'do', at: 1, since: 1 } });
const progress = { phase: 'committing', files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 } as const;
const problem = { path: 'a' as SyncPath, reason: 'is open' };

const states: readonly (readonly [what: string, state: FolderState])[] = [
  ['untrusted', { kind: 'untrusted', config }],
  ['asking', { kind: 'asking', config }],
  ['declined', { kind: 'declined', config }],
  ['unsupported', { kind: 'unsupported', config, found: 's3-fancy' }],
  ['broken', { kind: 'broken', config, message: 'why', remedy: 'do' }],
  [
    'invalid',
    { kind: 'invalid', problems: [{ kind: 'config', source: '.datastore.yaml', line: 1, field: 'a', message: 'no' }] },
  ],
  ['in step', active({})],
  ['not known', active({ pending: null, seenAt: null })],
  ['pending', active({ pending: { up: 1, down: 1 } })],
  ['writing', active({ progress })],
  ['paused', active({ paused: true, problems: [problem] })],
  ['held here', active({ lease: { record, ours: 'this-process' } })],
  ['held by this workspace', active({ lease: { record, ours: 'this-workspace' } })],
  ['held elsewhere', active({ lease: { record, ours: 'no' } })],
  ['in place', active({ inPlace: true })],
  [
    'in place, and not in reach',
    active({ inPlace: true, failure: { kind: 'local', message: 'why', remedy: 'do', at: 1, since: 1 } }),
  ],
  ...(['veto', 'credentials', 'offline', 'denied'] as const).map((kind) => [kind, failed(kind)] as const),
];

/** What is under way ends by itself; what is in step needs nothing. */
const NEEDS_NOTHING = (row: Row): boolean => row.id === 'syncing' || row.icon === 'check';

it.each(states)('each row of the Status view has its action: %s', (_, state) => {
  const rows = statusRows(state, [], 2, null, 'on').filter((row) => !NEEDS_NOTHING(row));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ context }) => actionsOf(context).length === 0).map(({ context }) => context)).toEqual([]);
});

it.each([
  ['untrusted', 'datastore.manageTrust'],
  ['lease-busy', 'datastore.explainLock'],
  ['failure-in-place', 'datastore.refresh'],
])('what is natural for %s is %s', (context, command) => {
  expect(actionsOf(context)).toEqual([command]);
});

it('a folder used in place that fails is looked at again, not synced', () => {
  const failure = { kind: 'local', message: 'why', remedy: 'do', at: 1, since: 1 } as const;
  const [row] = statusRows(active({ inPlace: true, failure }), [], 2);
  expect(row?.context).toBe('failure-in-place');
});

it('what could not be opened says why, and its remedy when it is pointed at', () => {
  const [row] = statusRows({ kind: 'broken', config, message: 'no address', remedy: 'Write it.' }, [], 2);
  expect([row?.description, row?.tooltip]).toEqual(['no address', 'no address\nWrite it.']);
});

it('a set-up that was cut off is gone on with from its row', () => {
  const found = {
    from: null,
    to: config,
    flags: { skipMigration: false, deleteSource: false },
    startedAt: new Date(0).toISOString(),
    step: { number: 2, of: 5, text: 'send' },
    files: null,
  };
  expect(actionsOf(unfinishedRow(found).context)).toEqual(['datastore.setUp']);
});

it('each action has an icon', () => {
  const icons = new Map(manifest.contributes.commands.map(({ command, icon }) => [command, icon]));
  expect(inline.filter(({ command }) => icons.get(command) === undefined)).toEqual([]);
});
