import { describe, expect, test } from 'vitest';
import { type Answer, makePlan, type Plan, type PlanPolicy } from '../../src/core/plan/plan.ts';
import { at, planInput, type Sides, sha256 } from './trees.ts';

/** A plan in words: steps in their order, then `?` conflicts, then `!` held paths. */
function inWords({ steps, conflicts, held }: Plan): string[] {
  return [
    ...steps.map(({ kind, path, reuse, copyTo }) =>
      [kind, path, ...(reuse ? [`= ${reuse.path}`] : []), ...(copyTo ? [`> ${copyTo}`] : [])].join(' '),
    ),
    ...conflicts.map(({ path, reason }) => `? ${path} ${reason}`),
    ...held.map(({ path }) => `! ${path}`),
  ];
}

const check = (sides: Sides, expected: readonly string[]) =>
  expect(inWords(makePlan(planInput(sides)))).toEqual(expected);

describe('one path, by what it holds in base, local and remote', () => {
  test.each<[what: string, base: string, local: string, remote: string, both: string, pull: string, push: string]>([
    ['in step', 'a=1', 'a=1', 'a=1', '', '', ''],
    ['new here', '', 'a=1', '', 'upload a', '', 'upload a'],
    ['new there', '', '', 'a=1', 'download a', 'download a', ''],
    ['new on both sides, equal', '', 'a=1', 'a=1', 'adopt a', 'adopt a', 'adopt a'],
    ['new on both sides, different', '', 'a=1', 'a=2', '? a both-changed', '? a both-changed', '? a both-changed'],
    ['changed here', 'a=1', 'a=2', 'a=1', 'upload a', '', 'upload a'],
    ['changed there', 'a=1', 'a=1', 'a=2', 'download a', 'download a', ''],
    ['changed alike', 'a=1', 'a=2', 'a=2', 'adopt a', 'adopt a', 'adopt a'],
    ['changed differently', 'a=1', 'a=2', 'a=3', '? a both-changed', '? a both-changed', '? a both-changed'],
    ['gone here', 'a=1', '', 'a=1', 'delete-remote a', '', 'delete-remote a'],
    ['gone there', 'a=1', 'a=1', '', 'delete-local a', 'delete-local a', ''],
    ['gone on both sides', 'a=1', '', '', 'forget a', 'forget a', 'forget a'],
    [
      'gone here, changed there',
      'a=1',
      '',
      'a=2',
      '? a deleted-here-changed-there',
      '? a deleted-here-changed-there',
      '? a deleted-here-changed-there',
    ],
    [
      'changed here, gone there',
      'a=1',
      'a=2',
      '',
      '? a changed-here-deleted-there',
      '? a changed-here-deleted-there',
      '? a changed-here-deleted-there',
    ],
    [
      'excluded for a while, gone here meanwhile',
      'a=1~',
      '',
      'a=1',
      '? a deleted-here-while-excluded',
      '? a deleted-here-while-excluded',
      '? a deleted-here-while-excluded',
    ],
    [
      'excluded for a while, gone there meanwhile',
      'a=1~',
      'a=1',
      '',
      '? a deleted-there-while-excluded',
      '? a deleted-there-while-excluded',
      '? a deleted-there-while-excluded',
    ],
    ['excluded for a while, changed here meanwhile', 'a=1~', 'a=2', 'a=1', 'upload a', '', 'upload a'],
    ['excluded for a while, changed there meanwhile', 'a=1~', 'a=1', 'a=2', 'download a', 'download a', ''],
    ['excluded for a while, gone on both sides', 'a=1~', '', '', 'forget a', 'forget a', 'forget a'],
  ])('%s', (_what, base, local, remote, both, pull, push) => {
    const words = (text: string) => (text === '' ? [] : [text]);
    check({ base, local, remote, policy: { direction: 'both' } }, words(both));
    check({ base, local, remote, policy: { direction: 'pull' } }, words(pull));
    check({ base, local, remote, policy: { direction: 'push' } }, words(push));
  });

  test('every step and conflict carries the three versions', () => {
    const input = planInput({ base: 'a=1 b=1', local: 'a=2 b=2', remote: 'a=1 b=3' });
    const plan = makePlan(input);
    const versions = (path: string) => ({
      path,
      base: input.base.get(at(path)),
      local: input.local.files.get(at(path)),
      remote: input.remote.get(at(path)),
    });
    expect(plan.steps).toEqual([{ kind: 'upload', ...versions('a') }]);
    expect(plan.conflicts).toEqual([{ reason: 'both-changed', ...versions('b') }]);
  });
});

