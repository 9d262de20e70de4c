import { describe, expect, test } from 'vitest';
import { compareTrees, timeStepOf } from '../../src/core/setup/setup-compare.ts';
import { readSetupField, type SetupField, type SetupInput, setupUrl } from '../../src/core/setup/setup-input.ts';
import {
  type FolderRelation,
  planSetup,
  type SetupFacts,
  type SetupSource,
  type SetupTarget,
  stepText,
} from '../../src/core/setup/setup-plan.ts';

const none: SetupSource = { kind: 'none' };
const swamp: SetupSource = { kind: 'folder', folder: '/w/.swamp' };
const mount: SetupSource = { kind: 'folder', folder: '/mnt/old' };
const old: SetupSource = { kind: 's3', name: 's3://old', folder: '/w/data' };
const other: SetupSource = { kind: 'unsupported', found: '@swamp/s3-datastore' };
const s3 = (folder: string): SetupTarget => ({ kind: 's3', name: 's3://new', folder });
const place = (folder: string): SetupTarget => ({ kind: 'folder', folder });

/** In a world without links. */
const relationOf = (source: SetupSource, target: SetupTarget): FolderRelation => {
  if (!('folder' in source)) return 'apart';
  if (source.folder === target.folder) return 'same';
  if (source.folder.startsWith(`${target.folder}/`)) return 'within';
  return target.folder.startsWith(`${source.folder}/`) ? 'around' : 'apart';
};

const facts = (source: SetupSource, target: SetupTarget, more: Partial<SetupFacts> = {}): SetupFacts => ({
  source,
  target,
  relation: relationOf(source, target),
  isAround: false,
  leadsTo: null,
  skipMigration: false,
  isShared: false,
  deleteSource: false,
  hasFile: true,
  ignored: { target: null, aside: null },
  aside: 'old.2026-11-21T12-00-00',
  ...more,
});

const kinds = (given: SetupFacts): string => {
  const plan = planSetup(given);
  return plan.ok ? plan.value.map(({ kind }) => kind).join(' ') : plan.problem.message;
};

describe('the steps of every pair', () => {
  test.each<[what: string, given: SetupFacts, steps: string]>([
    ['nothing to a bucket', facts(none, s3('/w/data')), 'reach probe share verify configure'],
    ['nothing to a folder', facts(none, place('/mnt/new')), 'reach configure'],
    ['.swamp to another folder', facts(swamp, place('/mnt/new')), 'reach copy verify configure clean-up'],
    ['.swamp to a bucket, as its root', facts(swamp, s3('/w/.swamp')), 'reach probe share verify configure'],
    [
      '.swamp to a bucket, with another root',
      facts(swamp, s3('/w/data')),
      'reach probe copy share verify configure clean-up',
    ],
    ['a folder outside to a bucket', facts(mount, s3('/w/data')), 'reach probe copy share verify configure clean-up'],
    ['a bucket to a folder', facts(old, place('/mnt/new')), 'reach pull copy verify configure clean-up'],
    ['a bucket to its own root', facts(old, place('/w/data')), 'reach pull verify configure'],
    ['a bucket to another', facts(old, s3('/w/data')), 'reach probe pull share verify configure'],
    [
      'a bucket to another, with another root',
      facts(old, s3('/w/new')),
      'reach probe pull copy share verify configure clean-up',
    ],
    [
      'after what is shared went its own way',
      facts(swamp, s3('/w/data'), { isShared: true }),
      'reach copy verify configure clean-up',
    ],
    ['without the files', facts(swamp, s3('/w/data'), { skipMigration: true }), 'reach probe configure'],
    [
      'a format of another tool, without the files',
      facts(other, s3('/w/data'), { skipMigration: true }),
      'reach probe configure',
    ],
    [
      'in a git repository',
      facts(none, place('/w/p'), { ignored: { target: '/p/', aside: null } }),
      'reach configure ignore',
    ],
  ])('%s', (_what, given, steps) => {
    expect(kinds(given)).toBe(steps);
  });

  test.each<[what: string, given: SetupFacts, message: string]>([
    ['a format of another tool', facts(other, s3('/w/data')), "another tool's format"],
    ['a folder in the old one', facts(swamp, place('/w/.swamp/new')), 'lies in the other'],
    ['the old folder in the new one', facts({ kind: 'folder', folder: '/w/a/b' }, s3('/w/a')), 'lies in the other'],
    ['the workspace as the old folder', facts(mount, s3('/w/a'), { isAround: true }), 'is this workspace or holds it'],
    ['a link out of the workspace', facts(swamp, s3('/w/a'), { leadsTo: '/private' }), 'leads to /private'],
  ])('%s is refused', (_what, given, message) => {
    expect(kinds(given)).toContain(message);
    expect(planSetup(given)).toMatchObject({ ok: false, problem: { remedy: expect.stringMatching(/\.$/) } });
  });

  test('the configuration comes after verification, the source is touched last, and each step has words', () => {
    for (const source of [none, swamp, mount, old])
      for (const target of [s3('/w/data'), s3('/w/.swamp'), place('/mnt/new')]) {
        const plan = planSetup(facts(source, target, { ignored: { target: '/x/', aside: '/y.[0-9]*/' } }));
        const steps = plan.ok ? plan.value : [];
        const at = (kind: string) => steps.findIndex((step) => step.kind === kind);
        for (const before of ['reach', 'probe', 'pull', 'copy', 'share', 'verify'])
          expect(at(before)).toBeLessThan(at('configure'));
        if (at('clean-up') >= 0) expect(at('clean-up')).toBe(steps.length - 1);
        for (const step of steps) expect(stepText(step)).toMatch(/^[a-z]/);
      }
  });

  test('what is moved aside is kept out of git, also where it is to be deleted: it stays when the new place has not all of it', () => {
    const ignored = { target: '/p/', aside: '/.swamp.[0-9]*/' };
    const lines = (more: Partial<SetupFacts>) => {
      const plan = planSetup(facts(swamp, place('/w/p'), { ignored, ...more }));
      return plan.ok ? plan.value.flatMap((step) => (step.kind === 'ignore' ? step.lines : [])) : [];
    };
    expect(lines({})).toEqual(['/p/', '/.swamp.[0-9]*/']);
    expect(lines({ deleteSource: true })).toEqual(['/p/', '/.swamp.[0-9]*/']);
  });
});

