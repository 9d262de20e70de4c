import { describe, expect, test } from 'vitest';
import { makePlan, type Plan } from '../../src/core/plan/plan.ts';
import { isIdentityVeto, type SafetyFacts, type Veto, vet, vetoMessage } from '../../src/core/plan/safety.ts';
import { type Contents, planInput } from './trees.ts';

const files = (count: number, content = (index: number) => `${index}`, name = 'f'): Contents =>
  new Map(Array.from({ length: count }, (_, index) => [`${name}${index}`, content(index)]));
const planOf = (base: Contents, local: Contents, remote: Contents): Plan =>
  makePlan(planInput({ base, local, remote }));

/** Gone on one side: of `of` files that were in step, the first `count`. */
const gone = (count: number, of: number) => new Map([...files(of)].slice(count));
const deletesThere = (count: number, of: number) => planOf(files(of), gone(count, of), files(of));
const deletesHere = (count: number, of: number) => planOf(files(of), files(of), gone(count, of));
const NOTHING = planOf(files(0), files(0), files(0));

const AT = { datastoreId: 'this', epoch: 7, generation: 12 };
const QUIET: SafetyFacts = {
  plan: NOTHING,
  localFiles: 100,
  remoteFiles: 100,
  baseFiles: 100,
  baseLost: false,
  remote: AT,
  seen: { ...AT, commit: 'c12' },
  ancestry: 'related',
  allowMassDelete: false,
  strangeRoot: null,
};
const kinds = (facts: Partial<SafetyFacts>) => vet({ ...QUIET, ...facts }).map(({ kind }) => kind);

describe('deletions', () => {
  const sized = (count: number) => ({ localFiles: count, remoteFiles: count, baseFiles: count });

  test.each<[what: string, facts: Partial<SafetyFacts>, expected: Veto['kind'][]]>([
    ['none', {}, []],
    ['twenty of twenty-one: few', { plan: deletesThere(20, 21), ...sized(21), localFiles: 1 }, []],
    ['twenty-one of forty-two: half, not more', { plan: deletesThere(21, 42), ...sized(42), localFiles: 21 }, []],
    ['twenty-one of forty-one there', { plan: deletesThere(21, 41), ...sized(41), localFiles: 20 }, ['mass-delete']],
    ['twenty-one of forty-one here', { plan: deletesHere(21, 41), ...sized(41), remoteFiles: 20 }, ['mass-delete']],
    ['a thousand of many', { plan: deletesThere(1_000, 3_000), ...sized(3_000) }, []],
    ['a thousand and one of many there', { plan: deletesThere(1_001, 3_000), ...sized(3_000) }, ['mass-delete']],
    ['a thousand and one of many here', { plan: deletesHere(1_001, 3_000), ...sized(3_000) }, ['mass-delete']],
    ['the root is emptied, of one file', { plan: deletesThere(1, 1), ...sized(1), localFiles: 0 }, ['root-emptied']],
    ['the root is empty, and nothing would be deleted', { localFiles: 0 }, []],
    ['the root is empty from the first', { plan: NOTHING, ...sized(0), remoteFiles: 9 }, []],
    ['allowed there', { plan: deletesThere(99, 100), localFiles: 1, allowMassDelete: true }, []],
    ['allowed here', { plan: deletesHere(99, 100), remoteFiles: 1, allowMassDelete: true }, []],
    ['the emptied root, allowed', { plan: deletesThere(100, 100), localFiles: 0, allowMassDelete: true }, []],
  ])('%s', (_what, facts, expected) => expect(kinds(facts)).toEqual(expected));

  const moved = (count: number) => files(count, (index) => `${index}`, 'moved-');
  const same = (count: number, name = 'f') => files(count, () => 'same', name);

  const changedThere = { base: files(100), local: moved(100), remote: files(100, (index) => `new ${index}`) };
  const mine = makePlan(planInput({ ...changedThere, policy: { onConflict: 'mine' } }));

  test.each<[what: string, plan: Plan, expected: Veto['kind'][]]>([
    ['moved here and changed there, and mine shall win', mine, ['mass-delete']],
    ['all were moved here', planOf(files(100), moved(100), files(100)), []],
    ['all were moved there', planOf(files(100), files(100), moved(100)), []],
    ['all but a few were moved', planOf(files(100), moved(80), files(100)), []],
    ['half of them were moved', planOf(files(100), moved(45), files(100)), ['mass-delete']],
    ['one copy stays of many equal files', planOf(same(100), same(1, 'kept-'), same(100)), ['mass-delete']],
    [
      'others came instead',
      planOf(
        files(100),
        files(100, () => 'new', 'n'),
        files(100),
      ),
      ['mass-delete'],
    ],
  ])('what only moves is not lost: %s', (_what, plan, expected) => expect(kinds({ plan })).toEqual(expected));
});