describe('a conflict that is answered for all', () => {
  const BOTH = { base: 'a.x=1', local: 'a.x=2', remote: 'a.x=3' };
  const GONE_HERE = { base: 'a.x=1', remote: 'a.x=3' };
  const GONE_THERE = { base: 'a.x=1', local: 'a.x=2' };
  const COPY = 'a.conflict-al-T.x';

  test.each<[what: string, sides: Sides, onConflict: Answer, direction: PlanPolicy['direction'], expected: string]>([
    ['mine', BOTH, 'mine', 'both', 'upload a.x'],
    ['theirs', BOTH, 'theirs', 'both', 'download a.x'],
    ['both', BOTH, 'both', 'both', `keep-both a.x > ${COPY}`],
    ['mine, and mine is gone', GONE_HERE, 'mine', 'both', 'delete-remote a.x'],
    ['theirs, and mine is gone', GONE_HERE, 'theirs', 'both', 'download a.x'],
    ['both, and mine is gone', GONE_HERE, 'both', 'both', 'download a.x'],
    ['mine, and theirs is gone', GONE_THERE, 'mine', 'both', 'upload a.x'],
    ['theirs, and theirs is gone', GONE_THERE, 'theirs', 'both', 'delete-local a.x'],
    ['both, and theirs is gone', GONE_THERE, 'both', 'both', 'upload a.x'],
    ['mine, where the remote is left alone', BOTH, 'mine', 'pull', '? a.x both-changed'],
    ['theirs, where the root is left alone', BOTH, 'theirs', 'push', '? a.x both-changed'],
    ['both, where the root is left alone', BOTH, 'both', 'push', '? a.x both-changed'],
    ['both, where the remote is left alone', BOTH, 'both', 'pull', `keep-both a.x > ${COPY}`],
    ['theirs, where the remote is left alone', BOTH, 'theirs', 'pull', 'download a.x'],
    [
      'both, name taken here',
      { ...BOTH, local: `a.x=2 ${COPY}=9`, remote: `a.x=3 ${COPY}=9`, base: `a.x=1 ${COPY}=9` },
      'both',
      'both',
      'keep-both a.x > a.conflict-al-T-2.x',
    ],
    [
      'both, name taken in another case',
      {
        ...BOTH,
        remote: `a.x=3 A.CONFLICT-AL-T.x=9`,
        base: 'a.x=1 A.CONFLICT-AL-T.x=9',
        local: 'a.x=2 A.CONFLICT-AL-T.x=9',
      },
      'both',
      'both',
      'keep-both a.x > a.conflict-al-T-2.x',
    ],
    [
      'both, name taken by what cannot be read',
      { ...BOTH, unknown: [COPY] },
      'both',
      'both',
      'keep-both a.x > a.conflict-al-T-2.x',
    ],
    [
      'both, name taken by a folder',
      { ...BOTH, local: `a.x=2 ${COPY}/z=9`, remote: `a.x=3 ${COPY}/z=9`, base: `a.x=1 ${COPY}/z=9` },
      'both',
      'both',
      'keep-both a.x > a.conflict-al-T-2.x',
    ],
    [
      'both, and no name is short enough',
      {
        base: '',
        local: `${'d/'.repeat(60)}a=1`,
        remote: `${'d/'.repeat(60)}a=2`,
        policy: { conflictSuffix: 's'.repeat(1000) },
      },
      'both',
      'both',
      `? ${'d/'.repeat(60)}a both-changed`,
    ],
  ])('%s', (_what, sides, onConflict, direction, expected) => {
    check({ ...sides, policy: { ...sides.policy, onConflict, direction } }, [expected]);
  });

  test('a copy takes no name that the base knows: it would read as a file that is gone there', () => {
    const sides = { ...BOTH, base: `a.x=1 ${COPY}=2`, policy: { onConflict: 'both' } } as const;
    check(sides, [`forget ${COPY}`, 'keep-both a.x > a.conflict-al-T-2.x']);
  });

  test('a copy takes no name of another file in conflict, whatever its case', () => {
    const policy = { onConflict: 'both', conflictSuffix: 'x' } as const;
    check({ local: 'a=1 A.x=1', remote: 'a=2 A.x=2', policy }, ['keep-both A.x > A.x.x', 'keep-both a > a.x-2']);
  });
});

