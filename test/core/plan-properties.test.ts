import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePlan, type Plan, type PlanPolicy, type StepKind } from '../../src/core/plan/plan.ts';
import { type Contents, planInput } from './trees.ts';

/* The model shares nothing with the planner but the names of its steps: three maps, and what each step means for them. */

interface Sides {
  readonly base: Contents;
  readonly local: Contents;
  readonly remote: Contents;
}
type Policy = Partial<PlanPolicy>;

const PATHS = [
  'a',
  'A',
  'a/x',
  'a/y',
  'A/x',
  'b',
  'ß',
  'ss',
  'SS/q',
  'd/e',
  'D/f',
  'd/e/g',
  'n.x',
  'n.conflict-al-T.x',
];
const tree = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom('1', '2', '3')), { selector: ([path]) => path })
  .map((files): Contents => new Map(files));

/** No disk holds a file and a folder of one name; a remote of another hand might. */
const onDisk = tree.map((files): Contents => new Map([...files].filter(([path]) => !isWithinFile(files, path))));
const sides = fc.record({ base: tree, local: onDisk, remote: tree });
const policy = fc.record({
  direction: fc.constantFrom('both', 'pull', 'push'),
  onConflict: fc.constantFrom('hold', 'mine', 'theirs', 'both'),
}) satisfies fc.Arbitrary<Policy>;

const isWithinFile = (files: Contents, path: string) => [...files.keys()].some((other) => path.startsWith(`${other}/`));
const fold = (path: string) => path.toLowerCase().replaceAll('ß', 'ss');
const planOf = (at: Sides, policy: Policy = {}) => makePlan(planInput({ ...at, policy }));
const touched = ({ steps }: Plan) => steps.flatMap(({ path, copyTo }) => (copyTo ? [path, copyTo] : [path]));

function set(files: Map<string, string>, path: string, content: string | undefined) {
  if (content === undefined) files.delete(path);
  else files.set(path, content);
}

/** Carries a plan out, step by step in its order, on a disk that ignores no case, and checks that each step is possible. */
function carryOut(plan: Plan, { base, local, remote }: Sides): Sides {
  const after = { base: new Map(base), local: new Map(local), remote: new Map(remote) };
  for (const { kind, path, copyTo } of plan.steps) {
    switch (kind) {
      case 'upload':
        after.remote.set(path, after.local.get(path) ?? 'nothing to upload');
        break;
      case 'keep-both':
        expect(after.local.has(copyTo ?? path)).toBe(false);
        after.local.set(copyTo ?? path, after.local.get(path) ?? 'nothing to keep');
        after.local.set(path, after.remote.get(path) ?? 'nothing to bring');
        break;
      case 'download':
        after.local.set(path, after.remote.get(path) ?? 'nothing to download');
        expect(isWithinFile(after.local, path)).toBe(false);
        expect([...after.local.keys()].some((other) => other.startsWith(`${path}/`))).toBe(false);
        break;
      case 'delete-local':
        expect(after.local.delete(path)).toBe(true);
        break;
      case 'delete-remote':
        expect(after.remote.delete(path)).toBe(true);
        break;
      case 'adopt':
      case 'forget':
        break;
    }
    expect(after.local.get(path)).toBe(after.remote.get(path));
    set(after.base, path, after.local.get(path));
  }
  return after;
}

const runs = (numRuns: number) => ({ numRuns });

