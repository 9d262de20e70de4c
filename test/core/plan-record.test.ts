import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/core/format/canonical-json.ts';
import { parsePlanRecord } from '../../src/core/plan/parse-plan-record.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { recordPlan } from '../../src/core/plan/plan-record.ts';
import { planInput, sha256 } from './trees.ts';

const record = recordPlan(
  makePlan(
    planInput({
      base: 'a=1 b=1 c=3 d=4 void= old=9 gone=1 both=0 k=0 same=0',
      local: 'a=77 b=1 d=4 e=66 empty= new=9 k=1 both=2 same=5',
      remote: 'a=1 b=22 c=3 void= old=9 k=2 both=1 same=5',
      refused: ['x'],
    }),
  ),
  [{ path: 'latest', reason: 'a link' }],
  {
    remote: 's3://b/p',
    datastoreId: 'id',
    commit: { id: 'c2', generation: 2 },
    base: { id: 'c1', generation: 1 },
    direction: 'both',
    onConflict: 'hold',
    allowMassDelete: false,
    conflictSuffix: 'conflict-al-T',
  },
  '2026-11-20T19:30:00.000Z',
);

test('names every step with its bytes, its reason and the versions that were seen', () => {
  expect(record.steps.map(({ kind, path, bytes, reason }) => [kind, path, bytes, reason])).toEqual([
    ['delete-remote', 'c', 0, 'deleted here'],
    ['delete-local', 'd', 0, 'deleted there'],
    ['delete-remote', 'old', 0, 'renamed to new'],
    ['delete-remote', 'void', 0, 'deleted here'],
    ['upload', 'a', 2, 'changed here'],
    ['download', 'b', 2, 'changed there'],
    ['upload', 'e', 2, 'new here'],
    ['upload', 'empty', 0, 'new here'],
    ['upload', 'new', 0, 'renamed from old'],
  ]);
  expect(record.steps.find(({ path }) => path === 'a')).toEqual({
    path: 'a',
    kind: 'upload',
    bytes: 2,
    reason: 'changed here',
    base: { sha256: sha256('1') },
    local: { sha256: sha256('77'), size: 2, mtime: 1 },
    remote: { sha256: sha256('1'), size: 1, mtime: 1_763_650_000_123.456, by: 'alice@build-7', generation: 1 },
  });
  expect(record.conflicts.map(({ path, reason }) => [path, reason])).toEqual([
    ['both', 'both-changed'],
    ['k', 'both-changed'],
  ]);
  expect(record.held).toEqual([{ path: 'latest', reason: 'a link' }]);
});

test('a plan file says it all again, byte for byte', () => {
  const text = canonicalJson(record);
  const parsed = parsePlanRecord(text);
  expect(parsed).toEqual({ ok: true, value: record });
  expect(parsed.ok && canonicalJson(parsed.value)).toBe(text);
});

describe('a file that is no plan is refused, and says what is wrong', () => {
  const [step] = record.steps;
  const rows: readonly [what: string, text: string, message: RegExp][] = [
    ['empty', '', /not a JSON object/],
    ['cut off', canonicalJson(record).slice(0, -40), /not a JSON object/],
    ['a list', '[]', /not a JSON object/],
    ['something else', '{"schema":1}', /no format/],
    ['of a later version', canonicalJson({ ...record, format: 2 }), /format 2/],
    ['without what it was made against', canonicalJson({ ...record, basis: {} }), /made against/],
    [
      'with a suffix that leads elsewhere',
      canonicalJson({ ...record, basis: { ...record.basis, conflictSuffix: '../x' } }),
      /made against/,
    ],
    ['with a step outside the root', canonicalJson({ ...record, steps: [{ ...step, path: '../x' }] }), /steps\[0\]/],
    ['with an unknown step', canonicalJson({ ...record, steps: [step, { ...step, kind: 'adopt' }] }), /steps\[1\]/],
    ['with no hash', canonicalJson({ ...record, steps: [{ ...step, remote: { sha256: 'x' } }] }), /steps\[0\]/],
    ['with no steps', canonicalJson({ ...record, steps: null }), /steps/],
  ];
  test.each(rows)('%s', (_what, text, message) => {
    const parsed = parsePlanRecord(text);
    expect(parsed.ok ? '' : parsed.problem.message).toMatch(message);
  });
});