describe('a choice counts for the very versions that were shown', () => {
  const SIDES = { base: 'a=1', local: 'a=2', remote: 'a=3' };
  const shown = (answer: Answer, local: string | null, remote: string | null, path = 'a') => ({
    path: at(path),
    answer,
    localSha256: local === null ? null : sha256(local),
    remoteSha256: remote === null ? null : sha256(remote),
  });

  test.each<
    [what: string, sides: Sides, choices: PlanPolicy['choices'], onConflict: PlanPolicy['onConflict'], expected: string]
  >([
    ['it was made for these', SIDES, [shown('theirs', '2', '3')], 'hold', 'download a'],
    ['it goes before the answer for all', SIDES, [shown('theirs', '2', '3')], 'mine', 'download a'],
    ['mine has moved', SIDES, [shown('theirs', '1', '3')], 'hold', '? a both-changed'],
    ['theirs has moved', SIDES, [shown('mine', '2', '4')], 'hold', '? a both-changed'],
    ['mine was gone when it was shown', SIDES, [shown('mine', null, '3')], 'hold', '? a both-changed'],
    ['theirs was gone when it was shown', SIDES, [shown('mine', '2', null)], 'hold', '? a both-changed'],
    ['it was made for another path', SIDES, [shown('mine', '2', '3', 'b')], 'hold', '? a both-changed'],
    ['the latest of two counts', SIDES, [shown('mine', '2', '3'), shown('theirs', '2', '3')], 'hold', 'download a'],
    [
      'a stale one does not hide the one that counts',
      SIDES,
      [shown('mine', '2', '3'), shown('theirs', '9', '3')],
      'hold',
      'upload a',
    ],
    [
      'mine is gone, and that was shown',
      { base: 'a=1', remote: 'a=3' },
      [shown('mine', null, '3')],
      'hold',
      'delete-remote a',
    ],
    [
      'theirs is gone, and that was shown',
      { base: 'a=1', local: 'a=2' },
      [shown('theirs', '2', null)],
      'hold',
      'delete-local a',
    ],
    [
      'nothing is in conflict: it changes nothing',
      { base: 'a=1', local: 'a=2', remote: 'a=1' },
      [shown('theirs', '2', '1')],
      'hold',
      'upload a',
    ],
  ])('%s', (_what, sides, choices, onConflict, expected) => {
    check({ ...sides, policy: { choices, onConflict } }, [expected]);
  });
});

