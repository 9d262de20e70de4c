import { afterEach, expect, it } from 'vitest';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { speak, type Translate } from '../../src/vscode/l10n.ts';
import { lockAnswer, statusAnswer, whyAnswer } from '../../src/vscode/tools/answers.ts';

const folderOf = (status: Partial<SyncStatus>) =>
  ({
    workspace: { name: 'models', uri: { fsPath: '/ws' } },
    running: () => null,
    state: () => ({ kind: 'active', status: { ...INITIAL_STATUS, ...status } }),
  }) as unknown as Folder;

it.each([
  ['was never read', { seenAt: null }, null, 'unknown'],
  ['was free when it was read', { seenAt: Date.parse('2026-01-02T03:00:00Z') }, '2026-01-02T03:00:00.000Z', 'free'],
] as const)('of a lock that %s a model is told so', (_, status, asOf, lock) => {
  expect(lockAnswer([folderOf(status)])).toMatchObject({ folders: [{ asOf, lock }] });
});

const change = { path: 'a.bin', kind: 'upload', local: { stamp: { size: 5 } } } as SyncStatus['changes'][number];
const conflict = { path: 'b.txt', reason: 'both-changed' } as SyncStatus['conflicts'][number];

it('before both sides were compared a model is told that nothing is known', () => {
  const folder = folderOf({ looked: false });
  expect(statusAnswer([folder])).toMatchObject({ folders: [{ conflicts: 'unknown', leftAlone: 'unknown' }] });
  expect(whyAnswer([folder], {})).toMatchObject({
    folders: [{ paths: 'unknown', note: expect.stringContaining('not compared yet') }],
  });
  const known = folderOf({ looked: true });
  expect(statusAnswer([known])).toMatchObject({ folders: [{ conflicts: 0, leftAlone: 0 }] });
  expect(whyAnswer([known], {})).toMatchObject({ folders: [{ paths: [], notListed: 0 }] });
});

it.each([
  [-1, 1],
  [0, 1],
  [2, 2],
  [1e9, 500],
])('of a limit of %i it is told %i paths', (limit, count) => {
  const changes = Array.from({ length: 600 }, (_, index) => ({
    ...change,
    path: `${index}.bin` as typeof change.path,
  }));
  const { folders } = whyAnswer([folderOf({ looked: true, changes })], { limit }) as {
    readonly folders: readonly [{ readonly paths: readonly object[]; readonly notListed: number }];
  };
  expect(folders[0].paths).toHaveLength(count);
  expect(folders[0].notListed).toBe(600 - count);
});

// Other files share the module.
const english: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)]));
afterEach(() => speak(english, 'en'));

it('it is told in English, whatever the window speaks', () => {
  speak(() => 'deutsch', 'de');
  const folder = folderOf({ looked: true, changes: [change], conflicts: [conflict] });
  const paths = [
    { path: 'b.txt', state: 'conflict', why: 'changed on both sides; held back on both sides until a person decides' },
    { path: 'a.bin', state: 'upload', why: 'to upload', size: '5 B' },
  ];
  expect(whyAnswer([folder], {})).toMatchObject({ folders: [{ paths }] });
});
