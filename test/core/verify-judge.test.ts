import { expect, test } from 'vitest';
import { asTrusted, judgeDrift, rottenPaths, type VerifyFacts } from '../../src/core/verify/verify-judge.ts';
import { at, planInput, type Sides } from './trees.ts';

/** The facts of a verification of these sides: `bad` contents of the remote by path, and files whose stamp is unchanged. */
function facts(sides: Sides, more: { bad?: readonly string[]; unchanged?: readonly string[] } = {}): VerifyFacts {
  const { base, local, remote, refused } = planInput(sides);
  return {
    base,
    local,
    remote,
    refused,
    records: [],
    bad: new Map((more.bad ?? []).map((path) => [at(path), { kind: 'damaged', reason: 'other bytes' }])),
    unchanged: new Set((more.unchanged ?? []).map(at)),
  };
}

type Seen = readonly [kind: string, path: string, good: string | null];

test.each<[what: string, facts: VerifyFacts, drift: Seen[]]>([
  ['nothing', facts({ base: 'a=1', local: 'a=1', remote: 'a=1' }, { unchanged: ['a'] }), []],
  ['changes here and there', facts({ base: 'a=1 b=1', local: 'a=2', remote: 'a=1 b=2 c=1' }), []],
  ['damage there', facts({ local: 'a=1', remote: 'a=1' }, { bad: ['a'] }), [['remote-damaged', 'a', 'here a']]],
  [
    'damage there, of what lies there twice',
    facts({ local: 'a=2', remote: 'a=1 b=1' }, { bad: ['a'] }),
    [['remote-damaged', 'a', 'there b']],
  ],
  [
    'damage there, of what lies here elsewhere',
    facts({ local: 'c=1', remote: 'a=1' }, { bad: ['a'] }),
    [['remote-damaged', 'a', 'here c']],
  ],
  [
    'damage there, of what nobody has',
    facts({ local: 'a=2', remote: 'a=1' }, { bad: ['a'] }),
    [['remote-damaged', 'a', null]],
  ],
  [
    'rot here',
    facts({ base: 'a=1', local: 'a=x', remote: 'a=1' }, { unchanged: ['a'] }),
    [['rotten-here', 'a', 'there a']],
  ],
  ['the same bytes, written by a person', facts({ base: 'a=1', local: 'a=x', remote: 'a=1' }), []],
  [
    'rot here of what is gone there',
    facts({ base: 'a=1', local: 'a=x', remote: '' }, { unchanged: ['a'] }),
    [['rotten-here', 'a', null]],
  ],
  [
    'rot on both sides',
    facts({ base: 'a=1', local: 'a=x', remote: 'a=1' }, { unchanged: ['a'], bad: ['a'] }),
    [
      ['remote-damaged', 'a', null],
      ['rotten-here', 'a', null],
    ],
  ],
  [
    'a committed file, and a folder with one, that cannot be read here; another is nobody’s business',
    facts({ base: 'a=1', remote: 'a=1 d/b=1', unknown: ['a', 'd', 'own'] }),
    [
      ['unreadable-here', 'a', null],
      ['unreadable-here', 'd', null],
    ],
  ],
  ['an entry that is refused', facts({ refused: ['../x'] }), [['entry-refused', '../x', null]]],
])('%s', (_what, found, drift) => {
  const told = judgeDrift(found).map(({ kind, path, good }): Seen => {
    if (good === null || good.side === 'kept') return [kind, path, good?.side ?? null];
    return [kind, path, `${good.side} ${good.path}`];
  });
  expect(told).toEqual(drift);
});

test('records come first, and are mended from what is kept', () => {
  const records = [{ key: 'index/x', reason: 'it is missing', isKept: true }];
  const drift = judgeDrift({ ...facts({ remote: 'a=1' }, { bad: ['a'] }), records });
  expect(drift.map(({ kind, good }) => [kind, good])).toEqual([
    ['record-damaged', { side: 'kept' }],
    ['remote-damaged', null],
  ]);
});

test('for a plan, a rotten file has the bytes that the base knows', () => {
  const { base, local } = facts({ base: 'a=1 b=1', local: 'a=x b=2' });
  const rotten = rottenPaths({ base, local, unchanged: new Set([at('a')]) });
  expect(rotten).toEqual(['a']);
  const trusted = asTrusted(local, base, rotten);
  expect(trusted.files.get(at('a'))?.sha256).toBe(base.get(at('a'))?.sha256);
  expect(trusted.files.get(at('b'))).toEqual(local.files.get(at('b')));
});
