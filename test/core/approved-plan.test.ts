import { describe, expect, test } from 'vitest';
import { restrictPlan } from '../../src/core/plan/approved-plan.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { type PlanBasis, recordPlan } from '../../src/core/plan/plan-record.ts';
import { planInput, type Sides } from './trees.ts';

const basis: PlanBasis = {
  remote: 's3://b/p',
  datastoreId: null,
  commit: null,
  base: null,
  direction: 'both',
  onConflict: 'hold',
  allowMassDelete: false,
  conflictSuffix: 'conflict-al-T',
};

const recorded = (sides: Sides) => {
  const input = planInput(sides);
  return recordPlan(makePlan(input), [], { ...basis, ...sides.policy }, '2026-11-20T19:30:00.000Z');
};

/** What becomes of a plan made on `shown`, of which only `chosen` is approved, when the sides are as in `now`. */
function approve(shown: Sides, now: Sides, chosen?: readonly string[]) {
  const record = recorded(shown);
  const steps = record.steps.filter(({ path }) => chosen === undefined || chosen.includes(path));
  const input = planInput(now);
  const { plan, moved, refused } = restrictPlan(input, makePlan(input), { basis: record.basis, steps });
  return { steps: plan.steps.map(({ kind, path }) => `${kind} ${path}`), moved, refused };
}

describe('what was approved is done as long as the same would be done to the same contents', () => {
  const shown: Sides = { base: 'a=1 b=1 c=1 e=1', local: 'a=2 b=1 d=1', remote: 'a=1 b=2 c=1' };
  test('and is the whole plan when nothing moved', () => {
    expect(approve(shown, shown)).toEqual({
      steps: ['delete-remote c', 'forget e', 'upload a', 'download b', 'upload d'],
      moved: [],
      refused: [],
    });
  });

  const rows: readonly [what: string, now: Sides, path: string | null, reason: string | null][] = [
    ['the local file is another', { ...shown, local: 'a=3 b=1 d=1' }, 'a', 'it changed here since'],
    ['the local file came back', { ...shown, local: 'a=2 b=1 c=1 d=1' }, 'c', 'it changed here since'],
    ['the remote file is another', { ...shown, remote: 'a=1 b=3 c=1' }, 'b', 'it changed there since'],
    ['the remote file is gone', { ...shown, remote: 'a=1 b=2' }, 'c', 'it changed there since'],
    ['only the base knows more', { ...shown, base: 'a=0 b=1 c=1' }, 'a', 'it is a conflict now'],
    ['it is open in an editor', { ...shown, busy: ['b'] }, 'b', 'it is open and unsaved in an editor'],
    ['it was done meanwhile', { ...shown, base: 'a=1 b=2 c=1', local: 'a=2 b=2 d=1' }, 'b', 'it changed here since'],
    ['something else came here', { ...shown, local: 'a=2 b=1 d=1 new=1' }, null, null],
    ['something else came there', { ...shown, remote: 'a=1 b=2 c=1 new=1' }, null, null],
  ];
  test.each(rows)('%s', (_what, now, path, reason) => {
    const { moved, steps } = approve(shown, now);
    expect(moved).toEqual(path === null ? [] : [{ path, reason }]);
    expect(steps.some((step) => step.endsWith(' new'))).toBe(false);
    if (path !== null)
      expect(steps.filter((step) => step.endsWith(` ${path}`) && !step.startsWith('forget'))).toEqual([]);
  });
});

test('a conflict that was decided for all is planned under the same decision and the same name', () => {
  const sides: Sides = { base: 'k=0', local: 'k=1', remote: 'k=2', policy: { onConflict: 'both' } };
  expect(recorded(sides).steps).toMatchObject([{ kind: 'keep-both', path: 'k', copyTo: 'k.conflict-al-T' }]);
  expect(approve(sides, sides).moved).toEqual([]);
  const other = { ...sides, policy: { onConflict: 'both', conflictSuffix: 'conflict-al-U' } } as const;
  expect(approve(sides, other).moved).toMatchObject([{ path: 'k' }]);
});

describe('a step that needs another is refused without it', () => {
  const cannot = expect.stringMatching(/cannot stand beside/);
  const rows: readonly [what: string, sides: Sides, chosen: readonly string[], refused: unknown][] = [
    ['nothing is needed', { base: 'a=1', local: 'a=2 b=1', remote: 'a=1' }, ['b'], []],
    [
      'a folder needs the room of a file, there',
      { base: 'a=1', local: 'a/b=2', remote: 'a=1' },
      ['a/b'],
      [{ path: 'a/b', reason: cannot }],
    ],
    [
      'a file needs the room of a folder, here',
      { base: 'a/b=1', local: 'a/b=1', remote: 'a=2' },
      ['a'],
      [{ path: 'a', reason: cannot }],
    ],
    [
      'a name needs the room of its twin',
      { base: 'A=1', local: 'a=2', remote: 'A=1' },
      ['a'],
      [{ path: 'a', reason: cannot }],
    ],
    [
      'what makes room is not removed alone',
      { base: 'a=1', local: 'a/b=2', remote: 'a=1' },
      ['a'],
      [{ path: 'a', reason: 'it makes room for "a/b", which is left out' }],
    ],
    ['both together', { base: 'a=1', local: 'a/b=2', remote: 'a=1' }, ['a', 'a/b'], []],
    [
      'a rename is not halved into a deletion',
      { base: 'old=1', local: 'new=1', remote: 'old=1' },
      ['old'],
      [{ path: 'old', reason: 'it is renamed to "new", which is left out' }],
    ],
    ['a rename halved into a copy', { base: 'old=1', local: 'new=1', remote: 'old=1' }, ['new'], []],
    [
      'a rename there',
      { base: 'old=1', local: 'old=1', remote: 'new=1' },
      ['old'],
      [{ path: 'old', reason: 'it is renamed to "new", which is left out' }],
    ],
  ];
  test.each(rows)('%s', (_what, sides, chosen, refused) => {
    expect(approve(sides, sides, chosen).refused).toEqual(refused);
  });
});