describe('what is not known to be gone is left alone on both sides', () => {
  const GONE = { base: 'd/a=1 d/e/b=1 c=1', remote: 'd/a=1 d/e/b=1 c=1', local: 'c=1' };

  test.each<[what: string, sides: Sides, expected: string[]]>([
    ['all of it was listed, and is gone', GONE, ['delete-remote d/a', 'delete-remote d/e/b']],
    ['one file cannot be read', { ...GONE, unknown: ['d/a'] }, ['delete-remote d/e/b']],
    ['a folder cannot be listed', { ...GONE, unknown: ['d'] }, []],
    ['a folder deeper down cannot be listed', { ...GONE, unknown: ['d/e'] }, ['delete-remote d/a']],
    ['a folder is excluded', { ...GONE, excluded: ['d'] }, []],
    [
      'a name that only begins alike is unknown',
      { ...GONE, unknown: ['d/e/b2', 'd/'] },
      ['delete-remote d/a', 'delete-remote d/e/b'],
    ],
    ['an unknown path changed there', { base: 'a=1', remote: 'a=2', unknown: ['a'] }, []],
    ['an unknown path is gone there', { base: 'a=1', unknown: ['a'] }, []],
    ['an excluded path is new there', { remote: 'd/a=2', excluded: ['d'] }, []],
    ['an excluded path is new here', { local: 'd/a=2', excluded: ['d'] }, []],
    [
      'a refused entry reads as absent, and is not',
      { base: 'a=1 b=1', local: 'a=1 b=1', remote: 'b=1', refused: ['a'] },
      ['! a'],
    ],
    ['a hostile entry is reported', { local: 'b=1', remote: 'b=1', base: 'b=1', refused: ['../../x'] }, ['! ../../x']],
  ])('%s', (_what, sides, expected) => check(sides, expected));
});

describe('what cannot stand together in the result is held', () => {
  test.each<[what: string, sides: Sides, expected: string[]]>([
    ['case twins, both new here', { local: 'a=1 A=2 b=1' }, ['upload b', '! A', '! a']],
    ['case twins, both new there', { remote: 'a=1 A=2 b=1' }, ['download b', '! A', '! a']],
    ['case twins, one new on each side', { local: 'a=1', remote: 'A=2' }, ['! A', '! a']],
    ['equal content is no reason to merge twins', { local: 'a=1', remote: 'A=1' }, ['! A', '! a']],
    ['a new twin of what is in step', { base: 'a=1', local: 'a=1', remote: 'a=1 A=2' }, ['! A']],
    ['a change of one of two twins', { base: 'a=1', local: 'a=1 A=1', remote: 'a=2' }, ['! A', '! a']],
    ['folders that differ in case', { local: 'D/x=1', remote: 'd/y=1' }, ['! D/x', '! d/y']],
    ['a new file in a folder of another case', { base: 'd/y=1', local: 'd/y=1 D/x=1', remote: 'd/y=1' }, ['! D/x']],
    ['a file here, a folder there', { local: 'a=1', remote: 'a/b=1' }, ['! a', '! a/b']],
    ['full folding', { local: 'ß=1', remote: 'SS=1' }, ['! SS', '! ß']],
    [
      'twins that stand on both sides and are in step: nothing to hold',
      { base: 'a=1 A=1', local: 'a=1 A=1', remote: 'a=1 A=1' },
      [],
    ],
    [
      'twins that are equal on both sides: only the base moves',
      { local: 'a=1 A=1', remote: 'a=1 A=1' },
      ['adopt A', 'adopt a'],
    ],
    ['a twin of a conflict', { local: 'a=1', remote: 'a=2 A=3' }, ['? a both-changed', '! A']],
    ['a twin of what cannot be read', { remote: 'A=3', unknown: ['a'] }, ['! A']],
    ['a file where something unreadable lies in a folder', { remote: 'a=1', unknown: ['a/b'] }, ['! a']],
    ['a twin of a refused entry', { local: 'A=3', refused: ['a'] }, ['! A', '! a']],
    ['a twin of an excluded entry there', { local: 'D=1', remote: 'd/x=1', base: 'd/x=1', excluded: ['d'] }, ['! D']],
    [
      'a twin of what this direction leaves there',
      { base: 'a=1', local: '', remote: 'a=1 A=2', policy: { direction: 'pull' } },
      ['! A'],
    ],
  ])('%s', (_what, sides, expected) => check(sides, expected));
});

