import { expect, test } from 'vitest';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { planChoices, planPart } from '../../src/core/plan/plan-part.ts';
import type { PlannedKind, PlannedStep, PlanRecord } from '../../src/core/plan/plan-record.ts';

/* What of a plan a person means who pushes or pulls one file, or one folder, or decides conflicts. */

const step = (path: string, kind: PlannedKind, more: Partial<PlannedStep> = {}): PlannedStep => ({
  path: path as SyncPath,
  kind,
  bytes: 0,
  reason: '',
  base: null,
  local: null,
  remote: null,
  ...more,
});

const record: PlanRecord = {
  format: 1,
  madeAt: '',
  basis: {
    remote: 's3://team',
    datastoreId: null,
    commit: null,
    base: null,
    direction: 'both',
    onConflict: 'hold',
    allowMassDelete: false,
    conflictSuffix: '',
  },
  steps: [
    step('gone.txt', 'delete-remote', { movesTo: 'runs/moved.txt' }),
    step('left.txt', 'delete-local'),
    step('mine.txt', 'upload'),
    step('mine.txt.bak', 'upload'),
    step('runs/1.json', 'upload'),
    step('runs/2.json', 'download'),
    step('runs/moved.txt', 'upload', { movedFrom: 'gone.txt' }),
    step('runs2/3.json', 'upload'),
  ],
  conflicts: [],
  held: [],
};

test.each([
  ['a file, and not one whose name begins like it', ['mine.txt'], 'up', ['mine.txt']],
  ['the other way nothing', ['mine.txt'], 'down', []],
  ['a deletion', ['left.txt'], 'down', ['left.txt']],
  ['a folder, with the other half of a rename', ['runs'], 'up', ['gone.txt', 'runs/1.json', 'runs/moved.txt']],
  ['a folder the other way', ['runs'], 'down', ['runs/2.json']],
  ['half of a rename: all of it', ['gone.txt'], 'up', ['gone.txt', 'runs/moved.txt']],
  ['what is not in it: nothing', ['other.txt'], 'up', []],
  [
    'several at once',
    ['mine.txt', 'runs', 'runs/1.json'],
    'up',
    ['gone.txt', 'mine.txt', 'runs/1.json', 'runs/moved.txt'],
  ],
] as const)('%s', (_what, named, way, paths) => {
  const part = planPart(record, named, way);
  expect(part.steps.map((one) => one.path)).toEqual(paths);
  expect(part.basis).toBe(record.basis);
});

const version = (sha256: string) => ({ sha256, size: 1, mtime: 1 });
const here = { local: version('h'), remote: { ...version('t'), by: 'ben', generation: 1 } };
const choice = { path: 'mine.txt' as SyncPath, answer: 'mine', localSha256: 'h', remoteSha256: 't' } as const;

test.each([
  ['what was chosen, and nothing beside it', [choice], ['mine.txt']],
  ['another version here: nothing', [{ ...choice, localSha256: 'x' }], []],
  ['another version there: nothing', [{ ...choice, remoteSha256: null }], []],
  [
    'a deletion that is half of a rename: all of it',
    [{ ...choice, path: 'gone.txt' as SyncPath, localSha256: null, remoteSha256: null }],
    ['gone.txt', 'runs/moved.txt'],
  ],
  ['the other side, where it would go up without a choice: nothing', [{ ...choice, answer: 'theirs' }], []],
  ['both, where there is nothing to keep beside it: nothing', [{ ...choice, answer: 'both' }], []],
  ['no choice: nothing', [], []],
] as const)('of choices %s', (_what, choices, paths) => {
  const steps = record.steps.map((one) => (one.path === 'mine.txt' ? { ...one, ...here } : one));
  expect(planChoices({ ...record, steps }, choices).steps.map(({ path }) => path)).toEqual(paths);
});

const absent = { local: null, remote: null };
test.each([
  ['mine', 'upload', here, true],
  ['mine', 'delete-remote', { ...here, local: null }, true],
  ['mine', 'download', here, false],
  ['mine', 'keep-both', here, false],
  ['theirs', 'download', here, true],
  ['theirs', 'delete-local', { ...here, remote: null }, true],
  ['theirs', 'upload', here, false],
  ['both', 'keep-both', here, true],
  ['both', 'download', { ...here, local: null }, true],
  ['both', 'upload', { ...here, remote: null }, true],
  ['both', 'upload', here, false],
  ['both', 'delete-remote', { ...here, local: null }, false],
] as const)('%s is carried out by %s or not', (answer, kind, versions, isIt) => {
  const steps = [step('k', kind, { ...absent, ...versions })];
  const [one] = steps;
  const chosen = {
    path: 'k' as SyncPath,
    answer,
    localSha256: one?.local?.sha256 ?? null,
    remoteSha256: one?.remote?.sha256 ?? null,
  };
  expect(planChoices({ ...record, steps }, [chosen]).steps).toEqual(isIt ? steps : []);
});