describe('what a person types', () => {
  test.each<[field: SetupField, text: string, answer: RegExp | string]>([
    ['bucket', 'my-team-data', 'my-team-data'],
    ['bucket', 'My_Team', /is not a bucket name/],
    ['prefix', '/a/b/', 'a/b'],
    ['prefix', 'a//b', /is not a prefix/],
    ['region', 'eu central', /is not a region/],
    ['endpoint', 'http://s3.example.org', /in the clear/],
    ['profile', 'team', 'team'],
    ['root', '../x', /outside/],
    ['root', './data/', 'data'],
    ['root', '.gitignore', /a file of the workspace/],
    ['root', './.datastore.yaml/', /a file of the workspace/],
    ['path', '/mnt/team', '/mnt/team'],
    ['path', '/mnt/x.git/.gitignored', '/mnt/x.git/.gitignored'],
    ['path', '.datastore.yaml', /a file of the workspace/],
    ['path', '/w/.gitignore', /a file of the workspace/],
    ['path', '/w/.Swamp.yaml/', /a file of the workspace/],
    ['path', '/w/.git/data', /a file of the workspace/],
  ])('%s %s', (field, text, answer) => {
    const result = readSetupField(field, text);
    if (typeof answer === 'string') expect(result).toEqual({ ok: true, value: answer });
    else expect(result).toEqual({ ok: false, problem: expect.stringMatching(answer) });
  });

  const config = { root: '.swamp' } as Parameters<typeof setupUrl>[1];
  test.each<[what: string, input: SetupInput, from: Parameters<typeof setupUrl>[1], url: string]>([
    ['only a bucket', { type: 's3', bucket: 'bbb' }, null, 's3://bbb/?root=data'],
    ['the folder that is there', { type: 's3', bucket: 'bbb' }, config, 's3://bbb/?root=.swamp'],
    [
      'all of it',
      {
        type: 's3',
        bucket: 'bbb',
        prefix: 'a b/c',
        region: 'eu-1',
        endpoint: 'https://x.org',
        profile: 'a&b',
        root: 'd',
      },
      config,
      's3://bbb/a%20b/c?root=d&region=eu-1&endpoint=https%3A%2F%2Fx.org&profile=a%26b',
    ],
    ['a folder', { type: 'filesystem', path: '/mnt/a b' }, null, 'filesystem:/mnt/a b'],
  ])('%s becomes a URL', (_what, input, from, url) => {
    expect(setupUrl(input, from)).toEqual({ ok: true, value: url });
  });

  test('all mistakes at once, by field', () => {
    const result = setupUrl({ type: 's3', bucket: 'B', region: '?', root: '/' }, null);
    expect(result).toMatchObject({ ok: false, problem: [{ field: 'root' }, { field: 'bucket' }, { field: 'region' }] });
  });
});

test('two folders are compared path by path, times up to what file systems keep, and who may run a file', () => {
  const file = (sha256: string, mtime = 0, exec = false) => ({ sha256, size: 1, mtime, exec });
  const source = new Map([
    ['same', file('a', 0.001)],
    ['later', file('b', 0.002)],
    ['run', file('r', 0, true)],
    ['other', file('c')],
    ['gone', file('d')],
  ]);
  const target = new Map([
    ['same', file('a')],
    ['later', file('b')],
    ['run', file('r')],
    ['other', file('x')],
    ['more', file('e')],
  ]);
  expect(compareTrees(source, target)).toEqual({
    equal: ['same', 'later', 'run'],
    missing: ['gone'],
    different: ['other'],
    otherTime: ['later'],
    otherMode: ['run'],
  });
  expect(compareTrees(source, target, 1).otherTime).toEqual([]);
});

test.each([
  ['each microsecond', 1_600_000_001_123.456, 0],
  ['milliseconds', 1_600_000_001_123, 1],
  ['hundredths', 1_600_000_001_120, 10],
  ['seconds', 1_600_000_001_000, 1000],
  ['every other second', 1_600_000_000_000, 2000],
  ['every other second, rounded', 1_600_000_002_000, 1000],
  ['none', 1_700_000_000_000, 0],
])('a file system that keeps %s', (_what, kept, step) => {
  expect(timeStepOf(1_600_000_001_123.456, kept)).toBe(step);
});