describe('room is made before it is needed, and only when it is', () => {
  test.each<[what: string, sides: Sides, expected: string[]]>([
    ['a new case, here', { base: 'a=1', local: 'A=1', remote: 'a=1' }, ['delete-remote a', 'upload A = a']],
    ['a new case, there', { base: 'a=1', local: 'a=1', remote: 'A=1' }, ['delete-local a', 'download A']],
    [
      'a folder in a new case',
      { base: 'd/x=1 d/y=2', local: 'd/x=1 d/y=2', remote: 'D/x=1 D/y=2' },
      ['delete-local d/x', 'delete-local d/y', 'download D/x', 'download D/y'],
    ],
    ['a file becomes a folder', { base: 'a=1', local: 'a/b=2', remote: 'a=1' }, ['delete-remote a', 'upload a/b']],
    [
      'a folder becomes a file',
      { base: 'a/b=1 a/c=1', local: 'a/b=1 a/c=1', remote: 'a=2' },
      ['delete-local a/b', 'delete-local a/c', 'download a'],
    ],
    [
      'a folder becomes a file, and a file in it is in conflict',
      { base: 'a/x=1 a/y=1', local: 'a=2', remote: 'a/x=1 a/y=3' },
      ['? a/y deleted-here-changed-there', '! a', '! a/x'],
    ],
    [
      'a file becomes a folder, and the file is in conflict',
      { base: 'a=1', local: 'a=2', remote: 'a/b=3' },
      ['? a changed-here-deleted-there', '! a/b'],
    ],
    [
      'a file becomes a folder, and what would lie in it are twins',
      { base: 'a=1', local: 'a/b=2 a/B=3', remote: 'a=1' },
      ['! a', '! a/B', '! a/b'],
    ],
    [
      'a new case, and the old one is in conflict',
      { base: 'a=1', local: 'a=2', remote: 'A=1' },
      ['? a changed-here-deleted-there', '! A'],
    ],
    [
      'a folder in a new case, and one file of the old is in conflict',
      { base: 'd/x=1 d/y=1', local: 'd/x=1 d/y=2', remote: 'D/x=1' },
      ['? d/y changed-here-deleted-there', '! D/x', '! d/x'],
    ],
    [
      'what a held step would have replaced stands in the way of more',
      { base: 'a/x=1', local: 'a/x=1', remote: 'a=2 A=3 B=1' },
      ['download B', '! A', '! a', '! a/x'],
    ],
    [
      'a rename is found in the commit',
      { base: 'a=1', local: 'b=1', remote: 'a=1' },
      ['delete-remote a', 'upload b = a'],
    ],
    ['a copy is found in the commit', { base: 'a=1', local: 'a=1 b=1', remote: 'a=1' }, ['upload b = a']],
    [
      'an old content is not found in the base',
      { base: 'a=1', local: 'a=2 b=1', remote: 'a=2' },
      ['adopt a', 'upload b'],
    ],
    [
      'order is that of bytes',
      { remote: '\u{10000}=1 \uffee=1 b=1 C=2' },
      ['download C', 'download b', 'download \uffee', 'download \u{10000}'],
    ],
  ])('%s', (_what, sides, expected) => check(sides, expected));
});

describe('a file that is open and unsaved is left alone', () => {
  test.each<[what: string, sides: Sides, expected: string[]]>([
    ['changed there', { base: 'a=1 b=1', local: 'a=1 b=1', remote: 'a=2 b=2', busy: ['a'] }, ['download b', '! a']],
    ['gone there', { base: 'a=1', local: 'a=1', busy: ['a'] }, ['! a']],
    ['changed here: that may go', { base: 'a=1', local: 'a=2', remote: 'a=1', busy: ['a'] }, ['upload a']],
    ['what needs its place waits', { base: 'a=1', local: 'a=1', remote: 'a/b=1', busy: ['a'] }, ['! a', '! a/b']],
    ['its new case waits', { base: 'a=1', local: 'a=1', remote: 'A=1', busy: ['a'] }, ['! A', '! a']],
    [
      'the answer to its conflict waits, and until then it stays one',
      { base: 'a=1', local: 'a=2', remote: 'a=3', busy: ['a'], policy: { onConflict: 'theirs' } },
      ['? a both-changed', '! a'],
    ],
    [
      'an answer that leaves it as it is can be carried out',
      { base: 'a=1', local: 'a=2', remote: 'a=3', busy: ['a'], policy: { onConflict: 'mine' } },
      ['upload a'],
    ],
  ])('%s', (_what, sides, expected) => check(sides, expected));
});