describe('whatever the three trees are', () => {
  test('a plan carried out leaves nothing but conflicts and held paths, and the copies it made', () => {
    fc.assert(
      fc.property(sides, policy, (at, policy) => {
        const first = planOf(at, policy);
        const after = carryOut(first, at);
        const second = planOf(after, policy);
        const copies = first.steps.flatMap(({ copyTo }) => (copyTo ? [copyTo] : []));
        expect(second.steps.map(({ kind, path }) => `${kind} ${path}`)).toEqual(
          policy.direction === 'pull' ? [] : copies.toSorted().map((path) => `upload ${path}`),
        );
        expect(planOf(carryOut(second, after), policy).steps).toEqual([]);
      }),
      runs(4_000),
    );
  });

  test('nothing is done to a path in conflict, or to a held one', () => {
    fc.assert(
      fc.property(sides, policy, (at, policy) => {
        const plan = planOf(at, policy);
        for (const list of [plan.conflicts, plan.held]) {
          const left = list.map(({ path }): string => path);
          expect(touched(plan).filter((path) => left.includes(path))).toEqual([]);
          expect(new Set(left).size).toBe(left.length);
        }
        expect(new Set(touched(plan)).size).toBe(touched(plan).length);
      }),
      runs(2_000),
    );
  });

  test('no answer, held or carried out, makes a conflict of what is none, and what is one is decided or stays', () => {
    fc.assert(
      fc.property(sides, policy, (at, policy) => {
        const undecided = planOf(at, { ...policy, onConflict: 'hold' }).conflicts.map(({ path }) => path);
        const plan = planOf(at, policy);
        const stays = new Set(plan.conflicts.map(({ path }) => path));
        const decided = new Set(plan.steps.map(({ path }) => path));
        expect(undecided.filter((path) => stays.has(path) === decided.has(path))).toEqual([]);
        expect(stays.size + undecided.filter((path) => decided.has(path)).length).toBe(undecided.length);
      }),
      runs(2_000),
    );
  });

  test('no version is lost that is not in the history, unless a person who saw it chose so', () => {
    fc.assert(
      fc.property(sides, policy, (at, policy) => {
        const after = carryOut(planOf(at, policy), at);
        for (const path of PATHS) {
          for (const [side, chosen] of [
            ['local', 'theirs'],
            ['remote', 'mine'],
          ] as const) {
            const before = at[side].get(path);
            if (before === undefined || before === after[side].get(path)) continue;
            const inHistory = before === at.base.get(path);
            const elsewhere = [...after.local, ...after.remote].some(
              ([name, content]) => content === before && (name === path || name.includes('conflict')),
            );
            expect(inHistory || elsewhere || policy.onConflict === chosen, `${side} ${path}`).toBe(true);
          }
        }
      }),
      runs(4_000),
    );
  });

  test('without an answer, what changed on both sides stays as it is on both', () => {
    fc.assert(
      fc.property(sides, policy, (at, { direction }) => {
        const plan = planOf(at, { direction, onConflict: 'hold' });
        const expected = PATHS.filter((path) => {
          const [base, local, remote] = [at.base.get(path), at.local.get(path), at.remote.get(path)];
          return local !== remote && local !== base && remote !== base;
        });
        expect(plan.conflicts.map(({ path }): string => path).toSorted()).toEqual(expected.toSorted());
      }),
      runs(1_000),
    );
  });

  test('what is brought to a path has no twin afterwards, on either side', () => {
    fc.assert(
      fc.property(sides, policy, (at, policy) => {
        const plan = planOf(at, policy);
        const after = carryOut(plan, at);
        const there = [...new Set([...after.local.keys(), ...after.remote.keys()])];
        const brought = plan.steps.filter(
          ({ kind }) => kind === 'upload' || kind === 'download' || kind === 'keep-both',
        );
        for (const path of brought.flatMap((step) => (step.copyTo ? [step.path, step.copyTo] : [step.path]))) {
          for (const other of there) expect(contend(path, other), `${path} beside ${other}`).toBe(false);
        }
      }),
      runs(2_000),
    );
  });

  test('a direction leaves the other side alone, and does what both would do to its own', () => {
    const allowed = { pull: ['download', 'delete-local', 'keep-both'], push: ['upload', 'delete-remote'] } as const;
    fc.assert(
      fc.property(sides, policy, (at, { direction, onConflict }) => {
        const plan = planOf(at, { direction, onConflict });
        if (direction === 'both') return;
        const may: readonly StepKind[] = ['adopt', 'forget', ...allowed[direction]];
        expect(plan.steps.filter(({ kind }) => !may.includes(kind))).toEqual([]);
      }),
      runs(1_000),
    );
  });

  test('with the sides swapped, the plan is the mirror image', () => {
    const mirror: Readonly<Record<string, string>> = {
      upload: 'download',
      download: 'upload',
      'delete-local': 'delete-remote',
      'delete-remote': 'delete-local',
      'changed-here-deleted-there': 'deleted-here-changed-there',
      'deleted-here-changed-there': 'changed-here-deleted-there',
    };
    const seen = (plan: Plan, name: (word: string) => string) =>
      [
        ...plan.steps.map(({ kind, path }) => `${name(kind)} ${path}`),
        ...plan.conflicts.map(({ reason, path }) => `${name(reason)} ${path}`),
        ...plan.held.map(({ path }) => `held ${path}`),
      ].toSorted();
    fc.assert(
      fc.property(sides, (at) => {
        const swapped = planOf({ base: at.base, local: at.remote, remote: at.local });
        expect(seen(swapped, (word) => mirror[word] ?? word)).toEqual(seen(planOf(at), (word) => word));
      }),
      runs(2_000),
    );
  });

  test('nothing is planned for what is unknown or excluded, or below it', () => {
    const some = fc.subarray(['a', 'A', 'd', 'd/e', 'b', 'ss', 'n.x']);
    fc.assert(
      fc.property(sides, policy, some, some, (at, policy, unknown, excluded) => {
        const plan = makePlan(planInput({ ...at, policy, unknown, excluded }));
        const closed = [...unknown, ...excluded];
        const said = [...plan.steps, ...plan.conflicts, ...plan.held].map(({ path }): string => path);
        expect(said.filter((path) => closed.some((top) => path === top || path.startsWith(`${top}/`)))).toEqual([]);
      }),
      runs(1_000),
    );
  });

  test('equal sides need nothing but the base', () => {
    fc.assert(
      fc.property(tree, tree, policy, (base, both, policy) => {
        const kinds = planOf({ base, local: both, remote: both }, policy).steps.map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind !== 'adopt' && kind !== 'forget')).toEqual([]);
      }),
      runs(500),
    );
  });
});

/** Whether some filesystem cannot hold both: a level spelt differently but alike, or a file in the way of a folder. */
function contend(one: string, other: string): boolean {
  const [a, b] = [one.split('/'), other.split('/')];
  for (let level = 0; level < Math.min(a.length, b.length); level += 1) {
    const [left = '', right = ''] = [a[level], b[level]];
    if (left !== right) return fold(left) === fold(right);
  }
  return a.length !== b.length;
}
