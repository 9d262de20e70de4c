import { expect, it } from 'vitest';
import type { Conflict, Step } from '../../src/core/plan/plan.ts';
import { changeGroups, MOST } from '../../src/vscode/scm/groups.ts';

const step = (path: string, kind: Step['kind']): Step => ({ path, kind, local: null, remote: null }) as unknown as Step;
const conflict = { path: 'c', reason: 'both-changed', local: null, remote: null } as unknown as Conflict;

it('what is not in step stands in the group of its way, deletions struck through', () => {
  const changes = [
    step('up', 'upload'),
    step('gone', 'delete-remote'),
    step('down', 'download'),
    step('same', 'adopt'),
  ];
  const groups = changeGroups({ changes, conflicts: [conflict] });
  expect(
    groups.map(({ id, changes }) => [id, changes.map(({ path, isDeletion }) => `${path}${isDeletion ? ' -' : ''}`)]),
  ).toEqual([
    ['conflicts', ['c']],
    ['incoming', ['down']],
    ['outgoing', ['up', 'gone -']],
  ]);
});

it('a long list is cut, and its heading says so', () => {
  const changes = Array.from({ length: MOST + 1 }, (_, n) => step(`f${n}`, 'upload'));
  const [, , outgoing] = changeGroups({ changes, conflicts: [] });
  expect(outgoing?.changes).toHaveLength(MOST);
  expect(outgoing?.label).toBe('Outgoing: the first 500 of 501 files');
});