describe('identity', () => {
  const seen = (change: Partial<NonNullable<SafetyFacts['seen']>>) => ({ seen: { ...AT, commit: 'c12', ...change } });

  test.each<[what: string, facts: Partial<SafetyFacts>, expected: Veto['kind'][]]>([
    ['the first sync', { seen: null, baseFiles: 0 }, []],
    ['the first sync with nothing there', { seen: null, baseFiles: 0, remote: null, remoteFiles: 0 }, []],
    ['it has moved on', seen({ epoch: 5, generation: 9 }), []],
    ['another datastore', seen({ datastoreId: 'that' }), ['foreign-remote']],
    ['another datastore that is older too', seen({ datastoreId: 'that', epoch: 9 }), ['foreign-remote']],
    ['a lower epoch', seen({ epoch: 8 }), ['rolled-back-remote']],
    ['a lower generation', seen({ generation: 13 }), ['rolled-back-remote']],
    ['a lower generation under a higher epoch', seen({ epoch: 1, generation: 13 }), ['rolled-back-remote']],
    ['a register that is gone', { remote: null, remoteFiles: 0 }, ['rolled-back-remote']],
    ['a register that is gone, of a root that was empty', { remote: null, baseFiles: 0 }, ['rolled-back-remote']],
    ['another history', { ancestry: 'unrelated' }, ['unrelated-remote']],
    ['a history that was cut', { ancestry: 'cut' }, ['unrelated-remote']],
    ['no commit was seen yet', { ...seen({ commit: null }), ancestry: 'unrelated' }, []],
    ['an emptied remote', { remoteFiles: 0 }, ['remote-emptied']],
    ['an emptied remote, allowed', { remoteFiles: 0, allowMassDelete: true }, []],
    ['a remote that was always empty', { remoteFiles: 0, baseFiles: 0 }, []],
    ['a lost base', { baseLost: true, seen: null }, ['base-lost']],
    ['another root', { strangeRoot: 'unmarked' }, ['root-replaced']],
    [
      'another root, and an empty one',
      { strangeRoot: 'unmarked', localFiles: 0, plan: deletesThere(9, 9) },
      ['root-replaced'],
    ],
    ['another root, allowed', { strangeRoot: 'unmarked', allowMassDelete: true }, []],
    [
      'another root by its mark, allowed',
      { strangeRoot: 'marked otherwise', allowMassDelete: true },
      ['root-replaced'],
    ],
    [
      'another root and another datastore',
      { strangeRoot: 'unmarked', ...seen({ datastoreId: 'that' }) },
      ['foreign-remote'],
    ],
    [
      'mass deletion is allowed, another datastore is not',
      { ...seen({ datastoreId: 'that' }), allowMassDelete: true },
      ['foreign-remote'],
    ],
    [
      'mass deletion is allowed, an older one is not',
      { ...seen({ epoch: 8 }), allowMassDelete: true },
      ['rolled-back-remote'],
    ],
    [
      'mass deletion is allowed, another history is not',
      { ancestry: 'unrelated', allowMassDelete: true },
      ['unrelated-remote'],
    ],
    [
      'mass deletion is allowed, a lost base is not',
      { baseLost: true, seen: null, allowMassDelete: true },
      ['base-lost'],
    ],
    [
      'what a wrong remote would delete is no second question: accepting it deletes nothing',
      { ...seen({ datastoreId: 'that' }), plan: deletesHere(99, 100) },
      ['foreign-remote'],
    ],
  ])('%s', (_what, facts, expected) => expect(kinds(facts)).toEqual(expected));
});

describe('a veto names what happened and its way out', () => {
  const at = { epoch: 3, generation: 5 };
  test.each<[veto: Veto, message: RegExp, remedy: RegExp]>([
    [{ kind: 'root-emptied', baseFiles: 9 }, /empty.*9 files/, /--allow-mass-delete/],
    [{ kind: 'mass-delete', side: 'local', deletes: 30, of: 40 }, /30 of 40 files.*here/, /--allow-mass-delete/],
    [{ kind: 'mass-delete', side: 'remote', deletes: 30, of: 40 }, /30 of 40 files.*remote/, /--allow-mass-delete/],
    [{ kind: 'foreign-remote', expected: 'a', found: 'b', generation: 5 }, /another datastore/, /--accept-remote 5\b/],
    [
      { kind: 'rolled-back-remote', seen: { epoch: 4, generation: 8 }, found: at },
      /older.*generation 5/,
      /--accept-remote 5\b/,
    ],
    [
      { kind: 'rolled-back-remote', seen: at, found: { epoch: 0, generation: 0 } },
      /no datastore any more/,
      /--accept-remote 0\b/,
    ],
    [{ kind: 'unrelated-remote', baseCommit: 'c', generation: 5 }, /history/, /--accept-remote 5\b/],
    [{ kind: 'remote-emptied', baseFiles: 9, generation: 5 }, /empty.*9 files/, /--accept-remote 5\b/],
    [{ kind: 'root-replaced', baseFiles: 9, generation: 5 }, /another folder.*9 files/, /--accept-remote 5\b/],
    [{ kind: 'base-lost', files: 9, generation: 5 }, /9 files/, /--accept-remote 5\b/],
  ])('$kind', (veto, message, remedy) => {
    expect(vetoMessage(veto)).toEqual({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(isIdentityVeto(veto)).toBe(/accept-remote/.test(remedy.source));
  });
});
